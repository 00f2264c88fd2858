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
{minute} 3 * * * {command}
"""

SYSTEMD = """\
# ~/.config/systemd/user/gtminer.service
[Unit]
Description=Refresh the gtminer store
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
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
    program = shutil.which("gtminer") or str(Path(sys.argv[0]).resolve())
    words = [
        program,
        "--quiet",
        "--cache",
        str(settings.cache),
        "--log-file",
        str(settings.cache / "gtminer.log"),
        "fetch",
    ]
    command = shlex.join([*words, "--skip-if-locked"])
    # In a crontab % ends the command; in a unit file it begins a specifier.
    command = command.replace("%", "%%") if systemd else command.replace("%", r"\%")
    # Not on the hour, when everybody's jobs ask the same servers; the same minute for the same store.
    minute = 7 + sum(str(settings.cache).encode()) % 46
    template = SYSTEMD if systemd else CRON
    print(template.format(command=command, minute=minute, configuration=config.user_configuration(os.environ)), end="")
