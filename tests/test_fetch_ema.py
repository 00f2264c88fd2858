"""`fetch ema` on loopback: the feeds, the choice, the documents, and the named faults E01 to E28."""

from regulatory_nights import Nights, nights, reader  # noqa: F401  # fixtures

ALL = [
    "ema:antiquagen/scientific-discussion",
    "ema:examplema/assessment-report",
    "ema:examplema/smpc",
    "ema:fictacel/assessment-report",
    "ema:fictacel/smpc",
    "ema:fictacel/variation-report-ii-0007",
    "ema:imaginzo/assessment-report",
    "ema:imaginzo/smpc",
    "ema:nullivec/assessment-report",
    "ema:nullivec/smpc",
    "ema:refusomel/assessment-report",
]


def test_the_documents_of_all_gene_therapies_are_fetched_withdrawn_and_refused_ones_too(nights: Nights) -> None:  # noqa: F811
    nights.ema()
    assert nights.stored() == ALL
