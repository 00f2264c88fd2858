"""The entry point: answers ``--version`` before anything heavy is imported, then hands over to the command line."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (the table is in `docs/exit-codes.md`)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        from gtminer import __version__

        print(f"gtminer {__version__}")
        return 0
    from gtminer.cli.app import run

    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
