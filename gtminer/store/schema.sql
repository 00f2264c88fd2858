-- The store: one SQLite file that datasette, sqlite-utils and DuckDB open as it is.
-- application_id 0x67746d31 ("gtm1"); user_version is the schema's number.

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    doc_id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    year INTEGER,
    date TEXT,
    published TEXT,
    journal TEXT,
    doi TEXT,
    pmcid TEXT,
    kind TEXT NOT NULL,
    product TEXT,
    regulator TEXT,
    state TEXT NOT NULL,
    pages INTEGER,
    version INTEGER NOT NULL,
    retracted INTEGER NOT NULL,
    retraction_pmid TEXT,
    fingerprint TEXT NOT NULL,        -- of everything but provenance: decides whether a document changed
    url TEXT,
    retrieved_at TEXT,
    sha256 TEXT,
    first_run INTEGER,                -- run that brought it first
    changed_run INTEGER,              -- run that last changed it
    seen_at TEXT,                     -- UTC day a source last returned it
    missed INTEGER NOT NULL DEFAULT 0,-- different days on which a source did not return it, in a row
    missed_at TEXT,
    status TEXT NOT NULL DEFAULT 'listed', -- listed, vanished (3 misses), deleted (DeleteCitation), delisted (EMA/FDA)
    status_run INTEGER,               -- run that last set the status
    tagged_with TEXT,                 -- version of vocabulary and code; NULL when not tagged
    tagged_run INTEGER,               -- run whose tagging last gave other document-level tags, after the first run
    tag_digest TEXT,                  -- of the last document-level tags, kept while a changed document waits for new ones
    gene_therapy INTEGER,
    population TEXT,
    -- Long values last: SQLite reads the short ones without them.
    text TEXT NOT NULL,
    record TEXT NOT NULL              -- JSON: what has no column of its own (authors, MeSH headings, sections, links, ...)
);
CREATE INDEX document_date ON document(date DESC, doc_id);
CREATE INDEX document_retracted ON document(id) WHERE retracted = 1;

-- Earlier versions stay readable.
CREATE TABLE document_version (
    document INTEGER NOT NULL REFERENCES document(id),
    run INTEGER,                      -- run that replaced it
    replaced_at TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    snapshot TEXT NOT NULL            -- JSON of the whole earlier document
);
CREATE INDEX document_version_document ON document_version(document);

-- Which question found which document.
CREATE TABLE found_by (
    document INTEGER NOT NULL REFERENCES document(id),
    query TEXT NOT NULL,
    PRIMARY KEY (document, query)
) WITHOUT ROWID;

CREATE TABLE concept (
    id INTEGER PRIMARY KEY,
    category TEXT NOT NULL,
    slug TEXT NOT NULL,
    label TEXT NOT NULL,
    ids TEXT NOT NULL,                -- JSON list: "MONDO:0010602", "ORPHA:98878", ...
    UNIQUE (category, slug)
);

CREATE TABLE concept_ancestor (       -- transitive, without the concept itself
    concept INTEGER NOT NULL REFERENCES concept(id),
    ancestor INTEGER NOT NULL REFERENCES concept(id),
    PRIMARY KEY (concept, ancestor)
) WITHOUT ROWID;

CREATE TABLE mention (
    document INTEGER NOT NULL REFERENCES document(id),
    ordinal INTEGER NOT NULL,
    concept INTEGER NOT NULL REFERENCES concept(id),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentence_start INTEGER NOT NULL,
    sentence_end INTEGER NOT NULL,
    section TEXT NOT NULL,
    page INTEGER,
    assertion TEXT NOT NULL,
    role TEXT NOT NULL,
    inferred INTEGER NOT NULL,
    cue TEXT,
    rule TEXT,
    grade TEXT,
    n TEXT,
    denominator TEXT,                 -- N of the schema page; SQL names ignore case
    pct TEXT,
    arm TEXT,
    PRIMARY KEY (document, ordinal)
) WITHOUT ROWID;

-- The merged set of a document (model.DocumentTags): what tables show.
CREATE TABLE document_tag (
    document INTEGER NOT NULL REFERENCES document(id),
    concept INTEGER NOT NULL REFERENCES concept(id),
    assertion TEXT,                   -- safety only
    inferred INTEGER NOT NULL DEFAULT 0,
    ordinal INTEGER NOT NULL,         -- order of first mention
    PRIMARY KEY (concept, document)
) WITHOUT ROWID;
CREATE INDEX document_tag_document ON document_tag(document, ordinal);

-- Counts over all documents that are not retracted, made anew at the end of every run that changed something.
-- They hold while meta's `counted` equals its `data`; otherwise count document_tag.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,             -- data: grows with every change; counted: data when the counts were made; concepts
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE concept_count (
    concept INTEGER NOT NULL REFERENCES concept(id),
    source TEXT NOT NULL,
    assertion TEXT NOT NULL,          -- strongest in its document, safety only; else ''
    documents INTEGER NOT NULL,
    first_year INTEGER,
    last_year INTEGER,
    PRIMARY KEY (concept, source, assertion)
) WITHOUT ROWID;

CREATE TABLE pair_count (             -- documents with both concepts; a's category comes before b's in model.Category's
    a INTEGER NOT NULL REFERENCES concept(id), -- order, but safety is always b
    b INTEGER NOT NULL REFERENCES concept(id),
    assertion TEXT NOT NULL,          -- of b, safety only; else ''
    documents INTEGER NOT NULL,
    PRIMARY KEY (a, b, assertion)
) WITHOUT ROWID;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,            -- fetch, import, tag
    source TEXT,
    query TEXT,
    term TEXT,
    translation TEXT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    state TEXT NOT NULL,              -- running, complete, part (of --limit, --since), partial, failed, interrupted
    expected INTEGER,
    received INTEGER,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    seconds REAL,
    gtminer TEXT NOT NULL,
    tagger TEXT,
    message TEXT                      -- the one line of a failure or warning
);

-- Where a fetch goes on after an interruption: one row a page of PMIDs, written with the page's documents.
CREATE TABLE slice (
    source TEXT NOT NULL,
    query TEXT NOT NULL,
    digest TEXT NOT NULL,             -- of the question, the window and the page's ids
    run INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    received INTEGER NOT NULL,
    finished_at TEXT NOT NULL,
    PRIMARY KEY (source, query, digest)
) WITHOUT ROWID;

-- How far each query of each source is known to be complete (the server's date).
CREATE TABLE watermark (
    source TEXT NOT NULL,
    query TEXT NOT NULL,
    value TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (source, query)
) WITHOUT ROWID;

-- What was asked for and not given, or could not be read: retried by the next run.
CREATE TABLE pending (
    source TEXT NOT NULL,
    item TEXT NOT NULL,               -- PMID, URL or file
    reason TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 1,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    parser TEXT,                      -- version of the reader that failed; another version tries again
    sha256 TEXT,
    PRIMARY KEY (source, item)
) WITHOUT ROWID;

-- What EMA and FDA listed when last asked, one row a document: their own date of it, and the bytes we hold.
CREATE TABLE listing (
    source TEXT NOT NULL,             -- ema, fda
    item TEXT NOT NULL,               -- canonical address
    product TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    doc_id TEXT NOT NULL,             -- given once, never moved to another address
    page TEXT,                        -- the page that links to it (FDA)
    date TEXT,                        -- of publication, ISO
    listed_date TEXT,                 -- the source's date of its last change, ISO
    fetched_date TEXT,                -- the listed date under which the bytes were fetched
    sha256 TEXT,                      -- of those bytes; NULL until fetched
    parser TEXT,                      -- version of the reader that read them
    checked_at TEXT,                  -- when the bytes were last compared, UTC
    seen_at TEXT NOT NULL,            -- when last listed, UTC
    state TEXT NOT NULL,              -- listed, read, missing, failed, unsupported, delisted
    PRIMARY KEY (source, item)
) WITHOUT ROWID;

-- Feeds and pages as last accepted: what the next ones are compared with.
CREATE TABLE feed (
    source TEXT NOT NULL,
    name TEXT NOT NULL,               -- medicines, epar_documents, index, a product page, label
    records INTEGER NOT NULL,
    timestamp TEXT,                   -- as the source states it
    sha256 TEXT NOT NULL,
    read_at TEXT NOT NULL,
    PRIMARY KEY (source, name)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE document_fts USING fts5(
    title, text, content='document', content_rowid='id', tokenize="unicode61 remove_diacritics 2"
);
-- A whole batch of documents is sorted in memory (bytes) before it is written as one segment.
INSERT INTO document_fts(document_fts, rank) VALUES ('hashsize', 33554432);
-- Segments are large, so they are merged sixteen at a time: a baseline file is not written twice.
INSERT INTO document_fts(document_fts, rank) VALUES ('automerge', 16);
-- No trigger for INSERT: it would make FTS5 flush after every row. A transaction indexes all that it brought at its end.
CREATE TRIGGER document_fts_delete AFTER DELETE ON document BEGIN
    INSERT INTO document_fts(document_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;
CREATE TRIGGER document_fts_update AFTER UPDATE OF title, text ON document BEGIN
    INSERT INTO document_fts(document_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO document_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
END;
