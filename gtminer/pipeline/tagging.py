"""Tags for documents that have none, or older ones: read and stored batch by batch."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from gtminer.model import Document, Reading
from gtminer.store.database import Store
from gtminer.store.tags import ConceptRow

_BATCH = 500

T = TypeVar("T")


class Tagger(NamedTuple):
    """The reading of documents as the flows need it. *version* names vocabulary and code: other versions tag anew."""

    version: str
    read: Callable[[Document], Reading]
    concepts: Callable[[], Iterable[ConceptRow]]


class Tagged(NamedTuple):
    """What became of a round of tagging; *failed* names the documents on which the tagger broke, and how."""

    documents: int
    failed: tuple[str, ...] = ()


def built_in(overlay: Path | None = None) -> Tagger:
    """Return gtminer's own tagger with its vocabulary and the user's *overlay*."""
    from gtminer.tag import vocabulary as vocabularies
    from gtminer.tag.tagger import read_document

    vocabulary = vocabularies.load(overlay)

    def concepts() -> Iterator[ConceptRow]:
        for (category, slug), concept in vocabulary.concepts.items():
            ancestors = [(category, above) for above in vocabulary.ancestors(category, slug) if above != slug]
            yield ConceptRow(category, slug, concept.label, concept.ids, ancestors)

    return Tagger(vocabulary.version, lambda document: read_document(document, vocabulary), concepts)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the garbage collector rest but for its youngest: documents have no cycles, and it would visit them all."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@uncollected()
def tag_untagged(
    store: Store,
    tagger: Tagger,
    *,
    everything: bool = False,
    run: int | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> Tagged:
    """Tag the documents whose tags are missing or of another version, or all of them; each batch is kept at once.

    A document on which the tagger breaks keeps its earlier tags, is named, and does not stop the others.
    """
    done = 0
    failed: list[str] = []
    for batch in batches(store.untagged(tagger.version, everything), _BATCH):
        tagged = tag(store, batch, tagger, run=run)
        done += tagged.documents
        failed += tagged.failed
        advance(len(batch))
        gc.collect(0)
    store.refresh_counts()
    return Tagged(done, tuple(failed))


def tag(store: Store, documents: Iterable[tuple[int, Document]], tagger: Tagger, *, run: int | None = None) -> Tagged:
    """Tag *documents*, given with their ids in the store, in one transaction."""
    store.sync_concepts(tagger.concepts(), version=tagger.version)
    readings: list[tuple[int, Reading]] = []
    failed: list[str] = []
    for identifier, document in documents:
        try:
            readings.append((identifier, tagger.read(document)))
        except Exception as error:  # one document must not keep the tags from all others, night after night
            failed.append(f"{document.doc_id}: the tagger broke ({type(error).__name__}: {error})")
    return Tagged(store.put_readings(readings, tagged_with=tagger.version, run=run), tuple(failed))


def batches(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Yield *items* in lists of *size*, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
