"""The entry point: answers ``--version`` before anything heavy is imported, then hands over to the command line."""

import atexit
import gc
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (the table is in `docs/exit-codes.md`)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        from gtminer import __version__

        try:
            print(f"gtminer {__version__}", flush=True)
        except (OSError, AttributeError, ValueError) as error:  # a full device, a closed pipe, no stdout at all
            return _failed(error)
        return 0
    atexit.register(gc.freeze)  # a process that ends needs no search for cycles: a tenth of a short command
    try:
        gc.disable()
        from gtminer.cli.app import run

        gc.freeze()  # modules stay, so that looking for cycles among them is for nothing
        gc.enable()
        return run(arguments)
    except KeyboardInterrupt:  # while modules are loaded, before anything is begun
        return 130


def _failed(error: Exception) -> int:
    from gtminer.cli import streams

    if not isinstance(error, BrokenPipeError):
        streams.fail(f"output: {getattr(error, 'strerror', None) or error}")
    streams.discard("stdout")
    return 141 if isinstance(error, BrokenPipeError) else 1


if __name__ == "__main__":
    raise SystemExit(main())
