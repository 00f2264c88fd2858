"""Disease mentions found with an imported ontology, against annotated abstracts, beside gilda with the same terms.

    pip install gilda
    python benchmarks/diseases.py mondo.obo CDR_DevelopmentSet.PubTator.txt NCBIdevelopset_corpus.txt [--errors 40]

The files are in PubTator format; diseases are their mentions of any type but Chemical. gtminer imports the ontology as
a user would (`gtminer vocab import`); its mentions are what it tags as indication or as a safety event that is a
disease (not outcomes, changes of the genome, the fate of vectors); the longest one of a place counts. gilda's own terms
are a download, so its grounder is made of the ontology's names and exact synonyms, and a second one of these with
gtminer's built-in terms. Exact: both ends agree. Relaxed: they overlap.
"""

import argparse
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from gtminer.model import Category, Document
from gtminer.pipeline.ontologies import import_ontology
from gtminer.tag import mentions, obo, vocabulary
from gtminer.tag.analysis import Analysis
from gtminer.tag.mention import Mention
from gtminer.tag.vocabulary import Concept

_ANNOTATION = re.compile(r"\d+\t(\d+)\t(\d+)\t([^\t\n]+)\t([^\t\n]+)")
_NO_DISEASE = ("outcome", "genome editing", "vector biology")  # axes of safety events

Span = tuple[int, int]
Find = Callable[[str], list[Span]]


class Text(NamedTuple):
    """A text and where its diseases stand."""

    text: str
    spans: frozenset[Span]


class Score(NamedTuple):
    """Precision, recall and F1."""

    precision: float
    recall: float
    f1: float


def read(path: Path) -> Iterator[Text]:
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        title, abstract, *annotations = block.strip().split("\n")
        text = title.split("|t|", 1)[1] + "\n" + abstract.split("|a|", 1)[1]
        matches = [match for match in map(_ANNOTATION.match, annotations) if match and match[4] != "Chemical"]
        yield Text(text, frozenset((int(match[1]), int(match[2])) for match in matches))


def longest(spans: list[Span]) -> list[Span]:
    """Return *spans* without those that overlap a longer one, or one before them of the same length."""
    kept: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0] - span[1], span)):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end))
    return sorted(kept)


def is_disease(concept: Concept) -> bool:
    return concept.axis not in _NO_DISEASE


def ours(overlay: Path | None) -> Find:
    known = vocabulary.load(overlay)
    events = {
        slug for slug in known.concepts.slugs(Category.SAFETY) if is_disease(known.concepts[Category.SAFETY, slug])
    }

    def is_mention(item: Mention) -> bool:
        return item.category is Category.INDICATION or (item.category is Category.SAFETY and item.slug in events)

    def find(text: str) -> list[Span]:
        title = text.partition("\n")[0]
        document = Document("text:1", "text", title, text, ())
        found = mentions.find(Analysis(document, known)).mentions
        return longest([(item.start, item.end) for item in found if is_mention(item)])

    return find


def gildas(ontology: Path, *, with_built_in: bool) -> Find | None:
    try:
        import gilda  # type: ignore[import-not-found]  # optional, only measured here
        from gilda.grounder import Grounder
        from gilda.process import normalize
    except ImportError:
        return None

    def term(text: str, database: str, identifier: str, name: str, status: str) -> Any:
        return gilda.Term(normalize(text), text, database, identifier, name, status, "benchmark")

    terms = []
    for item in obo.read(ontology):
        database, _, identifier = item.id.partition(":")
        terms.append(term(item.name, database, identifier, item.name, "name"))
        terms += [term(text, database, identifier, item.name, "synonym") for text in item.synonyms]
    if with_built_in:
        known = vocabulary.load()
        terms += [
            term(form.text, form.category.value, form.slug, known.concepts[form.category, form.slug].label, "synonym")
            for form in known.forms
            if form.slug
            and form.category in (Category.INDICATION, Category.SAFETY)
            and is_disease(known.concepts[form.category, form.slug])
        ]
    from gilda.ner import annotate

    grounder = Grounder(terms)
    grounder.gilda_disambiguators = {}  # models to tell homonyms apart are a download as well

    def find(text: str) -> list[Span]:
        return longest([(item.start, item.end) for item in annotate(text, grounder=grounder)])

    return find


def score(pairs: list[tuple[frozenset[Span], list[Span]]], *, exact: bool) -> Score:
    right = given = known = hit = 0
    for wanted, found in pairs:
        given += len(found)
        known += len(wanted)
        if exact:
            right += len(wanted & set(found))
            hit = right
        else:
            right += sum(any(a < end and start < b for a, b in wanted) for start, end in found)
            hit += sum(any(a < end and start < b for a, b in found) for start, end in wanted)
    precision, recall = right / max(given, 1), hit / max(known, 1)
    return Score(precision, recall, 2 * precision * recall / max(precision + recall, 1e-9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ontology", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument(
        "--errors", type=int, default=0, metavar="N", help="print the N commonest misses and false alarms"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        overlay = Path(folder)
        import_ontology(options.ontology, Category.INDICATION, overlay / "ontology.tsv", overlay)
        rivals = {
            "gtminer with the ontology": ours(overlay),
            "gtminer, built-in only": ours(None),
            "gilda, the ontology's terms": gildas(options.ontology, with_built_in=False),
            "gilda, these and gtminer's": gildas(options.ontology, with_built_in=True),
        }
    for path in options.files:
        texts = list(read(path))
        print(f"{path.name}: {len(texts)} abstracts, {sum(len(item.spans) for item in texts)} mentions")
        for name, find in rivals.items():
            if find is None:
                print(f"  {name}: not installed")
                continue
            begin = time.process_time()
            pairs = [(item.spans, find(item.text)) for item in texts]
            each = (time.process_time() - begin) / len(texts) * 1e6
            for exact in (True, False):
                got = score(pairs, exact=exact)
                told = f"precision {got.precision:.3f}, recall {got.recall:.3f}, F1 {got.f1:.3f}"
                print(f"  {name}, {'exact' if exact else 'relaxed'}: {told}" + (f", {each:.0f} µs an abstract" * exact))
            if options.errors and name == "gtminer with the ontology":
                _list_errors(texts, [found for _, found in pairs], options.errors)


def _list_errors(texts: list[Text], found: list[list[Span]], most: int) -> None:
    missed: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for item, spans in zip(texts, found, strict=True):
        missed.update(item.text[start:end] for start, end in item.spans - set(spans))
        false.update(item.text[start:end] for start, end in set(spans) - item.spans)
    print("    missed:", "; ".join(f"{words} ({times})" for words, times in missed.most_common(most)))
    print("    false: ", "; ".join(f"{words} ({times})" for words, times in false.most_common(most)))


if __name__ == "__main__":
    main()
