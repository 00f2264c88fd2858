"""`gtminer schedule`: lines to paste into cron or systemd; nothing is installed."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

CRON = """\
# gtminer every night at {minute:02d} past 3; paste into `crontab -e`. Failures (one line each) are mailed by cron.
# NCBI_EMAIL and NCBI_API_KEY stand in {configuration} (mode 0600), not here.
{minute} 3 * * * {place}{command}
"""

SYSTEMD = """\
# ~/.config/systemd/user/gtminer.service
[Unit]
Description=Refresh the gtminer store
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
{place}ExecStart={command}
# 75: another run holds the lock, or no source could be reached; the next night tries again.
SuccessExitStatus=75

# ~/.config/systemd/user/gtminer.timer
[Unit]
Description=Refresh the gtminer store every night

[Timer]
OnCalendar=*-*-* 03:{minute:02d}:00
RandomizedDelaySec=900
Persistent=true

[Install]
WantedBy=timers.target

# then: systemctl --user daemon-reload && systemctl --user enable --now gtminer.timer
"""


def schedule(
    context: typer.Context,
    systemd: Annotated[
        bool, typer.Option("--systemd/--cron", help="A systemd user timer instead of a cron line.")
    ] = False,
) -> None:
    """Print the lines that make gtminer run every night; installs nothing.

    Example: gtminer schedule --cron
    """
    import os

    from gtminer import config

    settings = config.load(context.obj)
    words = [
        *_program(),
        "--quiet",
        "--cache",
        str(settings.cache),
        "--log-file",
        str(settings.cache / "gtminer.log"),
        "fetch",
    ]
    command = shlex.join([*words, "--skip-if-locked"])
    place = _place(Path.cwd(), systemd=systemd)
    # In a crontab % ends the command; in a unit file it begins a specifier.
    command, place = (text.replace("%", "%%" if systemd else r"\%") for text in (command, place))
    # Not on the hour, when everybody's jobs ask the same servers; the same minute for the same store.
    minute = 7 + sum(str(settings.cache).encode()) % 46
    template = SYSTEMD if systemd else CRON
    configuration = config.user_configuration(os.environ)
    print(template.format(command=command, minute=minute, place=place, configuration=configuration), end="")


def _program() -> list[str]:
    """Return how to start this gtminer from anywhere."""
    if Path(sys.argv[0]).name == "__main__.py":
        return [sys.executable, "-m", "gtminer"]
    return [shutil.which("gtminer") or str(Path(sys.argv[0]).resolve())]


def _place(here: Path, *, systemd: bool) -> str:
    """Return what makes the run start in *here*, where the user's own query files or settings are; else nothing."""
    if not ((here / "queries").is_dir() or (here / "gtminer.toml").is_file()):
        return ""
    return f"WorkingDirectory={here}\n" if systemd else f"cd {shlex.quote(str(here))} && "
