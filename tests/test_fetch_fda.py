"""`fetch fda` on loopback: index, pages, media, labels, and the named faults F01 to F22."""

from regulatory_nights import Nights, nights, reader  # noqa: F401  # fixtures

ALL = [
    "fda:fictacel/approval-letter",
    "fda:fictacel/approval-letter-2022-05-27",
    "fda:fictacel/clinical-review-clinical-review-memo-march-1-2019-fictacel",
    "fda:fictacel/label",
    "fda:fictacel/package-insert",
    "fda:fictacel/sbra",
    "fda:imaginzo/label",
    "fda:imaginzo/sbra",
]


def test_the_documents_of_all_gene_therapies_of_the_index_are_fetched(nights: Nights) -> None:  # noqa: F811
    nights.fda()
    assert nights.stored() == ALL
