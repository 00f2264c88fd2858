"""The files a user names: found, unpacked, told apart by their bytes, read whole or named."""

import gzip
import io
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pubmed_records import article, record_set

from gtminer.documents import files, kinds
from gtminer.documents.files import FoundFile, walk
from gtminer.errors import ContentError, InputError
from gtminer.model import Document

SET = record_set(article("1"), article("2"))


def tell(path: Path, body: bytes) -> str:
    path.write_bytes(body)
    (found,) = walk([path])
    return found.kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (SET, kinds.PUBMED_XML),
        (b"\xef\xbb\xbf" + SET, kinds.PUBMED_XML),
        (SET.decode().replace("utf-8", "utf-16").encode("utf-16"), kinds.PUBMED_XML),
        (b"<!-- a comment --><?pi?><PubmedBookArticleSet/>", kinds.PUBMED_XML),
        (b"<MedlineCitationSet></MedlineCitationSet>", kinds.PUBMED_XML),
        (article().encode(), kinds.PUBMED_XML),
        (b"\n\nPMID- 1\nTI  - T\n", kinds.MEDLINE),
        (b"%PDF-1.7\n", kinds.PDF),
        (b"junk before\n%PDF-1.4\n", kinds.PDF),
        (b"12345\n67890\n", kinds.PMIDS),
        (b"\xef\xbb\xbfpmid\n12345\n", kinds.PMIDS),
        (b"# mine\nPMID: 12345, PMID: 6\n", kinds.PMIDS),
        (b"", "an empty file"),
        (b" \n\t\n", "an empty file"),
        (b"<!DOCTYPE html>\n<html><body>Bad gateway</body></html>", "an HTML page"),
        (b'<?xml version="1.0"?>\n<html xmlns="x"/>', "an HTML page"),
        (b"<eSearchResult><Count>0</Count></eSearchResult>", "an esearch answer"),
        (b'<!DOCTYPE DescriptorRecordSet SYSTEM "d.dtd"><DescriptorRecordSet/>', "a MeSH descriptor file"),
        (b"<rss/>", "XML of another kind (rss)"),
        (b'<?xml version="1.0"?>', "XML without an element"),
        (b'{"pmid": 1}', "JSON"),
        (b"TY  - JOUR\n", "an RIS file"),
        (b"@article{x,\n", "a BibTeX file"),
        (b"pmid,title\n1,Title\n", "text of another kind"),
        (b"Dear reader,\n", "text of another kind"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"PK\x03\x04zip", "a ZIP archive"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"\x00\x01\x02\x03", "binary data"),
        # mtime=0: the test's name shows the bytes, and every worker must give it the same one.
        (gzip.compress(SET, mtime=0), kinds.PUBMED_XML),
        (gzip.compress(b"%PDF-1.7\n", mtime=0), kinds.PDF),
        (gzip.compress(gzip.compress(SET, mtime=0), mtime=0), "a gzip file"),
    ],
)  # fmt: skip
def test_the_bytes_say_what_a_file_is_and_its_name_nothing(tmp_path: Path, body: bytes, kind: str) -> None:
    assert tell(tmp_path / "misleading.pdf", body) == kind
    assert tell(tmp_path / "plain", body) == kind


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"<", b"<?xml", b"<!DOCTYPE x [", b"PMID- ", b"\xff\xfe", b"1,"]))
def test_every_file_is_of_one_kind(body: bytes, start: bytes) -> None:
    assert re.fullmatch(r"[^\n]+", kinds.kind_of(start + body))


def packed(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part) for part in parts)


def records(path: Path) -> list[str]:
    (found,) = walk([path])
    return [item.doc_id for item in found.read() if isinstance(item, Document)]


@pytest.mark.parametrize(
    "body",
    [
        packed(SET),
        packed(SET[:700], SET[700:]),
        packed(b"", SET, b""),
        packed(SET) + b"\x00" * 512,
        gzip.compress(SET, 0, mtime=0),
    ],
    ids=["one member", "two members", "empty members", "padded to a block", "stored"],
)
def test_a_gzip_file_is_read_to_its_end(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "set.xml.gz").write_bytes(body)
    assert records(tmp_path / "set.xml.gz") == ["pubmed:1", "pubmed:2"]


def many() -> bytes:
    return record_set(
        *(
            article(str(number), title=f"<ArticleTitle>{os.urandom(90).hex()}</ArticleTitle>")
            for number in range(1, 999)
        )
    )


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9999])
def test_a_cut_gzip_file_gives_its_whole_records_and_one_line(tmp_path: Path, share: float) -> None:
    whole = packed(many())
    path = tmp_path / "cut.xml.gz"
    path.write_bytes(whole[: int(len(whole) * share)])
    (found,) = walk([path])
    seen: list[str] = []
    with pytest.raises(ContentError) as error:
        seen.extend(item.doc_id for item in found.read() if isinstance(item, Document))
    count = re.fullmatch(
        re.escape(f"{path}: the gzip file is cut short; get it again (after ") + r"(\d+) whole records?\)",
        str(error.value),
    )
    assert count
    assert int(count[1]) in range(int(998 * share) - 30, int(998 * share) + 2)


def test_a_damaged_gzip_file_is_one_line(tmp_path: Path) -> None:
    body = bytearray(packed(many()))
    body[len(body) // 2 : len(body) // 2 + 40] = bytes(40)
    path = tmp_path / "bad.xml.gz"
    path.write_bytes(body)
    (found,) = walk([path])
    with pytest.raises(ContentError) as error:
        list(found.read())
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)
    assert "whole record" in str(error.value)


def test_a_wrong_checksum_is_found_at_the_end(tmp_path: Path) -> None:
    body = bytearray(packed(SET))
    body[-8] ^= 1
    (tmp_path / "sum.xml.gz").write_bytes(body)
    (found,) = walk([tmp_path / "sum.xml.gz"])
    with pytest.raises(ContentError, match=r"damaged gzip file|cannot be read"):
        list(found.read())


def test_directories_are_walked_in_order_without_hidden_files_and_each_once(tmp_path: Path) -> None:
    for name in ("b/2.xml", "a/1.xml", "a/.hidden.xml", ".git/3.xml", "c.xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(SET)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "z").symlink_to(tmp_path / "b")
    names = [found.path.removeprefix(f"{tmp_path}/") for found in walk([tmp_path, tmp_path / "a"])]
    assert names == ["a/1.xml", "b/2.xml", "c.xml"]


def test_a_link_to_nowhere_is_named_since_its_records_are_missing(tmp_path: Path) -> None:
    (tmp_path / "a.xml").symlink_to(tmp_path / "gone" / "a.xml")
    (tmp_path / "b.xml").write_bytes(SET)
    missing, found = walk([tmp_path])
    assert str(missing.problem) == f"{tmp_path}/a.xml: cannot be read (No such file or directory)"
    assert found.kind == kinds.PUBMED_XML


def test_what_is_no_plain_file_is_passed_over_in_a_directory(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "socket"))
        assert list(walk([tmp_path])) == []


def test_a_missing_path_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        list(walk([tmp_path / "gone.xml"]))
    assert str(error.value) == f"{tmp_path}/gone.xml: no such file or directory"


def refusing(error: OSError) -> Callable[[], io.BytesIO]:
    def opener() -> io.BytesIO:
        raise error

    return opener


def test_a_file_that_cannot_be_opened_is_named_with_the_reason() -> None:
    found = FoundFile("x.xml", refusing(PermissionError(13, "Permission denied")))
    assert (found.kind, str(found.problem), found.holds_documents) == (
        files.UNREADABLE, "x.xml: cannot be read (Permission denied)", False,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
def test_a_file_that_cannot_be_read_is_named_with_the_reason() -> None:
    (found,) = walk(["/proc/self/mem"])
    assert str(found.problem) == "/proc/self/mem: cannot be read (Input/output error)"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0)
    (tmp_path / "b.xml").write_bytes(SET)
    closed, found = walk([tmp_path])
    assert str(closed.problem) == f"{tmp_path}/a: cannot be read (Permission denied)"
    assert found.kind == kinds.PUBMED_XML


def test_a_directory_that_fails_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b.xml").write_bytes(SET)
    iterdir = Path.iterdir

    def failing(path: Path) -> object:
        if path.name == "a":
            raise OSError(5, "Input/output error")
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", failing)
    closed, found = walk([tmp_path])
    assert str(closed.problem) == f"{tmp_path}/a: cannot be read (Input/output error)"
    assert found.kind == kinds.PUBMED_XML


class Stdin:
    def __init__(self, body: bytes) -> None:
        self.buffer = io.BytesIO(body)


@pytest.mark.parametrize("body", [SET, packed(SET)], ids=["plain", "packed"])
def test_standard_input_may_be_read_again_and_again(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(body))
    (found,) = walk(["-"])
    assert (found.path, found.kind, len(found.sha256())) == ("-", kinds.PUBMED_XML, 64)
    assert len(list(found.read())) == len(list(found.read())) == 2


def test_a_pipe_with_a_name_is_read_like_a_file() -> None:
    reading, writing = os.pipe()
    with open(writing, "wb") as end:  # noqa: PTH123 (a descriptor)
        end.write(SET)
    (found,) = walk([f"/dev/fd/{reading}"])
    os.close(reading)
    assert len(list(found.read())) == 2


@pytest.mark.parametrize(
    ("text", "pmids"),
    [
        ("1\n2\n\n3", ["1", "2", "3"]),
        ("PMID: 12345678, 2;3 \t 4", ["12345678", "2", "3", "4"]),
        ("pmid\n00012\n12\n", ["12"]),
        ("# comment 99\r\nPMIDs: 1\r\n", ["1"]),
        ("", []),
    ],
)
def test_a_list_of_pmids_keeps_its_order_each_once(text: str, pmids: list[str]) -> None:
    assert files.pmids(io.BytesIO(text.encode())) == pmids


def test_a_list_with_something_else_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("1\n2\nthree\n")
    (found,) = walk([tmp_path / "list.txt"])
    with pytest.raises(ContentError) as error:
        found.pmids()
    assert str(error.value) == f"{tmp_path}/list.txt: line 3: 'three' is no PMID; give numbers, one a line"
