"""Which concepts a text names, and with which words. All texts are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagging import document, mentions, read, vocabulary

from gtminer.model import Category
from gtminer.tag.tagger import tag_document

MODALITY, VECTOR, INDICATION, SAFETY = list(Category)[:4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("B-cell acute lymphoblastic leukaemia relapsed.", [("b_all", "B-cell acute lymphoblastic leukaemia")]),
        ("Febrile neutropenia came first.", [("febrile_neutropenia", "Febrile neutropenia")]),
        ("Neutropenia came first.", [("neutropenia", "Neutropenia")]),
        ("mucopolysaccharidosis type IIIA", [("mps_3a", "mucopolysaccharidosis type IIIA")]),
    ],
)
def test_the_longest_name_of_a_place_is_the_one_that_counts(text: str, expected: list[tuple[str, str]]) -> None:
    found = mentions(text, MODALITY, VECTOR, INDICATION, SAFETY)
    assert [(slug, words) for slug, words in found if slug != "aav"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Crashes, thrash metal and preseizurelike trash.",
        "The Caravan drove by; carts were full.",
        "AAV90, AAV2025 and XAAV9 are no capsids.",
        "A strokeless swimmer; heartstroke; sunstroked.",
        "The 10.3% and 0.5% were rounded.",
        "Death-defying acts; deathly silence; undead.",
    ],
)
def test_a_name_inside_a_longer_word_is_no_mention(text: str) -> None:
    assert [found for found in mentions(text) if found != ("death", "Death")] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALL relapsed as B-ALL.", [("all_unspecified", "ALL"), ("b_all", "B-ALL")]),
        ("All relapsed.", []),
        (
            "Boys with WAS lack the Wiskott-Aldrich protein.",
            [("wiskott_aldrich_syndrome", "WAS"), ("wiskott_aldrich_syndrome", "Wiskott-Aldrich")],
        ),
        ("It was the Wiskott-Aldrich protein.", [("wiskott_aldrich_syndrome", "Wiskott-Aldrich")]),
        ("DUCHENNE MUSCULAR DYSTROPHY", [("dmd", "DUCHENNE MUSCULAR DYSTROPHY")]),
        ("duchenne muscular dystrophy", [("dmd", "duchenne muscular dystrophy")]),
    ],
)
def test_capitals_count_in_short_forms_and_not_in_words(text: str, expected: list[tuple[str, str]]) -> None:
    assert mentions(text, INDICATION) == expected


# Pairs and groups of spellings that are one name.
SPELLINGS = [
    ("haemophilia_a", INDICATION, "haemophilia A", "hemophilia A", "Haemophilia-A", "haemophilia  A", "haemophilia\nA"),
    ("aml", INDICATION, "acute myeloid leukaemia", "acute myeloid leukemia", "Acute Myeloid Leukæmia"),
    ("oesophageal_cancer", INDICATION, "oesophageal cancer", "esophageal cancer", "œsophageal cancer"),
    ("beta_thalassaemia", INDICATION, "beta-thalassaemia", "β-thalassemia", "β thalassaemia", "Beta Thalassemia"),
    ("beta_thalassaemia", INDICATION, "β‑thalassaemia", "ß-thalassemia", "β-thalassaemia"),
    ("aatd", INDICATION, "alpha-1 antitrypsin deficiency", "α1-antitrypsin deficiency"),
    ("gammaretroviral", VECTOR, "gamma-retroviral", "γ-retroviral", "gammaretroviral", "γ‐retroviral"),
    ("parkinson_disease", INDICATION, "Parkinson's disease", "Parkinson’s disease", "Parkinson disease"),
    ("parkinson_disease", INDICATION, "Parkinsons disease", "PARKINSON'S DISEASE"),
    ("crigler_najjar", INDICATION, "Crigler-Najjar syndrome", "Crigler–Najjar syndrome", "Crigler Najjar syndrome"),
    ("guillain_barre", SAFETY, "Guillain-Barré syndrome", "Guillain-Barre syndrome", "Guillain‐Barré syndrome"),
    ("mps_3a", INDICATION, "mucopolysaccharidosis type IIIA", "mucopolysaccharidosis type 3A", "MPS IIIA", "MPS3A"),
    ("car_t", MODALITY, "CAR-T cells", "CAR T cells", "CAR‑T cells", "CAR T-cells", "CAR-T-cells"),
    ("lentiviral", VECTOR, "lentiviral vector", "lentiviral vectors", "lentivector"),
    ("retinal_detachment", SAFETY, "retinal detachment", "retinal detachments", "retinal tear", "retinal tears"),
    ("rash", SAFETY, "rash", "rashes", "RASH"),
    ("cardiomyopathy_event", SAFETY, "cardiomyopathy", "cardiomyopathies"),
    ("serious_adverse_event", SAFETY, "serious adverse event", "serious adverse events"),
    ("transaminase_increase", SAFETY, "elevated ALT", "ALT elevations", "ALT increased", "increase in transaminases"),
    ("transaminase_increase", SAFETY, "raised liver enzymes", "elevated transaminases", "transaminitis"),
    ("tumour_lysis_syndrome", SAFETY, "tumour lysis syndrome", "tumor lysis syndrome"),
    ("diarrhoea", SAFETY, "diarrhoea", "diarrhea"),
    ("haemolysis", SAFETY, "haemolysis", "hemolysis"),
    ("cystic_fibrosis", INDICATION, "cystic fibrosis", "cystic ﬁbrosis"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "category", "words"),
    [(slug, category, words) for slug, category, *forms in SPELLINGS for words in forms],
)
def test_spellings_of_one_name_are_one_concept(slug: str, category: Category, words: str) -> None:
    assert mentions(f"There was {words} in the study.", category) == [(slug, words)]


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("AAV9", "aav9"), ("AAV-9", "aav9"), ("AAV 9", "aav9"), ("rAAV9", "aav9"), ("ssAAV9", "aav9"),
        ("AAV serotype 9", "aav9"), ("serotype 9 AAV", "aav9"), ("AAV type 9", "aav9"),
        ("adeno-associated virus serotype 9", "aav9"), ("adeno‑associated virus 9", "aav9"),
        ("adeno-associated viral vector serotype 9", "aav9"), ("adeno-associated virus (AAV) serotype 9", "aav9"),
        ("rAAV2/8", "aav8"), ("AAV2/8", "aav8"), ("AAV2/5", "aav5"), ("AAV2/rh10", "aavrh10"),
        ("AAVrh10", "aavrh10"), ("AAVrh.10", "aavrh10"), ("AAV.rh10", "aavrh10"), ("AAVrh74", "aavrh74"),
        ("AAV.rh74", "aavrh74"), ("rAAVrh74", "aavrh74"), ("AAVhu68", "aavhu68"), ("AAV-PHP.eB", "aav_php_eb"),
        ("PHP.eB", "aav_php_eb"), ("AAV-DJ", "aav_dj"), ("AAV-LK03", "aav_lk03"), ("AAVS3", "aavs3"),
        ("Anc80L65", "aavanc80"), ("AAV-Anc80L65", "aavanc80"), ("AAV2.7m8", "aav_7m8"), ("AAV.7m8", "aav_7m8"),
        ("AAV3B", "aav3"), ("AAV44.9", "aav_rec"), ("AAV10", "aav10"), ("AAV1", "aav1"),
    ],
)  # fmt: skip
def test_capsids_are_known_in_every_notation(words: str, slug: str) -> None:
    assert mentions(f"Mice were given {words} once.", VECTOR) == [(slug, words)]


@pytest.mark.parametrize("words", ["scAAV9", "scAAV2/9", "self-complementary AAV9", "scAAV-9"])
def test_a_self_complementary_genome_is_told_beside_its_capsid(words: str) -> None:
    assert mentions(f"Mice were given {words} once.", VECTOR) == [("aav9", words), ("scaav", words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AAV9-SMN1 and AAV8.OTC", [("aav9", "AAV9"), ("aav8", "AAV8")]),
        ("an AAV5-based vector", [("aav5", "AAV5")]),
        ("AAV8- and AAV9-based vectors", [("aav8", "AAV8"), ("aav9", "AAV9")]),
    ],
)
def test_a_capsid_is_told_from_its_cargo(text: str, expected: list[tuple[str, str]]) -> None:
    assert mentions(text, VECTOR) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What follows shares the head.
        ("haemophilia A and B", [("haemophilia_a", "haemophilia A"), ("haemophilia_b", "B")]),
        ("hemophilia A/B", [("haemophilia_a", "hemophilia A"), ("haemophilia_b", "B")]),
        ("AAV8 or 9", [("aav8", "AAV8"), ("aav9", "9")]),
        ("AAV1, 2 and 5", [("aav1", "AAV1"), ("aav2", "2"), ("aav5", "5")]),
        ("AAV1, -2 and -5", [("aav1", "AAV1"), ("aav2", "2"), ("aav5", "5")]),
        ("AAV serotypes 8 and 9", [("aav8", "AAV serotypes 8"), ("aav9", "9")]),
        ("MPS IIIA and IIIB", [("mps_3a", "MPS IIIA"), ("mps_3b", "IIIB")]),
        ("MPS IIIA and B", [("mps_3a", "MPS IIIA"), ("mps_3b", "B")]),
        (
            "mucopolysaccharidosis types I, II and VI",
            [("mps_1", "mucopolysaccharidosis types I"), ("mps_2", "II"), ("mps_6", "VI")],
        ),
        (
            "spinocerebellar ataxia types 1 and 3",
            [("sca1", "spinocerebellar ataxia types 1"), ("sca3", "3")],
        ),
        # What stands before shares the last words.
        (
            "hepatic and renal toxicity",
            [("hepatotoxicity", "hepatic and renal toxicity"), ("acute_kidney_injury", "renal toxicity")],
        ),
        (
            "hepatic, renal and cardiac toxicity",
            [
                ("hepatotoxicity", "hepatic, renal and cardiac toxicity"),
                ("acute_kidney_injury", "renal and cardiac toxicity"),
                ("cardiomyopathy_event", "cardiac toxicity"),
            ],
        ),
        ("adenoviral and lentiviral vectors", [("adenoviral", "adenoviral"), ("lentiviral", "lentiviral vectors")]),
        (
            "adeno-associated and lentiviral vectors",
            [("aav", "adeno-associated and lentiviral vectors"), ("lentiviral", "lentiviral vectors")],
        ),
        (
            "base and prime editing",
            [("gene_editing_base", "base and prime editing"), ("gene_editing_prime", "prime editing")],
        ),
        (
            "Duchenne and Becker muscular dystrophy",
            [("dmd", "Duchenne"), ("becker_md", "Becker muscular dystrophy")],
        ),
        (
            "diffuse large B-cell and follicular lymphoma",
            [("dlbcl", "diffuse large B-cell and follicular lymphoma"), ("follicular_lymphoma", "follicular lymphoma")],
        ),
        (
            "T-cell and B-cell acute lymphoblastic leukaemia",
            [
                ("t_all", "T-cell and B-cell acute lymphoblastic leukaemia"),
                ("b_all", "B-cell acute lymphoblastic leukaemia"),
            ],
        ),
        (
            "wet and dry age-related macular degeneration",
            [
                ("namd", "wet and dry age-related macular degeneration"),
                ("dry_amd", "dry age-related macular degeneration"),
            ],
        ),
        ("hyper- and hypotension", [("hypertension_event", "hyper- and hypotension"), ("hypotension", "hypotension")]),
        (
            "leuko- and thrombocytopenia",
            [("leukopenia", "leuko- and thrombocytopenia"), ("thrombocytopenia", "thrombocytopenia")],
        ),
        # One grade, three events.
        (
            "grade 3 or 4 neutropenia, anaemia and thrombocytopenia",
            [("neutropenia", "neutropenia"), ("anaemia", "anaemia"), ("thrombocytopenia", "thrombocytopenia")],
        ),
    ],
)  # fmt: skip
def test_names_that_share_words_are_all_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert mentions(f"We saw {text}.", MODALITY, VECTOR, INDICATION, SAFETY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Four mice had AAV8 and 9 mice had saline.", [("aav8", "AAV8")]),
        ("Two dogs received AAV8 and 9 received saline.", [("aav8", "AAV8")]),
        ("We compared haemophilia A and I was glad.", [("haemophilia_a", "haemophilia A")]),
        ("They have haemophilia B, a disorder of clotting.", [("haemophilia_b", "haemophilia B")]),
        ("Fever and renal toxicity came.", [("pyrexia", "Fever"), ("acute_kidney_injury", "renal toxicity")]),
    ],
)
def test_nothing_is_made_of_words_that_only_stand_beside_each_other(text: str, expected: list[tuple[str, str]]) -> None:
    assert mentions(text, VECTOR, INDICATION, SAFETY) == expected


@pytest.mark.parametrize(
    ("decoy", "words"),
    [
        ("programmed death", "Programmed death-1 was blocked."),
        ("cell death", "Cell death rose in culture."),
        ("died by apoptosis", "Of the cells half died by apoptosis."),
        ("death receptor", "The death receptor was absent."),
        ("multiplicity of infection", "A multiplicity of infection of 10 was used."),
        ("shed light", "These data shed light on the matter."),
        ("progression or death", "Time to progression or death was long."),
        ("Common Terminology Criteria for Adverse Events", "The Common Terminology Criteria for Adverse Events."),
        ("HSV-TK", "Cells with HSV-TK were sensitive to ganciclovir."),
        ("cART", "The cART went on with T cells."),
    ],
)  # fmt: skip
def test_a_decoy_takes_the_place_of_what_it_holds_and_is_kept_as_rejected(decoy: str, words: str) -> None:
    reading = read("", words)
    assert [tag.concept for tag in reading.tags if tag.category is SAFETY or tag.category is VECTOR] == []
    assert f"'{decoy}' is something else" in {item.reason for item in reading.rejected}


def test_patients_given_cells_who_died_are_deaths() -> None:
    assert mentions("Two of those given CAR-T cells died.", SAFETY) == [("death", "died")]


def test_a_definition_makes_a_short_form_its_concept_wherever_it_stands() -> None:
    text = "HB was severe. Haemophilia B (HB) is rare. HB is treated."
    expected = [("haemophilia_b", words) for words in ("HB", "Haemophilia B", "HB", "HB")]
    assert mentions(text) == expected


def test_a_definition_may_stand_before_its_long_form() -> None:
    text = "TMA (thrombotic microangiopathy) was seen. TMA resolved."
    expected = [("thrombotic_microangiopathy", words) for words in ("TMA", "thrombotic microangiopathy", "TMA")]
    assert mentions(text) == expected


def test_a_short_form_follows_the_definition_nearest_before_it() -> None:
    text = (
        "Metachromatic leukodystrophy (MLD) is rare. MLD was treated with a vector. "
        "The median lethal dose (MLD) was found. This MLD was low."
    )
    reading = read("", text)
    found = [(tag.concept, tag.start) for tag in reading.tags if tag.text == "MLD"]
    assert found == [("mld", text.index("MLD)")), ("mld", text.index("MLD was treated"))]
    assert [(item.concept, item.start, item.reason) for item in reading.rejected if item.concept == "mld"] == [
        ("mld", text.index("MLD) was found"), "the text defines MLD as 'median lethal dose'"),
        ("mld", text.index("MLD was low"), "the text defines MLD as 'median lethal dose'"),
    ]


def test_a_single_word_before_a_bracket_takes_no_defined_meaning_away() -> None:
    text = "Cytokine release syndrome (CRS) was seen. For selected categories (CRS, fever) rates were given. CRS rose."
    found = [words for slug, words in mentions(text) if slug == "cytokine_release_syndrome"]
    assert found == ["Cytokine release syndrome", "CRS", "CRS", "CRS"]


@pytest.mark.parametrize(
    ("text", "concept", "reason"),
    [
        (
            "The trunk movement analysis (TMA) after eculizumab: TMA was done.",
            "thrombotic_microangiopathy",
            "the text defines TMA as 'trunk movement analysis'",
        ),
        (
            "Each T cell: cells at rest (CAR); the chimeric antigen was stained. CAR went on.",
            "car_t",
            "the text defines CAR as 'cells at rest'",
        ),
    ],
)
def test_the_texts_own_definition_takes_the_dictionarys_reading_away(text: str, concept: str, reason: str) -> None:
    reading = read("", text)
    assert concept not in {tag.concept for tag in reading.tags if len(tag.text) < 5}
    assert reason in {item.reason for item in reading.rejected if item.concept == concept}


def test_a_short_form_without_any_context_is_left_and_says_which_words_it_lacks() -> None:
    reading = read("", "CRS was there.")
    assert reading.tags == ()
    [rejected] = reading.rejected
    assert (rejected.concept, rejected.start, rejected.end) == ("cytokine_release_syndrome", 0, 3)
    assert rejected.reason.startswith("none of its words stands in the text: ")


def test_a_short_form_with_a_word_of_its_context_is_taken() -> None:
    assert mentions("CRS was there; tocilizumab helped.") == [("cytokine_release_syndrome", "CRS")]


def test_what_is_part_of_a_longer_name_is_no_rejected_reading() -> None:
    rejected = read("", "AAV-DJ and AAV.rh74 were given.").rejected
    assert [item.concept for item in rejected if item.category is VECTOR] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "inventogene testparvovec",
            {("gene_therapy", "testparvovec"), ("aav", "testparvovec"), ("in_vivo", "testparvovec")},
        ),
        (
            "inventogene testadenovec",
            {("gene_therapy", "testadenovec"), ("adenoviral", "testadenovec"), ("in_vivo", "testadenovec")},
        ),
        ("testcabtagene autoleucel", {("car_t", "testcabtagene autoleucel")}),
        ("testcabtagene exleucel", {("car_t", "testcabtagene")}),
        (
            "inventogene testlentivec",
            {("lentiviral", "testlentivec"), ("gene_therapy", "testlentivec"), ("in_vivo", "testlentivec")},
        ),
        ("testisiran", {("sirna", "testisiran")}),
        ("testinersen", {("antisense", "testinersen")}),
    ],
)
def test_a_new_medicine_is_known_by_the_ending_of_its_name(name: str, expected: set[tuple[str, str]]) -> None:
    assert set(mentions(f"Patients received {name} once.")) == expected


def test_a_name_does_not_reach_over_the_end_of_a_sentence() -> None:
    assert mentions("We used a vector from AAV. Serotype 9 was new: it worked.", VECTOR) == [("aav", "AAV")]
    assert mentions("There was adverse; event came later.", SAFETY) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ça va: naïve boys with Duchénne muscular dystrophy.", "Duchénne muscular dystrophy"),
        ("\U0001f9ec\U0001f9ec Duchenne muscular dystrophy", "Duchenne muscular dystrophy"),
        ("e\u0301e\u0301 Duchenne\u0301 muscular dystrophy ok", "Duchenne\u0301 muscular dystrophy"),
        ("the ﬁrst ﬂow of Duchenne  muscular\tdystrophy", "Duchenne  muscular\tdystrophy"),
        ("soft\u00adhy\u00adphens: Duchenne mus\u00adcular dystrophy.", "Duchenne mus\u00adcular dystrophy"),
        ("ＤＵＣＨＥＮＮＥ muscular dystrophy", "ＤＵＣＨＥＮＮＥ muscular dystrophy"),
        ("İstanbul İİ: Duchenne muscular dystrophy", "Duchenne muscular dystrophy"),
    ],
)
def test_offsets_slice_to_the_words_whatever_stands_before_or_in_them(text: str, words: str) -> None:
    [tag] = read("", text).tags
    assert (tag.concept, tag.text, text[tag.start : tag.end]) == ("dmd", words, words)


_PIECES = [
    "AAV8", " or 9", "haemophilia A", " and B", "β", "e\u0301", "\u00ad", "ﬁ", "İ", "\U0001f9ec", "no ", "CRS", "\n",
    "hepatic and ", "renal toxicity", ". ", "; ", "CAR-T cells", " (", ")", "TMA", "thrombotic microangiopathy", " ",
    "Duchenne and ", "Becker muscular dystrophy", "hyper- and ", "hypotension", "MPS IIIA, ", "B ", "types 1 and 2",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_every_tag_slices_to_its_words_and_lies_in_its_sentence(text: str) -> None:
    for tag in tag_document(document("", text), vocabulary()):
        assert text[tag.start : tag.end] == tag.text != ""
        assert tag.sentence_start <= tag.start < tag.end <= tag.sentence_end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A cerebrospinal fluid (CSF) leak was closed.", [("csf_leak", "cerebrospinal fluid (CSF) leak")]),
        ("Adeno-associated virus (AAV) serotype 9", [("aav9", "Adeno-associated virus (AAV) serotype 9")]),
        ("chimeric antigen receptor (CAR)-T cells", [("car_t", "chimeric antigen receptor (CAR)-T cells")]),
        ("cerebrospinal fluid (taken at noon) leak", []),
    ],
)
def test_a_form_reaches_over_the_abbreviation_defined_inside_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert [found for found in mentions(text, MODALITY, VECTOR, SAFETY) if found[0] != "ex_vivo"] == expected


def test_an_ampersand_is_read_as_and() -> None:
    words = "Squamous Cell Carcinoma of the Head & Neck"
    assert mentions(f"{words} recurred.", INDICATION) == [("hnscc", words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Genetically modified T cells", {"ex_vivo", "gene_therapy"}),
        ("The T cells that have been genetically changed", {"ex_vivo", "gene_therapy"}),
        ("Gene-modified mesenchymal stem cells", {"ex_vivo", "engineered_cell_other"}),
        ("Base-edited CD34+ cells", {"ex_vivo", "gene_editing_base"}),
        ("We put a new gene into T cells", {"ex_vivo", "gene_therapy"}),
        ("Engineered NK cells", {"ex_vivo"}),
    ],
)
def test_changed_cells_tell_what_was_done_and_where(text: str, expected: set[str]) -> None:
    assert {slug for slug, _ in mentions(text, MODALITY)} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("systemic gene delivery", {"in_vivo", "gene_therapy"}),
        ("ex vivo gene editing", {"ex_vivo", "gene_editing"}),
        ("allogeneic stem cell transplantation", {"allogeneic", "unmodified_cell_therapy"}),
    ],
)
def test_what_is_done_where_and_with_whose_cells_are_told_apart(text: str, expected: set[str]) -> None:
    assert {slug for slug, _ in mentions(text, MODALITY)} == expected


@pytest.mark.parametrize("text", ["oesophageal squamous cell carcinoma", "Esophageal squamous cell carcinoma"])
def test_american_and_british_spelling_are_one(text: str) -> None:
    assert [slug for slug, _ in mentions(text, INDICATION)] == ["oesophageal_cancer"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [("intracranial bleeding", "intracranial_haemorrhage"), ("nose bleed and gastric hemorrhage", "haemorrhage")],
)
def test_bleeding_and_haemorrhage_are_one_event(text: str, slug: str) -> None:
    assert slug in {found for found, _ in mentions(text, SAFETY)}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Not studied in patients with severe renal impairment.", SAFETY),
        ("Loss of motor neurons is the death of motor neurons.", SAFETY),
        ("Center for Cell and Gene Therapy", MODALITY),
    ],
)
def test_words_that_mean_something_else_are_no_mention(text: str, category: Category) -> None:
    assert mentions(text, category) == []


def test_the_letter_of_a_footnote_is_no_part_of_a_word_of_a_label() -> None:
    text = "Common Coagulopathya Very common Deliriume Uncommon Immunoglobulins decreasedb"
    label = read("Alphagen: EU product information, section 4.8", text)
    found = [(tag.concept, tag.text) for tag in label.tags if tag.category is SAFETY]
    assert found == [
        ("coagulopathy", "Coagulopathy"),
        ("encephalopathy", "Delirium"),
        ("hypogammaglobulinaemia", "Immunoglobulins decreased"),
    ]
    assert mentions(text, SAFETY) == []
