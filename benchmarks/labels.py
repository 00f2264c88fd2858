"""Labels of known products: are the facts of the product table found, each adverse reaction of 4.8 read as present?

Run: python benchmarks/labels.py FOLDER [FOLDER ...]
JSON files, one a product: {"brand", "inn", "sections": {number: {"title", "text"}}}. The reactions looked for
are those whose words stand in the section of adverse reactions and are in the vocabulary; general words are none.
A product without gene therapy is a control that must give no such modality.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from gtminer.documents.pdf_sections import known_heading
from gtminer.model import Assertion, Category, Document, DocumentTags, Reading, Section
from gtminer.tag import vocabulary as vocabularies
from gtminer.tag.tagger import read_document
from gtminer.tag.vocabulary import Product, Vocabulary

REACTIONS = ("adverse_reactions",)


def main(folders: list[str]) -> int:
    vocabulary = vocabularies.load()
    known = {product.label.casefold(): product for product in vocabulary.products.values()}
    found = wanted = 0
    for path in sorted(path for folder in folders for path in Path(folder).glob("*.json")):
        document = read(path)
        reading = read_document(document, vocabulary)
        summary = reading.summary
        product = known.get(document.title.partition(":")[0].casefold())
        if product is None or not product.gene_therapy:
            given = f"gene therapy: {', '.join(summary.modality)}" if summary.gene_therapy else "no gene therapy"
            print(f"{path.stem}\tcontrol\t{given}")
            continue
        missing = missing_facts(product, summary, vocabulary)
        present = {event.term for event in summary.safety if event.assertion is Assertion.PRESENT}
        listed = set(reactions(document, reading, vocabulary))
        found += len(listed & present)
        wanted += len(listed)
        print(
            path.stem,
            f"facts missing: {', '.join(missing) or 'none'}",
            f"reactions {len(listed & present)}/{len(listed)}",
            f"not present: {', '.join(sorted(listed - present)) or 'none'}",
            sep="\t",
        )
    print(f"adverse reactions read as present: {found} of {wanted} ({found / max(wanted, 1):.1%})")
    return 0


def missing_facts(product: Product, summary: DocumentTags, vocabulary: Vocabulary) -> list[str]:
    """Return the facts of the table that were not found, not even as something more specific."""
    missing: list[str] = []
    for category, wanted, given in (
        (Category.MODALITY, product.modality, summary.modality + summary.inferred_modality),
        (Category.VECTOR, product.vector, summary.vector + summary.inferred_vector),
        (Category.INDICATION, product.indications, summary.indication),
    ):
        above = {slug for found in given for slug in vocabulary.ancestors(category, found)}
        missing += [slug for slug in wanted if slug not in above]
    return missing


def read(path: Path) -> Document:
    """Return a label as a document, its sections of the kinds that their headings open."""
    data = json.loads(path.read_text(encoding="utf-8-sig"))
    title = f"{data['brand']}: product information"
    text = title
    sections = [Section("title", "", 0, len(title))]
    for number, section in data["sections"].items():
        heading = section.get("title", "")
        body = section.get("text", "")
        start = len(text) + 1
        text += f"\n{heading}\n{body}"
        known = known_heading(heading)
        sections.append(Section(known.kind if known else "text", f"{number} {heading}", start, len(text)))
    return Document(path.stem, "ema", title, text, tuple(sections), regulator="EMA", kind="smpc")


def reactions(document: Document, reading: Reading, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the concrete events mentioned in the sections of adverse reactions, whatever is said of them."""
    spans = [(section.start, section.end) for section in document.sections if section.kind in REACTIONS]
    for tag in reading.tags:
        general = (tag.category, tag.concept) in vocabulary.general
        if tag.category is Category.SAFETY and not general and any(a <= tag.start < b for a, b in spans):
            yield tag.concept


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
