"""The store: what is put is found again, nothing is lost, and no file of somebody else is ever touched."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtminer.errors import InputError, StoreError, TemporaryError
from gtminer.model import (
    Assertion,
    Author,
    Category,
    Deletion,
    Document,
    DocumentTags,
    Link,
    MeshHeading,
    Population,
    Provenance,
    Qualifier,
    Reading,
    Rejected,
    SafetyTag,
    Section,
    Table,
    Tag,
)
from gtminer.store import codec, filesystem, schema
from gtminer.store.database import Store
from gtminer.store.raw import RawFiles
from gtminer.store.tags import ConceptRow

WHOLE = Document(
    doc_id="pubmed:99000001",
    source="pubmed",
    title="An invented trial of AAV9",
    text="An invented trial of AAV9\nNo “serious” event.\nα | 10^14 vg/kg",
    sections=(Section("title", "", 0, 25), Section("results", "RESULTS", 26, 45), Section("table", "", 46, 60, 2)),
    published="2019 Nov-Dec",
    date="2019-11",
    journal="Journal of Invented Results",
    authors=(Author("Doe", "Jane"), Author("The Invented Group", "", True)),
    doi="10.9999/invented",
    pmcid="PMC9900001",
    publication_types=("Journal Article", "Retracted Publication"),
    mesh_headings=(MeshHeading("Genetic Therapy", "D015316", False, (Qualifier("adverse effects", True),)),),
    keywords=("gene therapy",),
    chemicals=("Factor IX",),
    languages=("eng",),
    links=(Link("RetractionIn", "99000002", "J Inv. 2020"), Link("ErratumIn", None)),
    kind="article",
    product="inventagene",
    regulator="EMA",
    state="partial",
    pages=3,
    tables=(Table("Table 1", 2, "parsed", (("a", "10^14 vg/kg"), ("", "b")), 46, 60),),
    version=2,
    provenance=Provenance("https://example.org/1", "2025-01-02T03:04:05+00:00", "0" * 64),
)
PLAIN = Document("pubmed:1", "pubmed", "A title", "A title\nand an abstract", version=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "gtminer.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, create=True) as opened:
        yield opened


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return list(store.connection.execute(sql))


def check(store: Store) -> None:
    """The invariants that hold at any time."""
    assert rows(store, "PRAGMA integrity_check") == [("ok",)]
    assert rows(store, "PRAGMA foreign_key_check") == []
    store.connection.execute("INSERT INTO document_fts (document_fts) VALUES ('integrity-check')")
    assert rows(store, "SELECT count(*) FROM mention JOIN document ON id = document WHERE tagged_with IS NULL") == [
        (0,)
    ]


# Documents


def test_a_document_with_every_field_comes_back_as_it_went_in(store: Store) -> None:
    store.put([WHOLE])
    assert store.get(WHOLE.doc_id) == WHOLE


def test_missing_values_come_back_missing(store: Store) -> None:
    store.put([PLAIN])
    assert store.get("pubmed:1") == PLAIN
    assert store.get("pubmed:2") is None


def test_the_columns_that_tables_need_are_filled(store: Store) -> None:
    store.put([WHOLE])
    assert rows(store, "SELECT year, retracted, retraction_pmid, status FROM document") == [
        (2019, 1, "99000002", "listed")
    ]


words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"))


@given(words, words, st.lists(st.tuples(words, words)), st.one_of(st.none(), words))
def test_any_text_survives_the_way_through_a_row(
    title: str, text: str, people: list[tuple[str, str]], doi: str
) -> None:
    document = PLAIN._replace(title=title, text=text, authors=tuple(Author(*names) for names in people), doi=doi)
    values = dict(zip(codec.COLUMNS, codec.row(document), strict=True))
    assert codec.document(values) == document
    assert codec.load(codec.dump(document)) == document


@given(words, words, words, st.booleans(), st.integers(0, 9))
def test_a_record_is_json_as_the_json_module_writes_it(
    name: str, other: str, heading: str, major: bool, start: int
) -> None:
    document = WHOLE._replace(
        authors=(Author(name, other), Author(other, "", True)),
        sections=(Section(name, heading, start, start + 1), Section("abstract", "", 0, 1, start, other)),
        mesh_headings=(MeshHeading(name, other, major, (Qualifier(heading, major),)), MeshHeading(other, name, major)),
        keywords=(name, other),
        languages=(other,),
    )
    record = dict(zip(codec.COLUMNS, codec.row(document), strict=True))["record"]
    fields = [name for name in Document._fields[4:23] if isinstance(getattr(document, name), tuple)]
    assert record == json.dumps(
        {name: value for name in fields if (value := getattr(document, name))},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def test_fingerprints_stay_what_they_are_in_stores_made_before() -> None:
    fingerprints = [codec.row(one)[codec.FINGERPRINT] for one in (WHOLE, PLAIN)]
    assert fingerprints == ["563ba293699cc45221b801e84fa04df7", "f3e0c4805903935ad697f1fe4056bc9a"]


def test_half_a_surrogate_pair_cannot_stop_a_page(store: Store) -> None:
    store.put([PLAIN._replace(text="A title\nbroken \ud83d sign"), WHOLE])
    broken = store.get("pubmed:1")
    assert broken is not None
    assert broken.text == "A title\nbroken \ufffd sign"


def found(store: Store, word: str) -> list[tuple[object, ...]]:
    """The documents whose index holds *word*."""
    sql = "SELECT doc_id FROM document_fts JOIN document ON id = document_fts.rowid WHERE document_fts MATCH ?"
    return sorted(store.connection.execute(sql, (word,)))


def test_what_one_transaction_brings_in_portions_is_found_by_its_last_words_only(store: Store) -> None:
    first, second = PLAIN, PLAIN._replace(doc_id="pubmed:2", text="A title\nof a second")
    with store.transaction():
        store.put([first])
        store.put([second, first._replace(text="A title\nreworded")])
        store.put([second._replace(doc_id="pubmed:3")])
        store.put([second._replace(text="A title\nof another second")])
    check(store)
    assert found(store, "abstract") == []
    assert found(store, "reworded") == [("pubmed:1",)]
    assert found(store, "second") == [("pubmed:2",), ("pubmed:3",)]
    assert found(store, "another") == [("pubmed:2",)]


def test_after_a_transaction_that_failed_the_next_one_is_indexed_as_if_it_were_the_first(store: Store) -> None:
    store.put([PLAIN])

    def fail() -> None:
        with store.transaction():
            store.put([PLAIN._replace(doc_id="pubmed:2")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    store.put([PLAIN._replace(text="A title\nreworded")])
    store.put([PLAIN._replace(doc_id="pubmed:3", text="A title\nof a third")])
    check(store)
    assert (found(store, "reworded"), found(store, "third")) == ([("pubmed:1",)], [("pubmed:3",)])
    assert found(store, "abstract") == []


def test_putting_the_same_again_changes_nothing(store: Store) -> None:
    first = store.put([PLAIN, WHOLE])
    before = list(store.connection.iterdump())
    again = store.put([PLAIN, WHOLE._replace(provenance=Provenance("https://example.org/2", "2026", "1" * 64))])
    assert first == (2, 0, 0, 0, [(1, PLAIN), (2, WHOLE)], [])
    assert again == (0, 0, 2, 0, [], [])
    assert list(store.connection.iterdump()) == before


def test_a_changed_document_keeps_its_earlier_version(store: Store) -> None:
    changed = WHOLE._replace(text="An invented trial of AAV9\nChanged.")
    store.put([WHOLE], run=1)
    assert store.put([changed], run=2) == (0, 1, 0, 0, [(1, changed)], [])
    assert store.get(WHOLE.doc_id) == changed
    assert store.versions(WHOLE.doc_id) == [WHOLE]
    assert rows(store, "SELECT first_run, changed_run FROM document") == [(1, 2)]
    assert rows(store, "SELECT rowid FROM document_fts WHERE document_fts MATCH 'serious'") == []
    assert rows(store, "SELECT rowid FROM document_fts WHERE document_fts MATCH 'changed'") == [(1,)]
    check(store)


def test_a_lower_pmid_version_is_passed_over(store: Store) -> None:
    store.put([WHOLE])
    assert store.put([WHOLE._replace(version=1, text="older")]) == (0, 0, 1, 0, [], [])
    assert store.get(WHOLE.doc_id) == WHOLE


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_versions_in_one_batch_the_higher_is_kept(store: Store, order: int) -> None:
    store.put([WHOLE, WHOLE._replace(version=1, text="older")][::order])
    assert store.get(WHOLE.doc_id) == WHOLE


BODIES = [WHOLE, WHOLE._replace(text="another"), PLAIN, WHOLE._replace(text="a third")]


def test_a_file_with_several_bodies_of_a_record_may_be_imported_again(store: Store) -> None:
    assert store.put(BODIES) == (2, 2, 0, 0, [(1, BODIES[3]), (2, PLAIN)], [])
    before = list(store.connection.iterdump())
    assert store.put(BODIES) == (0, 0, 4, 0, [], [])
    assert [store.put([body]).unchanged for body in BODIES] == [1, 1, 1, 1]
    assert list(store.connection.iterdump()) == before
    assert store.versions(WHOLE.doc_id) == BODIES[:2]


def test_of_several_bodies_in_one_answer_the_last_counts_every_night(store: Store) -> None:
    for _ in range(2):
        store.put(BODIES, seen="2025-01-01")
        assert store.get(WHOLE.doc_id) == BODIES[3]
        assert store.versions(WHOLE.doc_id) == []


def test_a_source_may_go_back_to_an_earlier_body(store: Store) -> None:
    for body in (WHOLE, WHOLE._replace(text="another"), WHOLE):
        store.put([body], seen="2025-01-01")
    assert store.get(WHOLE.doc_id) == WHOLE
    assert len(store.versions(WHOLE.doc_id)) == 2


def test_a_deletion_marks_and_an_unknown_one_is_ignored(store: Store) -> None:
    store.put([PLAIN])
    assert store.put([Deletion("1"), Deletion("77")], run=5).deleted == 1
    assert store.put([Deletion("1")]).deleted == 0
    assert store.get("pubmed:1") == PLAIN
    assert rows(store, "SELECT status, status_run FROM document") == [("deleted", 5)]


def test_a_file_does_not_list_a_deleted_document_again_but_a_source_does(store: Store) -> None:
    store.put([PLAIN])
    store.put([Deletion("1")])
    store.put([PLAIN])
    assert rows(store, "SELECT status FROM document") == [("deleted",)]
    store.put([PLAIN], seen="2025-01-02")
    assert rows(store, "SELECT status, seen_at FROM document") == [("listed", "2025-01-02")]


def test_three_misses_on_different_days_make_a_document_vanish(store: Store) -> None:
    store.put([PLAIN], seen="2025-01-01")
    assert store.mark_missed(["pubmed:1"], "2025-01-02") == []
    assert store.mark_missed(["pubmed:1"], "2025-01-02") == []
    assert store.mark_missed(["pubmed:1"], "2025-01-03") == []
    assert store.mark_missed(["pubmed:1"], "2025-01-04", run=4) == ["pubmed:1"]
    assert store.mark_missed(["pubmed:1"], "2025-01-05") == []
    assert rows(store, "SELECT status, status_run, missed FROM document") == [("vanished", 4, 4)]
    store.mark_seen(["pubmed:1"], "2025-01-06")
    assert rows(store, "SELECT status, missed, seen_at FROM document") == [("listed", 0, "2025-01-06")]


def test_a_document_remembers_every_question_that_found_it(store: Store) -> None:
    for query in ("aav", "broad", "aav"):
        store.put([PLAIN], query=query)
    assert rows(store, "SELECT document, query FROM found_by") == [(1, "aav"), (1, "broad")]


# Tags

CONCEPTS = [
    ConceptRow("vector", "aav", "AAV"),
    ConceptRow("vector", "aav9", "AAV9", ("X:1",), (("vector", "aav"),)),
    ConceptRow("modality", "gene_addition", "Gene addition"),
    ConceptRow("safety", "hepatotoxicity", "Hepatotoxicity"),
]
NOTHING = DocumentTags((), (), (), (), (), (), (), False, Population.NONE)


def reading(text: str = "AAV9", assertion: Assertion = Assertion.PRESENT) -> Reading:
    tag = Tag(Category.VECTOR, "aav9", text, 21, 25, 0, 25, "title", cue="of", rule="title", n="3", N="10", pct="30")
    summary = DocumentTags(
        (), ("aav9",), (), (SafetyTag("hepatotoxicity", assertion),), ("gene_addition",), ("aav9",), (), True,
        Population.HUMAN,
    )  # fmt: skip
    return Reading((tag,), (Rejected(Category.VECTOR, "aav", 0, 1, "why"),), summary)


def test_a_reading_is_kept_with_its_evidence_and_its_merged_set(store: Store) -> None:
    store.sync_concepts(CONCEPTS)
    store.put([WHOLE])
    assert list(store.untagged("v1")) == [(1, WHOLE)]
    assert store.put_readings([(1, reading())], tagged_with="v1") == 1
    assert list(store.untagged("v1")) == []
    assert store.count_untagged("v2") == 1
    assert list(store.untagged("v1", everything=True)) == [(1, WHOLE)]
    assert rows(store, "SELECT * FROM mention") == [
        (1, 0, 2, 21, 25, 0, 25, "title", None, "present", "mention", 0, "of", "title", None, "3", "10", "30", None)
    ]
    assert rows(store, "SELECT concept, assertion, inferred, ordinal FROM document_tag ORDER BY ordinal") == [
        (2, None, 0, 0),
        (4, "present", 0, 1),
        (3, None, 1, 2),
    ]
    assert rows(store, "SELECT tagged_with, gene_therapy, population FROM document") == [("v1", 1, "human")]
    check(store)


def test_a_changed_document_waits_for_new_tags(store: Store) -> None:
    store.sync_concepts(CONCEPTS)
    store.put([WHOLE])
    store.put_readings([(1, reading())], tagged_with="v1")
    store.put([WHOLE._replace(text="other")])
    assert rows(store, "SELECT tagged_with, gene_therapy, population FROM document") == [(None, None, None)]
    assert rows(store, "SELECT count(*) FROM mention") == rows(store, "SELECT count(*) FROM document_tag") == [(0,)]


def test_a_run_is_named_only_where_it_gave_an_older_document_other_tags(store: Store) -> None:
    store.sync_concepts(CONCEPTS)
    store.put([WHOLE], run=1)
    marks = []
    for run, assertion in ((1, "present"), (2, "present"), (3, "negated"), (4, "negated")):
        store.put_readings([(1, reading(assertion=Assertion(assertion)))], tagged_with=f"v{run}", run=run)
        marks += rows(store, "SELECT tagged_run FROM document")
    assert marks == [(None,), (None,), (3,), (3,)]


def test_concepts_keep_their_numbers_when_the_vocabulary_grows(store: Store) -> None:
    store.sync_concepts(CONCEPTS, version="1")
    store.sync_concepts([ConceptRow("vector", "aav0", "AAV0"), *CONCEPTS[:1]], version="1")
    assert len(rows(store, "SELECT * FROM concept")) == 4
    store.sync_concepts([ConceptRow("vector", "aav0", "AAV0"), ConceptRow("vector", "aav", "Adeno")], version="2")
    assert rows(store, "SELECT id, slug, label FROM concept WHERE category = 'vector' ORDER BY id") == [
        (1, "aav", "Adeno"),
        (2, "aav9", "AAV9"),
        (5, "aav0", "AAV0"),
    ]


def test_counts_are_those_of_the_tags_and_leave_out_retracted_documents(store: Store) -> None:
    store.sync_concepts(CONCEPTS)
    sound = WHOLE._replace(doc_id="pubmed:2", publication_types=(), links=())
    later = sound._replace(doc_id="pubmed:3", date="2021")
    undated = sound._replace(doc_id="pubmed:4", date=None)
    store.put([WHOLE, sound, later, undated])
    store.put_readings([(number, reading()) for number in (1, 2, 3)], tagged_with="v1")
    store.put_readings([(4, reading(assertion=Assertion.NEGATED))], tagged_with="v1")
    assert not store.counts_hold
    store.refresh_counts()
    assert store.counts_hold
    assert rows(store, "SELECT * FROM concept_count") == [
        (2, "pubmed", "", 3, 2019, 2021),
        (3, "pubmed", "", 3, 2019, 2021),
        (4, "pubmed", "negated", 1, None, None),
        (4, "pubmed", "present", 2, 2019, 2021),
    ]
    assert rows(store, "SELECT * FROM pair_count") == [
        (2, 4, "negated", 1),
        (2, 4, "present", 2),
        (3, 2, "", 3),
        (3, 4, "negated", 1),
        (3, 4, "present", 2),
    ]
    store.put([sound._replace(text="changed")])
    assert not store.counts_hold


# The log book


def test_a_run_is_visible_while_it_runs_and_closed_with_its_figures(store: Store) -> None:
    run = store.start_run("fetch", source="pubmed", query="aav", term="AAV[tiab]")
    assert rows(store, "SELECT state, source, query, term FROM run") == [("running", "pubmed", "aav", "AAV[tiab]")]
    store.finish_run(run, "complete", received=3, new=2, translation="as read")
    assert rows(store, "SELECT state, received, new FROM run") == [("complete", 3, 2)]
    assert store.last_translation("pubmed", "aav") == "as read"
    store.start_run("fetch")
    assert (store.close_dead_runs(), store.close_dead_runs()) == (1, 0)


def test_a_failing_run_leaves_its_line_in_the_log(store: Store) -> None:
    with pytest.raises(StoreError, match="one line"), store.recorded_run("import"):
        raise StoreError("one line")
    assert rows(store, "SELECT state, message FROM run") == [("failed", "one line")]


def test_a_run_that_a_signal_ends_is_interrupted(store: Store) -> None:
    with pytest.raises(SystemExit), store.recorded_run("fetch"):
        raise SystemExit(143)
    assert rows(store, "SELECT state, message FROM run") == [("interrupted", "interrupted")]


def test_a_page_and_its_checkpoint_are_kept_or_lost_together(store: Store) -> None:
    def die_after_the_page() -> None:
        with store.transaction():
            store.put([PLAIN])
            store.finish_slice("pubmed", "aav", "digest", run=1, expected=1, received=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        die_after_the_page()
    assert (store.get("pubmed:1"), store.finished_slices("pubmed", "aav")) == (None, set())
    with store.transaction():
        store.put([PLAIN])
        store.finish_slice("pubmed", "aav", "digest", run=1, expected=1, received=1)
    assert (store.get("pubmed:1"), store.finished_slices("pubmed", "aav")) == (PLAIN, {"digest"})
    store.clear_slices("pubmed", "aav")
    assert store.finished_slices("pubmed", "aav") == set()


def test_what_is_owed_counts_its_tries(store: Store) -> None:
    store.add_pending("pubmed", ["1", "2"], "not returned")
    store.add_pending("pubmed", ["2"], "garbled", parser="p1", sha256="s")
    found = {owed.item: (owed.reason, owed.tries, owed.parser) for owed in store.pending("pubmed")}
    assert found == {"1": ("not returned", 1, None), "2": ("garbled", 2, "p1")}
    store.clear_pending("pubmed", ["1", "2"])
    assert store.pending("pubmed") == []


def test_a_watermark_is_kept_for_each_source_and_query(store: Store) -> None:
    store.set_watermark("pubmed", "aav", "2025/01/01", run=1)
    store.set_watermark("pubmed", "aav", "2025/01/02", run=2)
    assert (store.watermark("pubmed", "aav"), store.watermark("pubmed", "broad")) == ("2025/01/02", None)


# Files that are no store


def refused(path: Path, **how: Any) -> str:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises((StoreError, InputError)) as caught:
        Store.open(path, **how)
    assert before is None or path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == [path] or before is None
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("how", [{"create": True}, {"read_only": True}])
def test_a_file_that_is_no_store_is_named_and_not_touched(tmp_path: Path, how: dict[str, bool]) -> None:
    path = tmp_path / "gtminer.db"
    path.write_bytes(b"")
    assert refused(path, **how) == "an empty file, not a gtminer store; not touched; move it away and run again"
    path.write_bytes(b"PMID,title\n" * 100)
    assert refused(path, **how) == ("not a gtminer store (not an SQLite file); not touched; name another with --cache")
    path.unlink()
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE document (x)")
    foreign.close()
    assert refused(path, **how) == (
        "an SQLite file of another program, not a gtminer store; not touched; name another with --cache"
    )


def test_a_store_of_a_newer_gtminer_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "gtminer.db"
    Store.open(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    assert refused(path) == (
        f"made by a newer gtminer (schema {schema.VERSION + 1}, this knows {schema.VERSION}); "
        "not touched; upgrade gtminer"
    )


def test_a_directory_and_a_missing_store_are_told_apart(tmp_path: Path) -> None:
    assert refused(tmp_path) == "a directory, not a gtminer store; name another with --cache"
    missing = tmp_path / "none.db"
    assert refused(missing) == "no store there yet; run 'gtminer fetch' or 'gtminer import' first"
    assert not missing.exists()


def test_a_damaged_page_is_one_line(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.put([PLAIN._replace(doc_id=f"pubmed:{number}", text="word " * 500) for number in range(100)])
    content = bytearray(path.read_bytes())
    content[200 * 1024 : 300 * 1024] = b"\xff" * 100 * 1024
    path.write_bytes(content)
    with Store.open(path) as store, pytest.raises(StoreError, match="the store is damaged"):
        list(store.documents())


def test_the_folder_and_the_file_are_the_owners_alone(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store.put([PLAIN])
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in (path.parent, *path.parent.iterdir())}
    assert modes == {
        "cache": "0o700",
        "gtminer.db": "0o600",
        "gtminer.db-wal": "0o600",
        "gtminer.db-shm": "0o600",
    }


def test_a_store_can_be_read_while_it_is_written(store: Store, path: Path) -> None:
    store.put([PLAIN])
    with Store.open(path, read_only=True) as reader, store.transaction():
        store.put([WHOLE])
        assert [document for _, document in reader.documents()] == [PLAIN]
        with pytest.raises(StoreError, match="cannot be written"):
            reader.put([WHOLE])


def test_waiting_for_a_lock_is_said_once_and_ends_with_a_temporary_error(store: Store, path: Path) -> None:
    said: list[str] = []
    with store.transaction(), Store.open(path, wait_s=0.02, on_wait=said.append) as other:
        with pytest.raises(TemporaryError) as caught:
            other.put([PLAIN])
        assert str(caught.value) == (
            f"{path}: locked by another program; nothing was moved forward; run the command again"
        )
    store.put([WHOLE])


def test_a_network_file_system_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path}/my\\040share nfs4 rw 0 0\n")
    (tmp_path / "my share").mkdir()
    assert filesystem.kind(tmp_path / "my share" / "gtminer.db", mounts) == "nfs4"
    assert filesystem.is_network(tmp_path / "my share" / "gtminer.db", mounts)
    assert filesystem.kind(tmp_path, mounts) == "ext4"
    assert filesystem.kind(tmp_path, tmp_path / "none") is None


def test_on_a_network_file_system_there_is_no_write_ahead_log(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "is_network", lambda place: True)
    said: list[str] = []
    with Store.open(path, create=True, on_wait=said.append) as store:
        store.put([PLAIN])
        assert rows(store, "PRAGMA journal_mode") == [("delete",)]
    assert said == [
        f"{path}: on a network file system; safer on a local disk, and only one machine may write at a time"
    ]


def test_an_older_schema_is_brought_up_to_date_after_a_backup(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(path, create=True) as store:
        store.put([PLAIN])
    monkeypatch.setattr(schema, "VERSION", 2)
    monkeypatch.setitem(schema.MIGRATIONS, 1, "CREATE TABLE extra (x);\nINSERT INTO extra VALUES (7)")
    with pytest.raises(StoreError, match="made by an older gtminer"):
        Store.open(path, read_only=True)
    with Store.open(path) as store:
        assert rows(store, "SELECT x FROM extra") == [(7,)]
    monkeypatch.setattr(schema, "VERSION", 1)
    with Store.open(path.with_name("gtminer.db.schema-1")) as backup:
        assert backup.get("pubmed:1") == PLAIN


# Full disks and sudden deaths


def test_a_full_store_is_one_line_and_what_was_committed_is_kept(store: Store, path: Path) -> None:
    store.put([PLAIN])
    (pages,) = store.connection.execute("PRAGMA page_count").fetchone()
    store.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError) as caught:
        store.put([WHOLE._replace(text="word " * 100_000)])
    assert str(caught.value) == (
        f"disk full on {path.parent}; nothing half written, everything committed before is kept; "
        "free some space and run the same command again"
    )
    store.connection.execute("PRAGMA max_page_count = 1000000")
    assert [document for _, document in store.documents()] == [PLAIN]
    store.put([WHOLE])
    check(store)


FILL = """
import resource, sys
from pathlib import Path
from gtminer.errors import StoreError
from gtminer.model import Document
from gtminer.store.database import Store
from gtminer.store.raw import RawFiles
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
with Store.open(path, create=True) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    try:
        for number in range(100):
            store.put([Document(f"pubmed:{number}", "pubmed", "t", "word " * 20_000)])
            last = number
    except StoreError as error:
        print(last, error)
try:
    RawFiles(path.parent / "raw").put(b"x" * 700_000)
except StoreError as error:
    print(error)
print(sorted(file.name for file in (path.parent / "raw").rglob("*") if file.is_file()))
"""


def test_a_file_size_limit_loses_nothing_that_was_committed(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FILL, str(path)], capture_output=True, text=True, check=True)
    first, second, files = done.stdout.splitlines()
    last, line = first.split(" ", 1)
    assert line.startswith(("disk full on ", f"{path}: the disk failed"))
    assert second.startswith("disk full on ")
    assert files == "[]"
    with Store.open(path) as store:
        assert [doc_id for (doc_id,) in rows(store, "SELECT doc_id FROM document ORDER BY id")] == [
            f"pubmed:{number}" for number in range(int(last) + 1)
        ]
        check(store)


WORK = """
import sys
from pathlib import Path
from gtminer.model import Document, Deletion
from gtminer.store.database import Store
from gtminer.store.raw import RawFiles
path = Path(sys.argv[1])
with Store.open(path, create=True) as store:
    raw = RawFiles(path.parent / "raw")
    raw.put(b"bytes as received")
    done = store.finished_slices("pubmed", "q")
    for page in ("a", "b"):
        if page not in done:
            with store.transaction():
                store.put([Document(f"pubmed:{page}{n}", "pubmed", "t", f"text {n}") for n in range(3)], query="q")
                store.finish_slice("pubmed", "q", page, run=1, expected=3, received=3)
    store.put([Document("pubmed:a0", "pubmed", "t", "changed")])
    store.refresh_counts()
"""
CANONICAL = (
    "SELECT doc_id, text, fingerprint, status FROM document ORDER BY doc_id",
    "SELECT doc_id, query FROM found_by JOIN document ON id = document ORDER BY doc_id",
    "SELECT json_extract(snapshot, '$.text') FROM document_version",
    "SELECT digest, expected, received FROM slice ORDER BY digest",
    "SELECT rowid FROM document_fts WHERE document_fts MATCH 'changed OR text' ORDER BY rowid",
)


def canonical(path: Path) -> list[object]:
    with Store.open(path) as store:
        check(store)
        return [rows(store, sql) for sql in CANONICAL]


def test_a_death_at_any_commit_or_rename_is_healed_by_the_next_run(tmp_path: Path) -> None:
    def work(path: Path, crash_at: int) -> int:
        environment = {**os.environ, "GTMINER_CRASH_AT": str(crash_at)}
        return subprocess.run([sys.executable, "-c", WORK, str(path)], env=environment, check=False).returncode

    whole = tmp_path / "whole" / "gtminer.db"
    assert work(whole, 0) == 0
    expected = canonical(whole)
    for n in range(1, 40):
        path = tmp_path / str(n) / "gtminer.db"
        code = work(path, n)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if path.exists():
            canonical(path)
        assert work(path, 0) == 0
        assert canonical(path) == expected
    assert 8 < n < 39, "the points of a run were all tried"


WRITE = """
import sys
from gtminer.model import Document
from gtminer.store.database import Store
with Store.open(sys.argv[1], create=True) as store:
    for n in range(40):
        store.put([Document(f"pubmed:{sys.argv[2]}{n}", "pubmed", "t", "x"), Document("pubmed:0", "pubmed", "t", "y")])
"""


def test_two_processes_may_write_at_once(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, str(path), letter]) for letter in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with Store.open(path) as store:
        assert rows(store, "SELECT count(*) FROM document") == [(81,)]
        check(store)
    assert [file.name for file in path.parent.iterdir()] == ["gtminer.db"]


def test_a_new_store_opens_while_another_program_reads_it(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    schema.create(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM document").fetchone()
        with Store.open(path) as store:
            store.put([Document("pubmed:1", "pubmed", "t", "x")])
        assert reader.execute("SELECT count(*) FROM document").fetchone() == (0,)


KILLED = textwrap.dedent(WRITE).replace("range(40)", "range(100000)")


def test_a_writer_killed_at_a_random_moment_leaves_a_sound_store(path: Path) -> None:
    Store.open(path, create=True).close()
    for letter in "abcde":
        writer = subprocess.Popen([sys.executable, "-c", KILLED, str(path), letter])
        with Store.open(path, read_only=True) as reader:
            while not rows(reader, f"SELECT 1 FROM document WHERE doc_id = 'pubmed:{letter}3'"):
                assert writer.poll() is None
        writer.kill()
        writer.wait()
        with Store.open(path) as store:
            check(store)


# Bytes as received


def test_bytes_are_kept_once_under_their_sha256(tmp_path: Path) -> None:
    raw = RawFiles(tmp_path / "raw")
    digest = raw.put(b"bytes")
    assert digest == raw.put(b"bytes") == sha256(b"bytes").hexdigest()
    assert [str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()] == [
        f"raw/{digest[:2]}/{digest}"
    ]
    assert raw.get(digest) == b"bytes"
    assert raw.get("0" * 64) is None


def test_a_digest_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        RawFiles(tmp_path).get("../../etc/passwd")


def test_altered_bytes_are_not_believed(tmp_path: Path) -> None:
    raw = RawFiles(tmp_path)
    digest = raw.put(b"bytes")
    raw.path(digest).write_bytes(b"other")
    with pytest.raises(StoreError, match="the file was altered"):
        raw.get(digest)
