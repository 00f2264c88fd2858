"""The flows: fetch, import, tag."""
