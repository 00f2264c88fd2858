"""What a store holds, apart from moments, numbers of runs and the log book: the same after interruptions."""

from pathlib import Path

from gtminer.store.database import Store

_QUERIES = {
    "documents": "SELECT doc_id, title, text, fingerprint, status, missed, seen_at, tagged_with, gene_therapy,"
    " population FROM document ORDER BY doc_id",
    "versions": "SELECT doc_id, v.fingerprint FROM document_version v JOIN document ON document.id = v.document"
    " ORDER BY doc_id, v.rowid",
    "found by": "SELECT doc_id, query FROM found_by JOIN document ON id = document ORDER BY doc_id, query",
    "mentions": "SELECT doc_id, ordinal, category, slug, start, end, assertion, role FROM mention"
    " JOIN document ON document.id = mention.document JOIN concept ON concept.id = mention.concept"
    " ORDER BY doc_id, ordinal",
    "tags": "SELECT doc_id, category, slug, assertion, inferred, ordinal FROM document_tag t"
    " JOIN document ON document.id = t.document JOIN concept ON concept.id = t.concept ORDER BY doc_id, ordinal",
    "counts": "SELECT category, slug, c.source, assertion, documents, first_year, last_year FROM concept_count c"
    " JOIN concept ON concept.id = c.concept ORDER BY category, slug, c.source, assertion",
    "watermarks": "SELECT source, query, substr(value, 1, 10) FROM watermark ORDER BY source, query",
    "slices": "SELECT source, query, digest FROM slice ORDER BY source, query, digest",
    "pending": "SELECT source, item, reason FROM pending ORDER BY source, item",
    "listings": "SELECT source, item, doc_id, sha256, state, fetched_date FROM listing ORDER BY source, item",
    # Without the records changed lately: a question that was asked twice remembers those of the second time.
    "meta": "SELECT key, CASE WHEN key LIKE 'fetched:%' THEN json_remove(value, '$[2]') ELSE value END FROM meta"
    " WHERE key NOT IN ('data', 'counted') ORDER BY key",
    "found in text": "SELECT doc_id FROM document_fts JOIN document ON id = document_fts.rowid"
    " WHERE document_fts MATCH 'vector OR gene' ORDER BY doc_id",
}
_NEVER = {
    "a mention of an untagged document": "SELECT 1 FROM mention JOIN document ON id = document"
    " WHERE tagged_with IS NULL",
    "a tag of an untagged document": "SELECT 1 FROM document_tag JOIN document ON id = document"
    " WHERE tagged_with IS NULL",
    "a watermark of a run that is not known": "SELECT 1 FROM watermark LEFT JOIN run ON run.id = watermark.run"
    " WHERE run.id IS NULL",
}

Content = dict[str, list[tuple[object, ...]]]


def canonical(path: Path) -> Content:
    """Return the content of the store at *path*; AssertionError where an invariant does not hold."""
    with Store.open(path) as store:
        connection = store.connection
        assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]
        assert list(connection.execute("PRAGMA foreign_key_check")) == []
        connection.execute("INSERT INTO document_fts (document_fts) VALUES ('integrity-check')")
        for what, sql in _NEVER.items():
            assert list(connection.execute(sql)) == [], what
        return {what: list(connection.execute(sql)) for what, sql in _QUERIES.items()}
