"""What a document is about: modality, vector, indication, population. All texts are invented."""

from typing import NamedTuple

import pytest
from tagging import document, read, report, sectioned, vocabulary

from gtminer.model import Category, Document, MeshHeading, Population, Qualifier, Role
from gtminer.tag.tagger import read_document


class About(NamedTuple):
    """A curator's answer; slugs in any order, apart by spaces."""

    modality: str = ""
    vector: str = ""
    indication: str = ""
    inferred: str = ""
    population: str = "human"
    gene_therapy: bool = True


def about(found: Document) -> About:
    """Return what the tagger says a document is about."""
    summary = read_document(found, vocabulary()).summary
    return About(
        words(summary.modality),
        words(summary.vector),
        words(summary.indication),
        words((*summary.inferred_modality, *summary.inferred_vector)),
        summary.population.value,
        summary.gene_therapy,
    )


def words(slugs: tuple[str, ...]) -> str:
    return " ".join(sorted(slugs))


# title, text, answer.
CLINICAL = [
    (
        "AAV8 factor IX gene transfer in men with haemophilia B",
        "Ten men with severe haemophilia B received one intravenous infusion of an AAV8 vector carrying the factor IX "
        "gene. Haemophilia A was not studied. Bleeding stopped in nine participants.",
        About("gene_addition in_vivo", "aav8", "haemophilia_b"),
    ),
    (
        "CD19 CAR-T cells after allogeneic transplantation in relapsed B-cell acute lymphoblastic leukaemia",
        "We treated 21 patients with autologous CD19 CAR-T cells made with a lentiviral vector. Nine relapsed after "
        "prior allogeneic stem cell transplantation. Patients with HIV infection were excluded.",
        About("autologous car_t", "lentiviral", "b_all", "ex_vivo"),
    ),
    (
        "BCMA CAR T cells for multiple myeloma previously treated with bispecific antibodies",
        "Patients with multiple myeloma who had received a bispecific antibody were given BCMA CAR T cells.",
        About("car_t", "", "multiple_myeloma", "ex_vivo"),
    ),
    (
        "Allogeneic CD19 CAR-NK cells from cord blood",
        "Eleven patients with non-Hodgkin lymphoma received allogeneic CAR-NK cells. No graft-versus-host disease "
        "occurred.",
        About("allogeneic car_nk", "", "nhl", "ex_vivo"),
    ),
    (
        "TCR-T cells against NY-ESO-1 in synovial sarcoma",
        "Patients with synovial sarcoma received autologous T cells with an engineered T-cell receptor.",
        About("autologous ex_vivo tcr_t", "", "synovial_sarcoma"),
    ),
    (
        "CRISPR-Cas9 editing of BCL11A in sickle cell disease",
        "CD34+ cells of 30 patients with sickle cell disease were edited ex vivo with CRISPR-Cas9 and reinfused after "
        "busulfan. Autologous edited cells engrafted.",
        About("autologous ex_vivo gene_editing_nuclease", "", "sickle_cell_disease"),
    ),
    (
        "Oncolytic herpes simplex virus in recurrent glioblastoma",
        "Patients with recurrent glioblastoma received an oncolytic HSV-1 by stereotactic injection.",
        About("in_vivo oncolytic_virus", "hsv1", "glioblastoma"),
    ),
    (
        "Suicide gene therapy of prostate cancer with adenovirus and ganciclovir",
        "Men with prostate cancer received an adenoviral vector with the herpes simplex virus thymidine kinase gene "
        "followed by ganciclovir.",
        About("in_vivo suicide_gene", "adenoviral", "prostate_cancer"),
    ),
    (
        "Adenoviral interleukin-12 immunotherapy of melanoma",
        "Patients with metastatic melanoma received intratumoral injections of an adenoviral vector encoding "
        "interleukin-12. Immunotherapy with the vector gave responses.",
        About("gene_based_immunotherapy in_vivo", "adenoviral", "melanoma"),
    ),
    (
        "Stem cell gene therapy for sickle cell disease",
        "Adults with sickle cell disease receive autologous bone marrow cells that were changed with a lentiviral "
        "vector carrying an anti-sickling gene. Allogeneic stem cell transplantation is limited by donors.",
        About("autologous ex_vivo gene_addition", "lentiviral", "sickle_cell_disease"),
    ),
    (
        "Genetically modified T cells against ovarian cancer",
        "Women with ovarian cancer received autologous T cells that had been genetically modified.",
        About("autologous ex_vivo gene_therapy", "", "ovarian_cancer"),
    ),
    (
        "A lentiviral antisense gene in T cells of patients with HIV",
        "T cells from leukapheresis of patients with HIV infection were modified with a lentiviral vector expressing "
        "an antisense sequence. The autologous modified cells were reinfused as a treatment by intravenous infusion.",
        About("autologous ex_vivo gene_silencing", "lentiviral", "hiv"),
    ),
    (
        "Leukaemia after gene therapy for X-linked severe combined immunodeficiency",
        "T-cell acute lymphoblastic leukaemia arose in two of ten boys years after gamma-retroviral gene therapy for "
        "X-SCID. Insertion near LMO2 was found.",
        About("ex_vivo gene_therapy", "gammaretroviral", "x_scid", "gene_addition"),
    ),
]
OF_A_GENE = [
    (
        "Shedding after systemic vectors in spinal muscular atrophy",
        "Thirteen toddlers were treated with rAAV9-hSMN1. No sibling seroconverted.",
        About("gene_addition in_vivo", "aav9", "sma"),
    ),
    (
        "Marking neurons in Parkinson disease",
        "Patients with Parkinson disease received AAV2-GFP in a study of gene therapy.",
        About("gene_therapy in_vivo", "aav2", "parkinson_disease"),
    ),
    (
        "Huntington disease and gene therapy",
        "Patients with Huntington disease received gene therapy with AAV5.",
        About("gene_therapy in_vivo", "aav5", "huntington_disease"),
    ),
    (
        "Liver values after an LK03 vector",
        "A man with haemophilia B had received an AAV-LK03 vector two years before. His factor level fell.",
        About("in_vivo", "aav_lk03", "haemophilia_b", "gene_addition"),
    ),
    (
        "Safety of CRISPR-edited CD34+ cells in sickle cell disease",
        "Autologous CD34+ cells are edited and given back after busulfan.",
        About("autologous ex_vivo gene_editing_nuclease", "", "sickle_cell_disease", population="none"),
    ),
    (
        "Myositis with micro-dystrophin",
        "Across the gene therapy trials five boys with Duchenne had muscle weakness after dosing.",
        About("gene_addition", "", "dmd"),
    ),
    (
        "Corrected cells without conditioning in Fanconi anaemia",
        "Nine children with Fanconi anaemia received autologous FANCA-corrected CD34+ cells.",
        About("autologous ex_vivo gene_therapy", "", "fanconi_anaemia", "gene_addition"),
    ),
]
OF_A_DISEASE = [
    (
        "Vaxzevria: germ-line transmission",
        "Adults received Vaxzevria. Adenoviral vector administration does not reach the germ line.",
        About("", "chadox", "", "viral_vector_vaccine", gene_therapy=False),
    ),
    (
        "Late encephalopathy on the ward",
        "The patient was admitted on day 23 after liso-cel for diffuse large B-cell lymphoma.",
        About("", "", "dlbcl", "autologous car_t ex_vivo lentiviral"),
    ),
    (
        "A review of CAR T-cell medicines",
        "Secondary malignancies such as T-cell lymphoma are looked into. There were 23 cases of T-cell lymphoma.",
        About("car_t", "", "", "ex_vivo", population="none"),
    ),
    (
        "Lentiviral shRNA against KRAS in pancreatic cancer cell lines",
        "Cultured cells were infected with lentiviral shRNA in vitro; invasion decreased.",
        About("", "", "pancreatic_cancer", population="in_vitro", gene_therapy=False),
    ),
    (
        "TAK-007 without graft-versus-host disease",
        "Adults with lymphoma received TAK-007, allogeneic CAR-NK cells from cord blood.",
        About("allogeneic car_nk", "", "", "ex_vivo gammaretroviral"),
    ),
    (
        "Side effects of CAR-T cells on the ward",
        "We treated 40 adults with CAR-T cells. All had relapsed multiple myeloma.",
        About("car_t", "", "multiple_myeloma", "ex_vivo"),
    ),
    (
        "Frailty and ciltacabtagene",
        "Ciltacabtagene autoleucel is approved for multiple myeloma. Here we report on 40 frail patients.",
        About("car_t", "", "multiple_myeloma", "autologous ex_vivo lentiviral"),
    ),
    (
        "Exagamglogene for sickle cell disease at a glance",
        "Of 44 patients with sickle cell disease one died from COVID-19, after infection with SARS-CoV-2.",
        About("", "", "sickle_cell_disease", "autologous ex_vivo gene_editing_nuclease rnp_electroporation"),
    ),
]
PRECLINICAL = [
    (
        "Durable correction of a mouse model of mucopolysaccharidosis type I",
        "Lysosomal diseases such as Fabry disease, Pompe disease and Gaucher disease are candidates for gene therapy. "
        "Here we injected an AAV9 vector encoding alpha-L-iduronidase into the ventricles of affected mice.",
        About("gene_addition in_vivo", "aav9", "mps_1", population="animal"),
    ),
    (
        "Silencing of mutant huntingtin as a therapy of Huntington disease",
        "An AAV5 vector encoding an artificial microRNA against HTT was infused into the striatum of sheep. The mutant "
        "protein fell. Treatment of Huntington disease by silencing may become possible.",
        About("gene_silencing in_vivo", "aav5", "huntington_disease", population="animal"),
    ),
    (
        "In vivo base editing of PCSK9 in monkeys",
        "An adenine base editor in lipid nanoparticles was given intravenously to cynomolgus monkeys. LDL cholesterol "
        "fell.",
        About("gene_editing_base in_vivo", "lnp", population="animal"),
    ),
    (
        "In vivo generation of CAR T cells by targeted lipid nanoparticles",
        "Lipid nanoparticles carrying mRNA for a chimeric antigen receptor were injected intravenously into mice with "
        "lupus; CAR T cells arose in vivo.",
        About("in_vivo in_vivo_car", "lnp", "sle", population="animal"),
    ),
    (
        "Purification of AAV9 by affinity chromatography",
        "Scalable manufacturing of AAV9 vectors needs downstream processing. Empty capsids were removed by "
        "chromatography and the titer rose.",
        About("gene_therapy", "aav9", population="none"),
    ),
]
NEIGHBOURS = [
    (
        "Inotersen in hereditary transthyretin amyloidosis",
        "Patients with hereditary transthyretin amyloidosis received inotersen, an antisense oligonucleotide.",
        About("antisense", "", "attr_amyloidosis", gene_therapy=False),
    ),
    (
        "Patisiran for hereditary transthyretin amyloidosis",
        "Patients received patisiran, an siRNA in lipid nanoparticles, every three weeks.",
        About("sirna", "lnp", "attr_amyloidosis", gene_therapy=False),
    ),
    (
        "Teclistamab in relapsed multiple myeloma",
        "Teclistamab, a bispecific antibody against BCMA and CD3, was given to 165 patients with multiple myeloma. "
        "CAR-T cells had failed in some.",
        About("bispecific_antibody", "", "multiple_myeloma", gene_therapy=False),
    ),
    (
        "Haploidentical stem cell transplantation for thalassaemia",
        "Children with beta-thalassaemia received allogeneic haematopoietic stem cell transplantation.",
        About("unmodified_cell_therapy", "", "beta_thalassaemia", gene_therapy=False),
    ),
    (
        "mRNA vaccine against COVID-19 in adults",
        "Participants received two doses of an mRNA vaccine. Efficacy against COVID-19 was high.",
        About("mrna_vaccine", "", "covid_19", gene_therapy=False),
    ),
    (
        "An adenoviral vector vaccine against Ebola virus disease",
        "Healthy volunteers were vaccinated with an Ad26 vector vaccine encoding the Ebola glycoprotein.",
        About("viral_vector_vaccine", "ad26", "ebola", gene_therapy=False),
    ),
    (
        "Unmodified reovirus in pancreatic cancer",
        "Patients with pancreatic cancer received wild-type reovirus (pelareorep), a natural oncolytic virus.",
        About("in_vivo oncolytic_virus_unmodified", "reovirus_other_rna", "pancreatic_cancer"),
    ),
]
TOOLS = [
    (
        "CRISPR screen finds regulators of autophagy",
        "We knocked out 500 genes with a genome-wide CRISPR screen delivered by lentivirus in HeLa cells. Hits were "
        "validated with shRNA.",
        About(population="in_vitro", gene_therapy=False),
    ),
    (
        "Role of Klf4 in smooth muscle",
        "Cells were infected with an adenovirus expressing Klf4. siRNA knock-down of Klf4 changed the phenotype in "
        "cultured cells.",
        About(population="in_vitro", gene_therapy=False),
    ),
    (
        "Optogenetic stimulation of the striatum with AAV5",
        "Channelrhodopsin was expressed in mice with AAV5 to study neural circuits of reward.",
        About(population="animal", gene_therapy=False),
    ),
    (
        "Ejection fraction and LV mass in athletes",
        "LV mass and ejection fraction were measured in 40 athletes.",
        About(population="none", gene_therapy=False),
    ),
]


@pytest.mark.parametrize(
    ("title", "text", "answer"), [*CLINICAL, *OF_A_GENE, *OF_A_DISEASE, *PRECLINICAL, *NEIGHBOURS, *TOOLS]
)
def test_a_document_is_about_what_a_curator_says(title: str, text: str, answer: About) -> None:
    assert about(document(title, text)) == answer


def test_a_text_without_a_title_is_about_what_its_first_sentence_names() -> None:
    text = "Valve replacement after AAV8 in haemophilia B. A man needed a new valve. He had no bleeding."
    assert about(document("", text)) == about(document(*text.split(". ", 1)))
    assert about(document("", text)).vector == "aav8"


def test_what_has_no_words_is_about_nothing() -> None:
    assert about(document("")) == About(population="none", gene_therapy=False)


@pytest.mark.parametrize(
    ("title", "text", "answer"),
    [
        (
            "Lentiviral vectors for gene therapy: a review",
            "In this review we summarize lentiviral vectors and their use in gene therapy. Diseases such as "
            "Wiskott-Aldrich syndrome are mentioned.",
            About("gene_therapy", "lentiviral", population="none"),
        ),
        (
            "Gene therapy for haemophilia: current status and challenges",
            "This review discusses gene therapy for haemophilia A and haemophilia B.",
            About("gene_therapy", "", "haemophilia_a haemophilia_b", "gene_addition", population="none"),
        ),
        (
            "Hospital costs of gene therapy for spinal muscular atrophy: a cost-effectiveness analysis",
            "We modelled the cost-effectiveness of gene therapy for spinal muscular atrophy for the payer.",
            About("gene_therapy", "", "sma", "gene_addition", population="none"),
        ),
    ],
)
def test_a_review_is_about_its_matter_and_has_no_subjects(title: str, text: str, answer: About) -> None:
    assert about(document(title, text, publication_types=("Journal Article", "Review"))) == answer


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Zolgensma", About("", "", "sma", "aav9 gene_addition in_vivo scaav")),
        ("Yescarta", About("", "", "sma", "autologous car_t ex_vivo gammaretroviral")),
        ("Spinraza", About("", "", "sma", "antisense", gene_therapy=False)),
    ],
)
def test_a_products_name_implies_its_facts_as_inferred(name: str, answer: About) -> None:
    found = document(f"{name} in infants with spinal muscular atrophy", f"Fifteen infants received {name} once.")
    assert about(found) == answer
    assert [tag.role for tag in read_document(found, vocabulary()).tags if tag.category is Category.PRODUCT] == [
        Role.SUBJECT,
        Role.SUBJECT,
    ]


def test_what_the_words_say_is_not_inferred_as_well() -> None:
    found = about(
        document(
            "Axicabtagene ciloleucel, an autologous CAR-T product, in large B-cell lymphoma",
            "Patients received axicabtagene ciloleucel.",
        )
    )
    assert found == About("autologous car_t", "", "lbcl", "ex_vivo gammaretroviral")


@pytest.mark.parametrize(
    ("title", "text", "concept", "expected"),
    [
        ("CAR-T cells were given.", "", "ex_vivo", ("CAR-T cells", True, "follows from car_t")),
        ("Yescarta was given.", "", "gammaretroviral", ("Yescarta", True, "product Yescarta")),
        (
            "Gene transfer for haemophilia B", "Men received an AAV8 vector carrying the factor IX gene.",
            "gene_addition", ("carrying", False, "a gene is carried: carrying"),
        ),
    ],
)  # fmt: skip
def test_what_follows_stands_at_the_words_it_follows_from(
    title: str, text: str, concept: str, expected: tuple[str, bool, str]
) -> None:
    found = document(title, text)
    (tag,) = (tag for tag in read_document(found, vocabulary()).tags if tag.concept == concept)
    assert (tag.text, tag.inferred, tag.rule) == expected
    assert found.text[tag.start : tag.end] == tag.text
    assert found.text[tag.sentence_start : tag.sentence_end] == (text or title)


PASSING = "Adults with haemophilia B received an AAV5 vector carrying the factor IX gene by intravenous infusion."


@pytest.mark.parametrize(
    ("sentence", "slug"),
    [
        ("Earlier trials used AAV8, for example.", "aav8"),
        ("Inherited diseases such as Fabry disease and Pompe disease may follow.", "pompe_disease"),
        ("Patients with hepatitis B were excluded.", "hbv"),
        ("One man had a history of melanoma.", "melanoma"),
    ],
)
def test_what_is_named_in_passing_is_a_mention(sentence: str, slug: str) -> None:
    reading = read("AAV5 gene transfer for haemophilia B", f"{PASSING} {sentence}")
    named = {(tag.concept, tag.role) for tag in reading.tags if tag.concept == slug}
    assert named == {(slug, Role.MENTION)}
    assert (reading.summary.vector, reading.summary.indication) == (("aav5",), ("haemophilia_b",))


def test_an_introduction_weighs_less_than_what_was_done() -> None:
    found = sectioned(
        "A vector for the liver",
        ("background", "Gene therapy with AAV8 and AAV9 has been used for Fabry disease and Pompe disease."),
        ("methods", "We injected mice with Wilson disease with an AAVrh10 vector carrying the ATP7B gene."),
        ("results", "Copper fell in mice with Wilson disease after AAVrh10 gene therapy."),
    )
    assert about(found) == About("gene_addition in_vivo", "aavrh10", "wilson_disease", population="animal")


HEADED = (
    "Gene transfer into the liver",
    "A vector was given to adults. Haemophilia B and Wilson disease are diseases of the liver.",
)


@pytest.mark.parametrize(
    ("headings", "keywords", "indication"),
    [
        ((), (), ""),
        ((MeshHeading("Hemophilia B", "D002836", True, (Qualifier("therapy", True),)),), (), "haemophilia_b"),
        ((MeshHeading("Hemophilia B", "D002836", False, (Qualifier("therapy", True),)),), (), "haemophilia_b"),
        ((MeshHeading("Hepatolenticular Degeneration", "D006527", False, ()),), (), "wilson_disease"),
        ((), ("Wilson disease", "liver"), "wilson_disease"),
    ],
)
def test_headings_and_keywords_are_evidence(
    headings: tuple[MeshHeading, ...], keywords: tuple[str, ...], indication: str
) -> None:
    assert about(document(*HEADED, mesh_headings=headings, keywords=keywords)).indication == indication


@pytest.mark.parametrize(
    ("title", "text", "population"),
    [
        ("A trial", "Twelve patients were treated; one participant left.", Population.HUMAN),
        ("A mouse study", "Mice were injected and rats were not.", Population.ANIMAL),
        ("Cells", "HEK293 cells were transfected in vitro.", Population.IN_VITRO),
        ("From mice to patients", "Mice were cured. Monkeys bore it. Patients were treated. Two patients improved.",
         Population.MIXED),
        ("In vitro and in mice", "HeLa cells were changed. Mice were injected. Cell lines died. Mice lived.",
         Population.MIXED),
        ("A view", "Rules for approval differ.", Population.NONE),
    ],
)  # fmt: skip
def test_the_population_is_whose_findings_are_told(title: str, text: str, population: Population) -> None:
    assert read(title, f"{text} Gene therapy was meant.").summary.population is population


def test_a_clinical_trial_by_publication_type_has_human_subjects() -> None:
    found = document("Gene therapy", "A vector was given.", publication_types=("Clinical Trial, Phase I",))
    assert about(found).population == "human"


def test_a_long_report_is_about_what_it_speaks_of_most() -> None:
    once = "Products for Fabry disease, Pompe disease and Gaucher disease use AAV8 or a lentiviral vector. "
    often = "Patients with haemophilia B received an AAV5 vector encoding factor IX by intravenous infusion. "
    found = about(document("Assessment report", often * 150 + once * 4))
    assert (found.vector, found.indication) == ("aav5", "haemophilia_b")


def test_a_report_on_another_medicine_is_about_no_gene_therapy_that_it_names() -> None:
    prose = "The substance was given by mouth to forty patients and was found in plasma within one hour of the dose. "
    named = (
        "Haematopoietic stem cell transplantation was tried in two infants. The HER2-expressing breast cancers differ. "
        "Hafnium nanoparticles were given to mice by intravenous injection. Multiple sclerosis is another disease. "
    )
    found = document("Alphamab: EPAR assessment report", prose * 900 + named * 2)
    found = found._replace(source="ema", regulator="EMA", kind="assessment-report")
    assert about(found)[:3] == ("", "", "")
    assert about(found)[-1] is False


def test_a_table_of_a_report_adds_no_subject() -> None:
    found = report(
        "An AAV5 vector for haemophilia B: assessment report", "Adverse reactions",
        ("Reaction", "Vector (N=10)"), ("Melanoma", "1 (10%)"),
    )  # fmt: skip
    assert about(found).indication == "haemophilia_b"


@pytest.mark.parametrize(
    ("text", "slug", "rule"),
    [
        ("After prior CAR-T cells, patients had the antibody.", "car_t", "earlier or other therapy: after prior"),
        ("Diseases such as Fabry disease matter.", "fabry_disease", "an example: such as"),
        ("Patients with HIV infection or lupus were excluded.", "sle", "excluded: were excluded"),
        ("Earlier trials of others had used AAV8.", "aav8", "earlier work: earlier trials"),
        ("We treated adults with Fabry disease.", "fabry_disease", "in the sentence that says what was done"),
    ],
)
def test_a_tag_says_why_it_has_its_role(text: str, slug: str, rule: str) -> None:
    assert [tag.rule for tag in read("A study", text).tags if tag.concept == slug] == [rule]


def test_a_tumour_that_came_of_a_therapy_is_no_indication() -> None:
    text = read(
        "Acute myeloid leukaemia after lentiviral gene therapy for sickle cell disease",
        "Two of 12 patients developed acute myeloid leukaemia after gene therapy for sickle cell disease.",
    )
    assert text.summary.indication == ("sickle_cell_disease",)
    assert [(event.term, event.assertion) for event in text.summary.safety] == [("aml_event", "present")]


def test_a_disease_beside_that_of_the_title_needs_more_than_a_word() -> None:
    text = "CD19 CAR-T cells did well in acute lymphoblastic leukaemia. We gave them to adults with {}."
    title = "CD19 CAR-T cells in diffuse large B-cell lymphoma"
    lymphoma = read(title, text.format("diffuse large B-cell lymphoma")).summary
    counted = read(title, text.format("2 mantle cell lymphoma and 4 diffuse large B-cell lymphoma")).summary
    assert lymphoma.indication == ("dlbcl",)
    assert set(counted.indication) == {"dlbcl", "mantle_cell_lymphoma"}


def test_a_disease_that_patients_are_screened_for_is_no_indication() -> None:
    text = "Patients must be past day 42 without any evidence of active graft-versus-host disease."
    found = read("CAR-T cells in B-cell lymphoma after cord blood transplantation", text).summary
    assert found.indication == ("nhl",)


REGISTRATION = (
    "The purpose of this study is to find the highest tolerable dose of the cells. Patients will receive one infusion. "
    "Investigators will put a new gene into cancer cells that are taken from the patient."
)


def test_a_registration_tells_its_therapy_once_and_in_lay_words() -> None:
    found = read("Safety of a cell vaccine in chronic lymphocytic leukaemia", REGISTRATION).summary
    assert set(found.modality) == {"engineered_cell_other", "ex_vivo", "autologous"}
    assert found.gene_therapy
    assert {(event.term, event.assertion.value) for event in found.safety} == {
        ("adverse_event_any", "planned"),
        ("dose_limiting_toxicity", "planned"),
    }


def test_a_label_speaks_of_the_disease_of_its_product() -> None:
    title = "Luxturna: EU product information, section 4.4"
    found = read(
        title, "Dyspnoea was seen once in adults with Leber congenital amaurosis and once in melanoma."
    ).summary
    assert found.indication == ("lca",)


@pytest.mark.parametrize(
    "text",
    [
        "A CRISPR-Cas9 screen with an sgRNA library found a therapeutic target in medulloblastoma cells.",
        "Knockdown of the receptor using siRNA lowered growth of prostate cancer cells of patients.",
    ],
)
def test_a_laboratorys_method_is_no_modality(text: str) -> None:
    assert about(document("A receptor in tumour growth", text)).modality == ""


def test_a_complication_of_cell_therapy_is_an_indication_only_where_the_title_has_it() -> None:
    text = "T cells with a T-cell receptor were given. Signs of graft-versus-host disease were looked for."
    assert read("TCR-T cells in recurrent leukaemia", text).summary.indication == ()
    assert read("TCR-T cells against graft-versus-host disease", text).summary.indication == ("gvhd",)


def regulated(*parts: tuple[str, str]) -> tuple[str, ...]:
    """The indications of a report of these sections on a product of the table."""
    found = sectioned("Zalmoxis: assessment report", *parts, regulator="EMA", source="ema", kind="assessment-report")
    return read_document(found, vocabulary()).summary.indication


GVHD = ("clinical_safety", "Acute GvHD occurred in 3 patients with GvHD. Patients with GvHD were treated for GvHD.")


def test_a_complication_is_a_reports_indication_only_where_the_product_is_indicated_for_it() -> None:
    assert regulated(("indication", "For adults with acute myeloid leukaemia."), GVHD) == ("aml",)
    assert regulated(
        ("clinical", "The product is indicated for the treatment of graft-versus-host disease."), GVHD
    ) == ("gvhd",)


def test_whom_a_label_treats_otherwise_is_no_indication_of_it() -> None:
    others = "Patients with HIV infection were few. In 3 HIV patients and in patients with HIV no difference was seen."
    found = sectioned(
        "Abecma: product information", ("indication", "Abecma is for multiple myeloma."), ("posology", others),
        ("warnings", others), regulator="EMA", source="ema", kind="smpc",
    )  # fmt: skip
    assert read_document(found, vocabulary()).summary.indication == ("multiple_myeloma",)


def test_a_label_that_tells_of_immunogenicity_is_of_no_vaccine() -> None:
    immunity = "Immunogenicity. Immunogenicity data are few. The AAV2 vector has low immunogenicity and immunisation."
    found = sectioned(
        "Upstaza: product information",
        ("indication", "Upstaza is for AADC deficiency."),
        ("description", "It is an AAV2 vector."),
        ("clinical_pharmacology", immunity),
        regulator="EMA",
        kind="smpc",
    )
    assert "viral_vector_vaccine" not in read_document(found, vocabulary()).summary.modality


def test_the_diseases_of_a_list_are_treated_as_its_first_one_is() -> None:
    found = document(
        "What clinics expect of gene therapy",
        "Background: Clinics differ. We asked 90 of them about gene therapy for haemophilia B (HB), cystic fibrosis, "
        "or Fabry disease. Nobody asked about myasthenia gravis.",
    )
    assert about(found).indication == "cystic_fibrosis fabry_disease haemophilia_b"


def test_a_vector_that_speaks_of_short_hairpins_throughout_silences() -> None:
    found = document(
        "Gene therapy of neuropathic pain with an AAV9 vector and shRNA",
        "An AAV9 vector with shRNA was injected intrathecally into mice with neuropathic pain. The shRNA knocked down "
        "the gene for a channel. Silencing lasted.",
    )
    assert about(found).modality == "gene_silencing in_vivo"


def test_tumours_are_events_where_the_title_names_them_beside_a_disease_that_is_none() -> None:
    found = document(
        "Leukaemia in a trial of gene therapy for X-linked SCID",
        "Of ten boys with X-linked SCID two had T-cell leukaemia. Patients with leukaemia were given chemotherapy.",
    )
    assert about(found).indication == "x_scid"


def test_in_vivo_is_how_a_therapy_is_given_and_no_experiment_in_animals() -> None:
    found = document(
        "In vivo gene editing in haemophilia B",
        "Four patients were treated. Infusion reactions occurred in two.",
    )
    assert about(found).population == "human"
    found = document(
        "CAR T cells generated in vivo in lupus",
        "An injection generates CAR T cells in vivo. Four patients were treated. Fever occurred in two patients.",
    )
    assert about(found) == About("in_vivo in_vivo_car", "", "sle")


def test_what_came_after_a_therapy_for_another_disease_is_no_indication() -> None:
    text = "A woman of 60 was given CAR T cells. Myasthenia gravis arose on day 40."
    found = document("Myasthenia gravis after CAR T cells for multiple myeloma", text)
    assert about(found).indication == "multiple_myeloma"
    found = document("Sickle cell disease after gene therapy: quality of life", "Ten patients were asked.")
    assert about(found).indication == "sickle_cell_disease"
