"""Short forms with several readings are tagged by their context or by the text's own definition. Invented texts."""

import pytest

from gtminer.model import Document
from gtminer.tag.tagger import tag_document
from gtminer.tag.vocabulary import Vocabulary, load


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return load()


def concepts(text: str, vocabulary: Vocabulary) -> set[str]:
    return {tag.concept for tag in tag_document(Document("pubmed:1", "pubmed", "", text), vocabulary)}


# The concept, a text whose context supports it, a text in which the same letters mean something else.
READINGS = [
    ("aav", "AAV crossed the barrier; the capsid was new.", "Rituximab kept AAV in remission; ANCA titres fell."),
    ("anca_vasculitis", "AAV relapsed; ANCA titres rose.", "AAV crossed the barrier; the capsid was new."),
    ("car_t", "T cells with a CD19 CAR persisted.", "Phenobarbital activates CAR and induces CYP2B6."),
    ("car_t", "CART persisted in lymphoma.", "CART, a regression tree, split on T-cell counts."),
    ("cytokine_release_syndrome", "Tocilizumab resolved CRS.", "CRS with nasal polyps improved on a cytokine blocker."),
    ("thrombotic_microangiopathy", "Eculizumab ended the TMA.", "The TMA showed complementary staining patterns."),
    ("sma", "Infants with SMA received nusinersen.", "Fibroblasts expressed SMA after wounding."),
    ("lentiviral", "Cells transduced with LV engrafted.", "Since the vector was given, LV ejection fraction rose."),
    ("dmd", "Boys with DMD lack dystrophin.", "A second DMD was started when relapses went on."),
    ("all_unspecified", "ALL relapsed as B-ALL.", "ALL samples were frozen."),
    ("antisense", "Nusinersen slowed the decline.", "Nerve conduction did not worsen in children."),
    ("npc", "NPC is treated with miglustat.", "NPC were grown from neural progenitor cultures."),
    ("nasopharyngeal_carcinoma", "NPC follows Epstein-Barr virus.", "NPC is treated with miglustat."),
    ("mld", "In MLD, ARSA is lacking.", "The MLD of the toxin was found."),
    ("pyruvate_kinase_deficiency", "PKD is due to PKLR variants.", "PKD enlarges polycystic kidneys."),
    ("adpkd", "PKD enlarges polycystic kidneys.", "PKD is due to PKLR variants."),
    ("amd", "AMD with drusen progressed.", "AMD is an older name of acid maltase deficiency."),
    ("pah", "PAH is pulmonary hypertension of small vessels.", "Variants of PAH raise phenylalanine."),
    ("iec_hs", "MAS is macrophage activation run wild.", "Spasticity on the MAS fell by one point."),
    ("vaso_occlusive_event", "A VOC kept the sickle cell patient in.", "Each VOC is volatile organic matter."),
    ("tumour_lysis_syndrome", "Rasburicase prevented TLS.", "TLS, or tertiary lymphoid structures, matured."),
    ("hsv1", "An oncolytic HSV was injected.", "A plasmid with HSV thymidine kinase was built."),
    ("scid", "SCID was found by newborn screening.", "The SCID is a structured clinical interview."),
    ("elevated_lpa", "Lp(a) was lowered.", "LP was done on day 3."),
    ("t_all_event", "T-ALL occurred in two patients.", "A tall boy ran."),
    ("gene_editing_base", "ABE made the adenine edits.", "ABE fermentation yields butanol."),
    ("gene_editing_prime", "PE2 with a pegRNA wrote the change.", "PEmax, the expiratory pressure, fell."),
    ("serious_adverse_event", "One SAE and two milder adverse events occurred.", "SAE is sepsis-associated."),
    ("treatment_related_death", "TRM (mortality) was 2%.", "TRM, resident memory cells, changed mortality."),
    ("rett_syndrome", "RTT is due to MECP2.", "RTT, the round-trip time, was short."),
]  # fmt: skip


@pytest.mark.parametrize(("concept", "meant", "other"), READINGS, ids=lambda value: value[:24])
def test_a_short_form_is_tagged_by_its_context_only(
    concept: str, meant: str, other: str, vocabulary: Vocabulary
) -> None:
    assert (concept in concepts(meant, vocabulary), concept in concepts(other, vocabulary)) == (True, False)


def test_two_letters_never_tag_without_context(vocabulary: Vocabulary) -> None:
    alone = {
        form.text
        for form in vocabulary.forms
        if form.case and len(form.text) == 2 and form.text.isalpha() and form.slug and not form.needs
    }
    assert alone == set()


def test_a_context_word_is_long_enough_to_mean_one_thing(vocabulary: Vocabulary) -> None:
    """They match the beginnings of words: "SIN" would find "since", "ADA" would find "adapted"."""
    short = {
        word
        for form in vocabulary.forms
        for word in (*form.needs, *form.unless)
        if len(word) < 4 and word not in ("aav", "aml", "crs", "dna", "gd2", "hiv", "hpv", "hsv", "rna")
    }
    assert short == set()


def test_the_texts_own_definition_wins_over_context(vocabulary: Vocabulary) -> None:
    text = "The supplementary motor area (SMA) was spared by nusinersen. SMA activity rose."
    assert "sma" not in concepts(text, vocabulary)
    text = "Smooth muscle actin was stained. In spinal muscular atrophy (SMA) it is normal. SMA is rare."
    assert "sma" in concepts(text, vocabulary)
