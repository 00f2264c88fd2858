"""Nights with faults and changes at random: nothing is lost on the way, and quiet nights end at the truth.

The stand-in knows the truth; what it hides in a night (a change without a date, a record left out) may be found later,
but never later than the slow round over the whole store promises.
"""

from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from canonical import canonical
from pubmed_nights import Nights, nights

from gtminer.config import Settings
from gtminer.query import Query
from gtminer.standin.faults import FAULTS, without
from gtminer.standin.records import article

__all__ = ["nights"]  # a fixture

# Without those that only cost time, and the one that ends every run at once.
NAMES = sorted(set(FAULTS) - {"G06", "G07", "G08", "G13", "N06"})
# An answer that is right by itself: PubMed says that there is nothing, or as much as it gives.
LIES = {"N19", "N23"}


def documents(folder: Path) -> Mapping[object, tuple[object, ...]]:
    """Title, text and fingerprint of each stored record."""
    return {row[0]: row[1:4] for row in canonical(folder / "gtminer.sqlite")["documents"]}


def change(nights: Nights, random: Random) -> None:
    """Let a day pass at NLM: records come, change with and without a date, and go."""
    pubmed = nights.pubmed
    for _ in range(random.randint(0, 3)):
        pmid = max(pubmed.records) + random.randint(1, 500)
        pubmed.add(article(pmid, f"A new gene therapy {pmid}", created=pubmed.today))
    known = sorted(pubmed.records)
    for pmid in random.sample(known, 3):
        old = pubmed.records[pmid]
        title = f"A gene therapy, now {random.random():.6f}"
        dated = pubmed.today if random.random() < 0.7 else old.revised
        pubmed.add(article(pmid, title, created=old.created, revised=dated))
    if random.random() < 0.3:
        pubmed.remove(random.choice(known))


def break_things(nights: Nights, random: Random) -> list[str]:
    """Switch up to three faults on; return their names."""
    names = random.sample(NAMES, random.randint(0, 3))
    for name in names:
        nights.standin.fail(
            FAULTS[name], random.choice(["esearch", "efetch", "efetch", "einfo", ""]), at=random.randint(1, 6),
            times=random.choice([1, 1, 2, 7, 1_000]),
        )  # fmt: skip
    if random.random() < 0.3:
        left_out = random.sample(sorted(nights.pubmed.records), 2)
        nights.standin.fail(without(*map(str, left_out)), "efetch", times=random.choice([1, 1_000]))
        names.append("N27")
    return names


@pytest.mark.parametrize("seed", range(2))
def test_whatever_goes_wrong_nothing_is_lost_and_quiet_nights_end_at_the_truth(
    seed: int, nights: Nights, tmp_path: Path
) -> None:
    random = Random(seed)
    nights.holds(random.choice([150, 250]))
    nights.questions.append(Query("aav", "AAV", 'AAV[tiab] OR "gene therapy"[tiab]'))
    folder = nights.settings.cache
    ever: Mapping[object, tuple[object, ...]] = {}
    for _ in range(5):
        broken = break_things(nights, random)
        outcome = nights.night()
        nights.standin.heal()
        assert outcome.code in (0, 3, 75), (broken, outcome)
        assert "\n" not in outcome.line
        if (folder / "gtminer.sqlite").exists():
            now = documents(folder)
            assert not set(ever) - set(now), "a record was lost"
            assert all(title and text for title, text, _ in now.values()), "a text was blanked"
            ever = now
        truth = {f"pubmed:{pmid}" for pmid in nights.pubmed.matching('"gene therapy"[tiab]')}
        if outcome.code == 0 and not LIES & set(broken):
            owed = {f"pubmed:{pending.item}" for pending in nights.store().pending("pubmed")}
            assert truth <= set(ever) | owed, (broken, outcome)
        nights.next_day()
        change(nights, random)
    for _ in range(31):
        assert nights.night().code == 0
        nights.next_day()
    found = documents(folder)
    nights.settings = Settings(tmp_path / "fresh", email="reader@example.org", base_urls=nights.base_urls)
    assert nights.night().code == 0
    truth_now = documents(tmp_path / "fresh")
    assert {doc_id: found.get(doc_id) for doc_id in truth_now} == truth_now
    status = {row[0]: row[4] for row in canonical(folder / "gtminer.sqlite")["documents"]}
    assert {doc_id for doc_id, value in status.items() if value == "vanished"} == set(found) - set(truth_now)
