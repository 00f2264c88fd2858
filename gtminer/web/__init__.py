"""The only package besides the stand-in that opens sockets: addresses, pacing, retries, downloads."""
