"""Settings: who wins, and what is refused."""

from pathlib import Path

import pytest

from gtminer import config, query
from gtminer.errors import InputError


def test_the_flag_wins_over_environment_and_files(tmp_path: Path) -> None:
    (tmp_path / "gtminer.toml").write_text('cache = "from-file"\nemail = "file@example.org"\n')
    env = {"HOME": str(tmp_path), "GTMINER_CACHE": "from-env", "NCBI_EMAIL": "env@example.org"}
    assert config.load(None, env, tmp_path).cache == tmp_path / "from-env"
    assert config.load(Path("from-flag"), env, tmp_path).cache == tmp_path / "from-flag"
    assert config.load(None, {"HOME": str(tmp_path)}, tmp_path).email == "file@example.org"
    assert config.load(None, env, tmp_path).origin["email"] == "NCBI_EMAIL"


def test_an_empty_variable_is_an_unset_one(tmp_path: Path) -> None:
    settings = config.load(None, {"HOME": str(tmp_path), "NCBI_API_KEY": "", "NCBI_EMAIL": " "}, tmp_path)
    assert (settings.api_key, settings.email) == (None, None)


def test_a_project_folder_keeps_its_store_in_cache(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    assert config.load(None, {"HOME": str(tmp_path)}, tmp_path).cache == tmp_path / "cache"


def test_an_empty_home_is_not_the_root_directory(tmp_path: Path) -> None:
    cache = config.load(None, {"HOME": ""}, tmp_path).cache
    assert cache.is_absolute()
    assert len(cache.parts) > 3


def test_a_byte_order_mark_as_editors_of_windows_write_is_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "gtminer.toml").write_bytes(b'\xef\xbb\xbfemail = "reader@example.org"\r\n')
    assert config.load(None, {"HOME": str(tmp_path)}, tmp_path).email == "reader@example.org"
    asked = tmp_path / "x.toml"
    asked.write_bytes(b'\xef\xbb\xbfname = "x"\r\ntitle = "t"\r\n[pubmed]\r\nterm = "gene therapy"\r\n')
    assert query.read(asked).name == "x"


def test_an_unknown_setting_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    (tmp_path / "gtminer.toml").write_text('emial = "a@example.org"\n')
    with pytest.raises(InputError) as failure:
        config.load(None, {"HOME": str(tmp_path)}, tmp_path)
    assert str(failure.value) == f"{tmp_path / 'gtminer.toml'}: unknown setting 'emial'; did you mean 'email'?"


def test_a_key_in_a_file_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "gtminer.toml"
    path.write_text('api_key = "0123456789"\n')
    path.chmod(0o644)
    settings = config.load(None, {"HOME": str(tmp_path)}, tmp_path)
    assert settings.warnings == (f"{path} holds a key and can be read by others; run: chmod 600 {path}",)
    path.chmod(0o600)
    assert config.load(None, {"HOME": str(tmp_path)}, tmp_path).warnings == ()


def test_a_key_is_in_no_representation(tmp_path: Path) -> None:
    settings = config.load(None, {"HOME": str(tmp_path), "NCBI_API_KEY": "0123456789abc"}, tmp_path)
    assert "0123456789abc" not in repr(settings)
