"""Launcher for a checkout: ``python cli.py summarize`` is ``gtminer summarize``."""

from gtminer.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main())
