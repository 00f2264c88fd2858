"""Settings: flag > environment > ./gtminer.toml > user configuration > default, and which of them won."""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from gtminer.errors import InputError

STORE_NAME = "gtminer.sqlite"

# Setting -> environment variable. Secrets are never flags: a command line is visible to everybody on the machine.
ENVIRONMENT = {
    "cache": "GTMINER_CACHE",
    "email": "NCBI_EMAIL",
    "api_key": "NCBI_API_KEY",
    "openfda_key": "OPENFDA_API_KEY",
    "user_agent": "GTMINER_USER_AGENT",
    "vocabulary": "GTMINER_VOCABULARY",
    "eutils_url": "GTMINER_EUTILS_URL",
    "ema_url": "GTMINER_EMA_URL",
    "fda_url": "GTMINER_FDA_URL",
    "openfda_url": "GTMINER_OPENFDA_URL",
}
SECRETS = ("api_key", "openfda_key")


@dataclass(frozen=True, slots=True)
class Settings:
    """What gtminer runs with; *origin* says for each setting where its value came from."""

    cache: Path
    email: str | None = None
    api_key: str | None = field(default=None, repr=False)
    openfda_key: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    vocabulary: Path | None = None
    base_urls: Mapping[str, str] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def store_path(self) -> Path:
        """The SQLite file inside the cache directory."""
        return self.cache / STORE_NAME


def load(cache: Path | None = None, environment: Mapping[str, str] = os.environ, here: Path | None = None) -> Settings:
    """Return the settings in force; *cache* is the flag. Raises InputError naming file and key."""
    here = here or Path.cwd()
    found: dict[str, tuple[str, str]] = {}
    warnings: list[str] = []
    for path in (user_configuration(environment), here / "gtminer.toml"):
        for key, value in _read(path, warnings).items():
            found[key] = (value, str(path))
    for key, variable in ENVIRONMENT.items():
        # An empty variable is an unset one: `api_key=` with nothing behind it is refused by NCBI like a wrong key.
        if value := environment.get(variable, "").strip():
            found[key] = (value, variable)
    if cache is not None:
        found["cache"] = (str(cache), "--cache")
    if "cache" not in found:
        checkout = (here / "queries").is_dir() or (here / "gtminer.toml").is_file()
        found["cache"] = (str(here / "cache" if checkout else user_data(environment)), "default")
    if "vocabulary" not in found and (own := user_vocabulary(environment)).is_dir():
        found["vocabulary"] = (str(own), "default")
    values = {key: value for key, (value, _) in found.items()}
    return Settings(
        cache=_absolute(values["cache"], here, environment),
        email=values.get("email"),
        api_key=values.get("api_key"),
        openfda_key=values.get("openfda_key"),
        user_agent=values.get("user_agent"),
        vocabulary=_absolute(values["vocabulary"], here, environment) if "vocabulary" in values else None,
        base_urls={key.removesuffix("_url"): value for key, value in values.items() if key.endswith("_url")},
        origin={key: origin for key, (_, origin) in found.items()},
        warnings=tuple(warnings),
    )


def user_configuration(environment: Mapping[str, str]) -> Path:
    """The user's own configuration file (it need not exist)."""
    from platformdirs import PlatformDirs

    if os.name == "posix" and not environment.get("XDG_CONFIG_HOME") and not environment.get("HOME"):
        return _home(environment) / ".config" / "gtminer" / "config.toml"
    return Path(PlatformDirs("gtminer", appauthor=False).user_config_dir) / "config.toml"


def user_vocabulary(environment: Mapping[str, str]) -> Path:
    """The folder of the user's own vocabulary files, in force where it exists and no other is named."""
    return user_configuration(environment).parent / "vocabulary"


def user_data(environment: Mapping[str, str]) -> Path:
    """Where the store lives when the working directory is not a project."""
    from platformdirs import PlatformDirs

    if os.name == "posix" and not environment.get("XDG_DATA_HOME") and not environment.get("HOME"):
        return _home(environment) / ".local" / "share" / "gtminer"
    return Path(PlatformDirs("gtminer", appauthor=False).user_data_dir)


def _home(environment: Mapping[str, str]) -> Path:
    """The home directory; cron may leave HOME empty, which would turn ``~`` into the root directory."""
    if home := environment.get("HOME"):
        return Path(home)
    import pwd

    return Path(pwd.getpwuid(os.getuid()).pw_dir)


def _absolute(value: str, here: Path, environment: Mapping[str, str]) -> Path:
    path = _home(environment) / value[2:] if value.startswith("~/") else Path(value)
    return here / path


def _read(path: Path, warnings: list[str]) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from error
    values = {}
    for key, value in table.items():
        if key not in ENVIRONMENT:
            near = get_close_matches(key, ENVIRONMENT, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"known settings: {', '.join(sorted(ENVIRONMENT))}"
            raise InputError(f"{path}: unknown setting '{key}'; {hint}")
        if not isinstance(value, str):
            raise InputError(f"{path}: '{key}' must be a text in quotes")
        if value.strip():
            values[key] = value.strip()
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO) and any(key in values for key in SECRETS):
        warnings.append(f"{path} holds a key and can be read by others; run: chmod 600 {path}")
    return values
