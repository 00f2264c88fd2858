"""`gtminer show`: one document, its tags with their evidence, and why."""

import json
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from gtminer.cli import options, streams
from gtminer.errors import InputError
from gtminer.text import escaped, one_line

if TYPE_CHECKING:
    from gtminer.model import Category, Document, Tag
    from gtminer.report.evidence import Evidence, Finding, Refusal
    from gtminer.store.database import Store

FEW = 3  # mentions of a concept that are shown unless all are asked for
AROUND = 60  # characters shown on either side of a rejected reading
_ON, _OFF = "\ufdd0", "\ufdd1"  # stand for the marks of evidence while lines are cut: noncharacters, so in no text


def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="pubmed:31234567, 31234567 or ema:zolgensma/smpc.")],
    every: Annotated[bool, typer.Option("--all", help=f"Every mention, not only {FEW} of a concept.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The whole text, with the words of the tags marked.")] = False,
    earlier: Annotated[
        int | None, typer.Option(metavar="N", help="The text of the N-th earlier version, 1 the first kept.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> None:
    """Show one document: its tags, each with its evidence and why, rejected readings, tables, versions.

    Example: gtminer show pubmed:31234567
    """
    from gtminer.report import evidence as evidences

    if format_ not in ("text", "json"):
        raise InputError(f"--format: unknown value '{format_}'; choose one of: text, json")
    with options.opened_store(context) as store:
        doc_id = evidences.find(store, name)
        if earlier is not None:
            _print(_earlier(store, doc_id, earlier))
            return
        evidence = _evidence(context, store, doc_id)
        if format_ == "json":
            print(escaped(_json(store, evidence)))
            return
    _print(_text(evidence) if text else _page(evidence, None if every else FEW))


def _evidence(context: typer.Context, store: "Store", doc_id: str) -> "Evidence":
    from gtminer import config
    from gtminer.pipeline import tagging
    from gtminer.report import evidence as evidences

    tagger = tagging.built_in(config.load(context.obj).vocabulary)
    evidence = evidences.explain(store, doc_id, tagger.read)
    if evidence.tagged_with is None:
        streams.note("not tagged yet: shown as 'gtminer tag' would tag it now")
    elif evidence.tagged_with != tagger.version:
        streams.note(
            f"tagged with vocabulary {evidence.tagged_with}, rejected readings are of {tagger.version}; "
            "'gtminer tag' brings the tags up to date"
        )
    return evidence


def _earlier(store: "Store", doc_id: str, number: int) -> Iterator[str]:
    versions = store.versions(doc_id)
    if not 1 <= number <= len(versions):
        have = f"it has {len(versions)}" if versions else "it has none"
        raise InputError(f"--earlier {number}: {doc_id} has no such earlier version; {have}")
    return iter(versions[number - 1].text.splitlines())


def _json(store: "Store", evidence: "Evidence") -> str:
    from gtminer.report import documents
    from gtminer.report import evidence as evidences
    from gtminer.report.concepts import Concepts

    every = documents.one_record(store.connection, Concepts(store.connection), evidence.document.doc_id)
    return json.dumps(evidences.as_json(evidence, every), ensure_ascii=False, indent=2)


def _print(lines: Iterator[str]) -> None:
    """Print *lines*, broken between words on a terminal, the evidence bold or between double stars."""
    import textwrap

    colour = streams.use_colour(sys.stdout)
    on, off = ("\033[1;33m", "\033[0m") if colour else ("**", "**")
    room = shutil.get_terminal_size((80, 24)).columns if streams.stdout_is_terminal() else None
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" ")))
        flat = indent + one_line(line)
        if not colour:
            flat = flat.replace(_ON, on).replace(_OFF, off)
        parts = textwrap.wrap(flat, room, subsequent_indent=indent, break_on_hyphens=False) if room else [flat]
        for part in parts or [""]:
            print(part.replace(_ON, on).replace(_OFF, off))


def _bold(words: str) -> str:
    return f"{_ON}{words}{_OFF}"


def _page(evidence: "Evidence", most: int | None) -> Iterator[str]:
    yield from _head(evidence)
    last = None
    for finding in evidence.findings:
        if finding.category != last:
            last = finding.category
            yield ""
            yield last.upper()
        yield from _finding(evidence.document, finding, most)
    if not evidence.findings:
        yield ""
        yield "No tags."
    if evidence.refusals:
        yield ""
        yield "REJECTED READINGS"
        for refusal in evidence.refusals:
            yield from _refusal(evidence.document, refusal)
    if evidence.document.tables:
        yield ""
        yield "TABLES"
        for table in evidence.document.tables:
            became = f"{len(table.rows)} rows read" if table.state == "parsed" else f"{table.state}, not read"
            yield f"  p. {table.page}: {table.caption or 'without a caption'} ({became})"
    if evidence.replaced_at:
        yield ""
        yield "EARLIER VERSIONS"
        for number, moment in enumerate(evidence.replaced_at, start=1):
            yield f"  {number}, replaced {moment}; --earlier {number} shows it"


def _head(evidence: "Evidence") -> Iterator[str]:
    document = evidence.document
    yield document.doc_id
    yield document.title or "(no title)"
    facts = [
        document.journal, document.date or document.published, document.kind, document.regulator,
        document.doi and f"doi:{document.doi}", document.pmcid,
        f"{document.pages} pages" if document.pages else None,
        None if document.state == "ok" else f"reading state: {document.state}",
    ]  # fmt: skip
    yield "; ".join(fact for fact in facts if fact)
    if document.is_retracted:
        notice = document.retraction_pmid
        yield "RETRACTED" + (f"; the notice is pubmed:{notice}" if notice else "")
    for link in document.links:
        if link.kind in ("ErratumIn", "CorrectedandRepublishedIn", "ExpressionOfConcernIn", "PartialRetractionIn"):
            yield f"{link.kind}: {f'pubmed:{link.pmid}' if link.pmid else link.citation}"
    if evidence.status != "listed":
        yield f"No longer listed by its source ({evidence.status}); kept here"
    if document.provenance and document.provenance.url:
        yield f"From {document.provenance.url}, {document.provenance.retrieved_at}"
    if evidence.queries:
        yield f"Found by {', '.join(evidence.queries)}"
    if evidence.gene_therapy is not None:
        about = "about a gene therapy" if evidence.gene_therapy else "not about a gene therapy"
        yield f"{about}; population: {evidence.population}".capitalize()


def _finding(document: "Document", finding: "Finding", most: int | None) -> Iterator[str]:
    ids = f" [{'; '.join((finding.concept, *finding.ids))}]"
    yield f"  {finding.label}{ids}: {finding.verdict}"
    if finding.reason:
        yield f"    not stated in words; by rule '{finding.reason}'"
    for tag in finding.mentions[:most]:
        yield f"    {_place(tag)}: {_quoted(document, tag)}"
        yield f"      {_why(tag, finding.category)}"
    if most is not None and len(finding.mentions) > most:
        yield f"    and {len(finding.mentions) - most} more; --all shows them"


def _place(tag: "Tag") -> str:
    section = tag.section.replace("_", " ")
    return f"p. {tag.page}, {section}" if tag.page else section


def _quoted(document: "Document", tag: "Tag") -> str:
    text = document.text
    first, last = min(tag.sentence_start, tag.start), max(tag.sentence_end, tag.end)
    return text[first : tag.start] + _bold(text[tag.start : tag.end]) + text[tag.end : last]


def _why(tag: "Tag", category: "Category") -> str:
    """Return the decision in one line: the words, what is said of them and why, whose they are and why, as printed."""
    parts = [f"{'follows from' if tag.inferred else 'matched'} '{tag.text}'"]
    if category == "safety" or tag.assertion != "present" or tag.cue:
        parts.append(f"{tag.assertion} by '{tag.cue}'" if tag.cue else f"{tag.assertion}, no cue")
    parts.append(f"{tag.role} by rule '{tag.rule}'" if tag.rule else tag.role.value)
    printed = [("grade", tag.grade), ("n =", tag.n), ("N =", tag.N), ("", tag.pct and f"{tag.pct} %"), ("arm", tag.arm)]
    parts += [f"{name} {value}".strip() for name, value in printed if value]
    return "; ".join(parts)


def _refusal(document: "Document", refusal: "Refusal") -> Iterator[str]:
    text = document.text
    times = f" ({refusal.times} times)" if refusal.times > 1 else ""
    named = f"{refusal.category} {refusal.label}".rstrip()
    yield f"  '{refusal.text}' as {named}: {refusal.reason}{times}"
    before = text[max(0, refusal.start - AROUND) : refusal.start].rpartition("\n")[2]
    after = text[refusal.end : refusal.end + AROUND].partition("\n")[0]
    yield f"    … {before}{_bold(refusal.text)}{after} …"


def _text(evidence: "Evidence") -> Iterator[str]:
    """Yield the document's text line by line, with the words of its tags marked."""
    text = evidence.document.text
    marked, position = [], 0
    spans = sorted({(tag.start, tag.end) for finding in evidence.findings for tag in finding.mentions})
    for start, end in spans:
        if start >= position:
            marked += [text[position:start], _bold(text[start:end])]
            position = end
    yield from ("".join(marked) + text[position:]).split("\n")
