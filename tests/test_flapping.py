"""A source that gives two bodies under one address by turns: both are kept, and it is not asked again and again."""

from pathlib import Path

from regulatory_nights import Nights, nights, reader

from gtminer.standin.server import Request, Response

__all__ = ["nights", "reader"]  # fixtures

PDF = "imaginzo-epar-product-information_en.pdf"
OTHER = Path(__file__).parents[1] / "gtminer" / "standin" / "corpus" / "pdf" / "fictacel-product-information.pdf"


def text(nights: Nights, doc_id: str) -> str:
    document = nights.store.get(doc_id)
    assert document is not None
    return document.text


def test_two_bodies_by_turns_are_two_versions_and_no_storm_g29(nights: Nights) -> None:
    other = OTHER.read_bytes()
    asked = 0

    def by_turns(request: Request, response: Response) -> Response:
        nonlocal asked
        asked += 1
        return response if asked % 2 else response._replace(body=other)

    nights.standin.fail(by_turns, PDF)
    nights.ema()
    doc_id = "ema:imaginzo/smpc"
    texts = {text(nights, doc_id)}
    changed = 0
    for _ in range(8):
        before = asked
        changed += nights.ema().changed
        texts.add(text(nights, doc_id))
        assert asked - before <= 1, "it was asked more than once in a night"
    assert len(texts) == 2
    assert changed == asked - 1
    assert len(nights.store.versions(doc_id)) == changed
    kept = {version.text for version in nights.store.versions(doc_id)} | {text(nights, doc_id)}
    assert kept == texts
