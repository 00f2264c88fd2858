"""What a text defines its short forms to mean. All sentences are invented."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gtminer.tag.abbreviations import Definition, definitions


def pairs(text: str) -> list[tuple[str, str]]:
    return [(found.short, found.long) for found in definitions(text)]


def test_a_definition_knows_where_both_forms_stand() -> None:
    text = "We gave an adeno-associated virus (AAV) twice."
    assert definitions(text) == [Definition("AAV", 35, 38, "adeno-associated virus", 11, 33)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The hyphenated prefix belongs to the long form.
        ("an adeno-associated virus (AAV) vector", [("AAV", "adeno-associated virus")]),
        ("an adeno-\nassociated virus (AAV) vector", [("AAV", "adeno-\nassociated virus")]),
        ("recombinant adeno\u2010associated viruses (rAAVs)", [("rAAV", "recombinant adeno\u2010associated viruses")]),
        ("children with age-related macular degeneration (AMD)", [("AMD", "age-related macular degeneration")]),
        ("an AV from an adeno-associated virus (AV)", [("AV", "adeno-associated virus")]),
        # Letters inside words, words without a letter, small words.
        ("fatal thrombotic microangiopathy (TMA)", [("TMA", "thrombotic microangiopathy")]),
        (
            "immune effector cell-associated neurotoxicity syndrome (ICANS)",
            [("ICANS", "immune effector cell-associated neurotoxicity syndrome")],
        ),
        ("hematopoietic stem and progenitor cells (HSPCs)", [("HSPC", "hematopoietic stem and progenitor cells")]),
        ("raised alanine aminotransferase (ALT)", [("ALT", "alanine aminotransferase")]),
        ("aromatic L-amino acid decarboxylase (AADC)", [("AADC", "aromatic L-amino acid decarboxylase")]),
        ("in vitro transcription (IVT)", [("IVT", "in vitro transcription")]),
        ("a lentivirus (LV), an adenovirus (Ad)", [("LV", "lentivirus"), ("Ad", "adenovirus")]),
        ("1e13 vector genomes (vg)", [("vg", "vector genomes")]),
        ("blood and bronchoalveolar lavage fluid (BALF)", [("BALF", "bronchoalveolar lavage fluid")]),
        # Letters in another order.
        ("the locus of myotonic dystrophy (DM)", [("DM", "myotonic dystrophy")]),
        ("myotonic dystrophy type 1 (DM1)", [("DM1", "myotonic dystrophy type 1")]),
        # Digits, Greek letters, numerals, short forms of two words.
        ("AAV serotype 9 (AAV9)", [("AAV9", "AAV serotype 9")]),
        ("spinal muscular atrophy type 1 (SMA1)", [("SMA1", "spinal muscular atrophy type 1")]),
        ("coagulation factor VIII (FVIII)", [("FVIII", "factor VIII")]),
        ("interferon-\u03b3 (IFN-\u03b3)", [("IFN-\u03b3", "interferon-\u03b3")]),
        ("alpha smooth muscle actin (\u03b1-SMA)", [("\u03b1-SMA", "alpha smooth muscle actin")]),
        ("delta-aminolevulinic acid (ALA)", [("ALA", "aminolevulinic acid")]),
        ("mucopolysaccharidosis type IIIA (MPS IIIA)", [("MPS IIIA", "mucopolysaccharidosis type IIIA")]),
        # Several forms in one bracket, other brackets, nested ones, lead-ins and quotes.
        ("cytokine release syndrome (CRS; grade 3)", [("CRS", "cytokine release syndrome")]),
        ("cytokine release syndrome (CRS, grade 3)", [("CRS", "cytokine release syndrome")]),
        (
            "chimeric antigen receptor T cells (CAR-T; CART)",
            [("CAR-T", "chimeric antigen receptor T cells"), ("CART", "chimeric antigen receptor T cells")],
        ),
        (
            "chimeric antigen receptor (CAR) T cells (CAR-T)",
            [("CAR", "chimeric antigen receptor"), ("CAR-T", "chimeric antigen receptor (CAR) T cells")],
        ),
        ("thrombotic microangiopathy [TMA]", [("TMA", "thrombotic microangiopathy")]),
        ("a vector (adeno-associated virus [AAV])", [("AAV", "adeno-associated virus")]),
        ('replication-competent lentivirus (hereafter termed "RCL")', [("RCL", "replication-competent lentivirus")]),
    ],
)
def test_a_short_form_in_brackets_takes_the_words_before_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TMA (thrombotic microangiopathy) was seen", [("TMA", "thrombotic microangiopathy")]),
        ("two AAVs (adeno-associated viruses; both empty)", [("AAV", "adeno-associated viruses")]),
        ("CRS (grade 3) and TMA (two patients)", []),
        ("AAV (Anc80L65) and LV (third generation)", []),
    ],
)
def test_a_bracket_may_hold_the_long_form(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Abbreviations: AAV, adeno-associated virus; CRS, cytokine release syndrome; TMA, thrombotic microangiopathy.",
        "AAV = adeno-associated virus, CRS = cytokine release syndrome, TMA = thrombotic microangiopathy",
        "AAV: adeno-associated virus; CRS: cytokine release\nsyndrome; TMA: thrombotic microangiopathy",
        "AAV \u2013 adeno-associated virus\nCRS - cytokine release syndrome\nTMA \u2013 thrombotic microangiopathy",
        "AAV Adeno-associated virus\nCRS  Cytokine release\nsyndrome\nTMA\tThrombotic microangiopathy\n",
        "AAV | adeno-associated virus\nCRS | cytokine release syndrome\nTMA | thrombotic microangiopathy",
    ],
)
def test_lists_of_abbreviations_define_what_they_list(text: str) -> None:
    assert [(short, " ".join(long.lower().split())) for short, long in pairs(text)] == [
        ("AAV", "adeno-associated virus"),
        ("CRS", "cytokine release syndrome"),
        ("TMA", "thrombotic microangiopathy"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Antibodies were absent. Vectors (AAV) were given.", "no long form crosses the end of a sentence"),
        ("Cells that often release more in serum (CRS) of patients", "too many words give no letter"),
        ("Serum (CRS)", "letters are missing"),
        ("as CARs (CAR)", "the long form holds the short one"),
        ("two arms (Arm A) and results (P < 0.05; n = 3)", "not shaped like an abbreviation"),
        ("ten patients (10 SLE) were treated", "a count comes first"),
        ("the adeno-associated vector (AAV9)", "a digit is missing"),
        ("AAV, a vaccine vector, and CAR, a receptor,", "an apposition is no definition"),
    ],
)
def test_nothing_is_defined(text: str, why: str) -> None:
    assert pairs(text) == [], why


def test_a_short_form_may_be_defined_twice_in_two_senses() -> None:
    text = "Chimeric antigen receptor (CAR) genes differ. The constitutive androstane receptor (CAR) is another."
    assert pairs(text) == [("CAR", "Chimeric antigen receptor"), ("CAR", "constitutive androstane receptor")]


_SEEN = '(|)|[|]|,|; |. | = |: | - |\u2013| |\t|\n|\n\n|"|1|\u03b3|\u0130|\ud800|AAV|AAVs| (AAV)|T cells|CRS|virus'
_PIECES = st.sampled_from([*_SEEN.split("|"), "adeno-associated virus", "cytokine release syndrome"])


@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)))
def test_any_text_is_read_and_what_is_found_stands_in_it(text: str) -> None:
    for found in definitions(text):
        assert text[found.short_start : found.short_end] == found.short
        assert text[found.long_start : found.long_end] == found.long
        assert len(found.long) > len(found.short)


@given(st.lists(_PIECES, min_size=1, max_size=20).map("".join))
def test_work_grows_no_faster_than_the_text(text: str) -> None:
    text *= 1 + 500 // len(text)
    assert calls(text * 8) <= 12 * calls(text)  # quadratic work would make it 64


@pytest.mark.parametrize("unit", ["(", "((AAV", "A (", "[(", "AAV, a", "AAV=", "a-", "A.", "(AAV; AAV; ", "AAV \n"])
def test_hostile_repetition_costs_no_more_than_its_length(unit: str) -> None:
    assert calls(unit * 4000) <= 12 * calls(unit * 500)


def calls(text: str) -> int:
    """Count the calls, of Python and of C, that reading *text* makes: each does bounded work."""
    count = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        definitions(text)
    finally:
        sys.setprofile(before)
    return count
