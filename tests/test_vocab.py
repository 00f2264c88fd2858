"""`gtminer vocab`: lists, pages, checks, the user's overlay with whole messages, an ontology taken in."""
# ruff: noqa: E501 - whole messages and whole rows, one a line

import json
import shutil
from pathlib import Path

import pytest
from conftest import Gtminer
from hypothesis import given, settings
from hypothesis import strategies as st

from gtminer.errors import InputError
from gtminer.model import Category, Document
from gtminer.tag import compiling, obo, vocabulary
from gtminer.tag import overlay as overlays
from gtminer.tag.choices import wordings
from gtminer.tag.tagger import tag_document

HEADER = "category\tconcept\tform\tmatch\tneeds\tunless\tsource\tlabel\tparents\n"


def row(category: str, concept: str, form: str, match: str = "fold", needs: str = "", **new: str) -> str:
    cells = [category, concept, form, match, needs, "", "ours", new.get("label", ""), new.get("parents", "")]
    return "\t".join(cells) + "\n"


def written(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + "".join(rows), encoding="utf-8")
    return path


def concepts(text: str, overlay: Path | None, category: Category = Category.INDICATION) -> set[str]:
    document = Document("text:1", "text", "", f"\n{text}")
    return {tag.concept for tag in tag_document(document, vocabulary.load(overlay)) if tag.category is category}


NEW = row("indication", "blorp_disease", "blorp disease", label="Blorp disease", parents="haemophilia")


# The overlay


def test_an_overlay_adds_forms_and_concepts_below_built_in_ones(tmp_path: Path) -> None:
    overlay = written(tmp_path / "mine.tsv", NEW, row("indication", "haemophilia_a", "wobbly blood"))
    assert concepts("Blorp disease and wobbly blood were treated.", overlay) == {"blorp_disease", "haemophilia_a"}
    above = vocabulary.load(overlay).ancestors(Category.INDICATION, "blorp_disease")
    assert above == {"blorp_disease", "haemophilia"}


def test_files_of_a_folder_are_one_overlay_whatever_their_order(tmp_path: Path) -> None:
    written(
        tmp_path / "a.tsv", row("indication", "small_blorp", "small blorp", label="Small blorp", parents="zz_blorp")
    )
    written(tmp_path / "b.tsv", row("indication", "zz_blorp", "zz blorp", label="Blorp of any size"))
    assert concepts("A small blorp.", tmp_path) == {"small_blorp"}


def test_a_kill_line_takes_a_form_out_in_every_spelling(tmp_path: Path) -> None:
    text = "Patients had hemophilia A."
    assert concepts(text, None) == {"haemophilia_a"}
    overlay = written(tmp_path / "mine.tsv", row("indication", "haemophilia_a", "haemophilia A", "kill"))
    assert "haemophilia_a" not in concepts(text, overlay)


def test_a_file_that_kills_words_may_give_them_another_meaning(tmp_path: Path) -> None:
    written(
        tmp_path / "a.tsv", row("indication", "", "blorp disease", "kill"), row("indication", "sma", "blorp disease")
    )
    written(tmp_path / "b.tsv", NEW)
    assert concepts("Blorp disease.", tmp_path) == {"sma"}


def test_an_overlay_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + (HEADER + NEW).replace("\n", "\r\n").encode())
    assert concepts("Blorp disease.", path) == {"blorp_disease"}


def test_a_built_in_concept_gets_further_parents(tmp_path: Path) -> None:
    overlay = written(
        tmp_path / "mine.tsv",
        NEW.replace("haemophilia", ""),
        row("indication", "sma", "weak blorp", parents="blorp_disease"),
    )
    assert vocabulary.load(overlay).ancestors(Category.INDICATION, "sma") == {"sma", "blorp_disease"}
    assert concepts("Blorp disease, that is a weak blorp.", overlay) == {"sma", "blorp_disease"}


def test_an_import_that_a_newer_gtminer_refuses_says_how_to_renew_it(tmp_path: Path) -> None:
    overlay = written(
        tmp_path / "old.tsv",
        row("indication", "sma", "?"),
        header="# Made by gtminer vocab import from x.obo\n" + HEADER,
    )
    with pytest.raises(InputError) as error:
        vocabulary.load(overlay)
    assert str(error.value) == (
        "old.tsv:3: the form '?' has no letter or digit; take the row out (an ontology's file: import it again)"
    )


REFUSED = [
    (row("desease", "x", "blorp"), "mine.tsv:2: unknown category 'desease'; choose one of: modality, vector, indication, safety, product"),
    (row("indication", "", "blorp"), "mine.tsv:2: no concept; name the one that 'blorp' means"),
    (row("indication", "blorp", "blorp disease"), "mine.tsv:2: the concept 'blorp' is new; give it a label in a column 'label'"),
    (row("indication", "My Blorp", "blorp disease", label="Blorp"), "mine.tsv:2: the concept 'My Blorp' is new; name it in small letters, digits and underscores"),
    (row("indication", "blorp", "blorp disease", label="haemophilia A"), "mine.tsv:2: the label 'haemophilia A' is that of the indication 'haemophilia_a'; write that as the concept, or another label"),
    (NEW + row("indication", "other", "other blorp", label="Blorp Disease"), "mine.tsv:3: the label 'Blorp Disease' is that of the indication 'blorp_disease'; write that as the concept, or another label"),
    (row("indication", "blorp", "blorp disease", label="Blorp", parents="hemophilia"), "mine.tsv:2: unknown parent 'hemophilia'; did you mean 'haemophilia'?"),
    (row("indication", "blorp", "blorp disease", label="Blorp", parents="qqq"), "mine.tsv:2: unknown parent 'qqq'; name a indication that exists, or none"),
    (row("indication", "blorp", "blorp disease", label="Blorp", parents="blorp"), "mine.tsv:2: 'blorp' lies below itself; take one of its parents out"),
    (row("indication", "sma", "with"), "mine.tsv:2: the form 'with' is a common word and would match everywhere; take the row out, or write it in capitals with match case and context words in needs"),
    (row("indication", "sma", "WAS", "case"), "mine.tsv:2: the form 'WAS' is a common word and would match everywhere; take the row out, or write it in capitals with match case and context words in needs"),
    (row("indication", "sma", "q7"), "mine.tsv:2: the form 'q7' is too short; take the row out, or give context words in needs"),
    (row("indication", "sma", "-itis"), "mine.tsv:2: the end of a word '-itis' is too short; give at least 5 letters"),
    (row("indication", "sma", "?!"), "mine.tsv:2: the form '?!' has no letter or digit; take the row out"),
    (row("indication", "sma", "blorp", "folded"), "mine.tsv:2: match 'folded'; write fold, case or kill"),
    (row("product", "blorpvec", "blorpvec"), "mine.tsv:2: unknown product 'blorpvec'; forms can be added to those of 'gtminer vocab list product'"),
    ("indication\tsma\n", "mine.tsv:2: 2 columns where the header has 9; separate them by one tab"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "message"), REFUSED, ids=lambda value: value[:0] or None)
def test_a_row_that_would_do_harm_is_refused_with_its_line_and_what_to_do(
    tmp_path: Path, rows: str, message: str
) -> None:
    overlay = written(tmp_path / "mine.tsv", rows)
    with pytest.raises(InputError) as error:
        vocabulary.load(overlay)
    assert str(error.value) == message


def test_a_wrong_column_is_refused_with_the_right_one(tmp_path: Path) -> None:
    overlay = written(tmp_path / "mine.tsv", NEW, header=HEADER.replace("parents", "parent"))
    with pytest.raises(InputError) as error:
        vocabulary.load(overlay)
    assert str(error.value) == "mine.tsv:2: unknown column 'parent'; did you mean 'parents'?"


def test_a_common_word_in_capitals_is_taken_with_context(tmp_path: Path) -> None:
    overlay = written(tmp_path / "mine.tsv", row("indication", "sma", "MOTH", "case", needs="motor neuron"))
    assert concepts("MOTH is a disease of motor neurons.", overlay) == {"sma"}
    assert concepts("MOTH and moth.", overlay) == set()


def test_concepts_below_each_other_in_a_ring_are_refused(tmp_path: Path) -> None:
    one = row("indication", "one_blorp", "one blorp", label="One", parents="two_blorp")
    two = row("indication", "two_blorp", "two blorp", label="Two", parents="one_blorp")
    with pytest.raises(InputError, match=r"^mine.tsv:2: 'one_blorp' lies below itself; take one of its parents out$"):
        vocabulary.load(written(tmp_path / "mine.tsv", one, two))


def test_a_chain_of_thousands_of_concepts_is_no_danger(tmp_path: Path) -> None:
    chain = (
        row("indication", f"blorp_{n}", f"blorp kind {n}", label=f"Blorp {n}", parents=f"blorp_{n + 1}" if n < 3000 else "")
        for n in range(1, 3001)
    )  # fmt: skip
    known = vocabulary.load(written(tmp_path / "mine.tsv", *chain))
    assert len(known.ancestors(Category.INDICATION, "blorp_1")) == 3000


CELLS = st.sampled_from(
    ["indication", "safety", "sma", "blorp", "", "fold", "case", "kill", "with", "-", "\0", "a|b", "é"]
)


@settings(max_examples=40, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=200), st.lists(st.lists(CELLS | st.text(max_size=5), min_size=9, max_size=9)))
)
def test_any_file_is_taken_or_refused_by_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("overlay") / "mine.tsv"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(
            HEADER + "".join("\t".join(cells) + "\n" for cells in content), encoding="utf-8", errors="replace"
        )
    files = compiling.Files(path)
    refused: list[InputError] = []
    overlays.read(files.overlays(), compiling.built_in_concepts(files.data), files.common_words(), refused.append)
    if refused:
        with pytest.raises(InputError, match=r"^[^\n]+$"):
            compiling.compile_(files)
    else:
        assert compiling.compile_(files)


# The cache


def test_a_damaged_foreign_or_cut_cache_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    overlay = written(tmp_path / "mine.tsv", NEW)
    fresh(overlay)
    (kept,) = (tmp_path / "gtminer").glob("vocabulary-*.bin")
    whole = kept.read_bytes()
    middle, last = len(whole) // 2, len(whole) - 9
    for damaged in (
        b"",
        b"something else",
        whole[:40],
        whole[:-1],
        whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        whole[:last] + bytes([whole[last] ^ 128]) + whole[last + 1 :],
        whole[:60] + b"\xff" * 40 + whole[100:],
    ):
        kept.write_bytes(damaged)
        assert concepts_of(fresh(overlay)) == concepts_of(fresh(overlay))
        assert kept.read_bytes() == whole


def test_without_a_cache_folder_that_can_be_written_it_works_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert concepts_of(fresh(written(tmp_path / "mine.tsv", NEW))) >= {"blorp_disease", "sma"}


@pytest.mark.parametrize("changed", ["tag/events.py", "tag/printed/rates.py", "data/roles/counts.tsv"])
def test_other_code_or_data_that_decides_a_tag_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    package = Path(compiling.__file__).parents[1]
    for folder in ("tag", "data"):
        shutil.copytree(package / folder, tmp_path / folder)
    monkeypatch.setattr(compiling, "_PACKAGE", tmp_path)
    before = compiling.Files(None).version()
    with (tmp_path / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert compiling.Files(None).version() != before


def test_another_overlay_is_another_version_also_of_the_same_length(tmp_path: Path) -> None:
    overlay = written(tmp_path / "mine.tsv", NEW)
    first = vocabulary.load(overlay).version
    written(overlay, NEW.replace("blorp disease", "blarp disease"))
    second = vocabulary.load(overlay).version
    assert len({first, second, vocabulary.load().version}) == 3


def test_many_added_terms_are_found_as_few_are(tmp_path: Path) -> None:
    many = (row("indication", "sma", f"blorpy {n // 300} kind-{n % 300}s") for n in range(12_000))
    overlay = written(tmp_path / "many.tsv", NEW, *many, row("indication", "sma", "-blorpase"))
    text = "Naïve: blorpy 7 kind 12s, then  blorpy 39 kind-299s; tetrablorpase; Blorp  disease, sepsis."
    document = Document("text:1", "text", "", f"\n{text}")
    found = [
        tag.text for tag in tag_document(document, vocabulary.load(overlay)) if tag.category is Category.INDICATION
    ]
    assert found == ["blorpy 7 kind 12s", "blorpy 39 kind-299s", "tetrablorpase", "Blorp  disease"]


def test_added_terms_in_any_script_are_found_where_they_stand(tmp_path: Path) -> None:
    overlay = written(tmp_path / "script.tsv", NEW, row("indication", "sma", "спинальная атрофия"))
    document = Document("text:1", "text", "", "\nНаблюдалась Спинальная атрофия (日本), then blorp disease.")
    found = [
        tag.text for tag in tag_document(document, vocabulary.load(overlay)) if tag.category is Category.INDICATION
    ]
    assert found == ["Спинальная атрофия", "blorp disease"]


def fresh(overlay: Path) -> vocabulary.Vocabulary:
    """Load as a new process would."""
    vocabulary._loaded.clear()
    return vocabulary.load(overlay)


def concepts_of(known: vocabulary.Vocabulary) -> set[str]:
    return set(known.concepts.slugs(Category.INDICATION)) if known.concepts else set()


# The commands


def test_the_built_in_vocabulary_is_found_letter_by_letter_however_large_it_is() -> None:
    compiled = compiling.compile_(compiling.Files(None))
    assert compiled["more_terms"] is None
    assert compiled["first_more"] == len(compiled["entries_at"]) // 4


def test_list_gives_the_concepts_of_a_category(gtminer: Gtminer) -> None:
    done = gtminer("vocab", "list", "vector", "--columns", "concept,label,parents", "--limit", "2")
    assert done == (0, "concept,label,parents\naav,Adeno-associated virus vector,\naav1,AAV1,aav\n", "")


def test_list_refuses_an_unknown_category(gtminer: Gtminer) -> None:
    done = gtminer("vocab", "list", "vectors")
    message = "gtminer: unknown category 'vectors'; choose one of: modality, vector, indication, safety, product\n"
    assert done == (2, "", message)


def test_show_explains_a_concept_of_the_users_own(gtminer: Gtminer, tmp_path: Path) -> None:
    overlay = written(tmp_path / "mine.tsv", NEW, row("indication", "blorp_disease", "BLD", "case", needs="blorp"))
    done = gtminer("vocab", "show", "blorp disease", env={"GTMINER_VOCABULARY": str(overlay)})
    assert done.out == (
        "Blorp disease [indication blorp_disease]\n"
        "  parents: haemophilia\n"
        "  source: ours\n"
        "  stands at: mine.tsv:2\n"
        "  forms: 2\n"
        "    blorp disease: any capitals; ours; mine.tsv:2\n"
        "      also blorp diseases\n"
        "    BLD: these capitals; only with one of: blorp; ours; mine.tsv:3\n"
        "      also blds\n"
        "\n"
    )
    assert (done.code, done.err) == (0, "")


def test_show_says_what_words_mean_and_why(gtminer: Gtminer, tmp_path: Path) -> None:
    overlay = written(tmp_path / "mine.tsv", NEW, row("indication", "blorp_disease", "BLD", "case", needs="blorp"))
    done = gtminer("vocab", "show", "bld", env={"GTMINER_VOCABULARY": str(overlay)})
    assert done.out == (
        "'bld' means Blorp disease [indication blorp_disease], but not with these capitals\n"
        "  form BLD: these capitals; only with one of: blorp; ours; mine.tsv:3\n"
    )
    shown = json.loads(gtminer("vocab", "show", "BLD", "-f", "json", env={"GTMINER_VOCABULARY": str(overlay)}).out)
    assert [(item["concept"], item["matches"]) for item in shown["readings"]] == [("blorp_disease", True)]


def test_show_suggests_the_nearest_concept(gtminer: Gtminer) -> None:
    assert gtminer("vocab", "show", "haemofilia") == (
        2, "", "gtminer: 'haemofilia': no concept and no form of one; did you mean 'haemophilia'?\n"
    )  # fmt: skip


def test_check_lists_every_refused_row_and_ends_with_2(gtminer: Gtminer, tmp_path: Path) -> None:
    written(tmp_path / "mine.tsv", row("indication", "sma", "with"), NEW, row("vector", "", "blorp"))
    assert gtminer("vocab", "check", "mine.tsv") == (
        2,
        "state,where,finding,what_to_do\n"
        "refused,mine.tsv:2,the form 'with' is a common word and would match everywhere,\"take the row out, or write it "
        'in capitals with match case and context words in needs"\n'
        "refused,mine.tsv:4,no concept,name the one that 'blorp' means\n",
        "gtminer: vocab check: 2 rows are refused, so nothing of mine.tsv is in force; mend them\n",
    )


def test_check_notes_what_deserves_a_look_the_users_file_first(gtminer: Gtminer, tmp_path: Path) -> None:
    written(
        tmp_path / "mine.tsv",
        NEW,
        row("indication", "sma", "blorp disease"),
        row("indication", "sma", "deficiency of"),
        row("indication", "sma", "BLD", "case", needs="in"),
        row("indication", "", "no such words", "kill"),
    )
    done = gtminer("vocab", "check", "mine.tsv")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1:5] == [
        "note,mine.tsv:3,'blorp disease' means sma here and blorp_disease at mine.tsv:2,"
        '"kill one of the two, unless both are meant"',
        "note,mine.tsv:4,the form 'deficiency of' ends in nothing,write the words that belong to it",
        "note,mine.tsv:5,'in' in needs begins many other words,write a longer word",
        "note,mine.tsv:6,no form matches 'no such words',\"mend the spelling, or take the row out\"",
    ]


def test_filters_and_doctor_know_the_overlay(gtminer: Gtminer, tmp_path: Path) -> None:
    env = {"GTMINER_VOCABULARY": str(written(tmp_path / "mine.tsv", NEW)), "NCBI_EMAIL": "me@example.org"}
    (tmp_path / "records.nbib").write_text("PMID- 1\nTI  - Blorp disease treated.\nDP  - 2020\n")
    assert gtminer("import", "records.nbib", env=env).code == 0
    found = gtminer("summarize", "--indication", "blorp diseases", "--columns", "id,indication", env=env)
    assert found.out == "id,indication\npubmed:1,Blorp disease\n"
    line = f"ok       vocabulary   {env['GTMINER_VOCABULARY']} (from GTMINER_VOCABULARY), mine.tsv: new concepts 1, forms 1, kill lines 0"
    assert line in gtminer("doctor", env=env).out.splitlines()


# An ontology taken in

OBO = """format-version: 1.2
ontology: invented

[Term]
id: ZZ:1
name: disease
synonym: "illness" EXACT []

[Term]
id: ZZ:2
name: hemophilia A
synonym: "factor eight lack syndrome" EXACT []
synonym: "HAEMX" EXACT []
xref: MESH:D006467
is_a: ZZ:1 ! disease

[Term]
id: ZZ:3
name: blorp, infantile
synonym: "Blorp's disease" EXACT [OMIM:1]
synonym: "BLRP" EXACT ABBREVIATION []
synonym: "blorp of any age" BROAD []
synonym: "cold" EXACT []
synonym: "BLG1" EXACT []
synonym: "sepsis" EXACT []
is_a: ZZ:2 {source="x"} ! hemophilia A

[Term]
id: ZZ:4
name: blorp caused by mutation in BLG1
synonym: "shared blorp" EXACT []
is_a: ZZ:3

[Term]
id: ZZ:5
name: late \\"odd\\" blorp
synonym: "shared blorp" EXACT []
is_a: ZZ:1

[Term]
id: ZZ:6
name: obsolete blorp
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


def test_an_ontology_becomes_an_overlay_and_the_rest_is_listed_with_reasons(gtminer: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "zz.obo").write_text(OBO)
    folder = tmp_path / "home" / ".config" / "gtminer" / "vocabulary"
    assert gtminer("vocab", "import", "zz.obo") == (
        0,
        "",
        f"{folder}/zz.tsv: new concepts 3, forms 9; terms that are concepts already 1\n"
        "left out: 2 a common word, 2 means several terms, 2 there already, 1 names a gene or protein, "
        f"1 not an exact synonym, 1 too general; each is listed in {folder}/zz.left-out.txt\n"
        "in force from now on; 'gtminer tag' brings the tags of the store up to date\n",
    )
    assert (folder / "zz.tsv").read_text().splitlines() == [
        "# Made by gtminer vocab import from zz.obo: a new import replaces this file. Your own terms belong in another one.",
        "category\tconcept\tform\tmatch\tneeds\tunless\tsource\tlabel\tparents\taxis\tids",
        "indication\thaemophilia_a\tHAEMX\tcase\themophilia|haemophilia\t\tzz.obo, ZZ:2\t\t\t\t",
        "indication\thaemophilia_a\tfactor eight lack syndrome\tfold\t\t\tzz.obo, ZZ:2\t\t\t\t",
        "indication\tzz_3\tBLRP\tcase\tblorp|sepsis\t\tzz.obo\tblorp, infantile\thaemophilia_a\thaematology\tZZ:3",
        "indication\tzz_3\tBlorp's disease\tfold\t\t\tzz.obo\t\t\t\t",
        "indication\tzz_3\tblorp infantile\tfold\t\t\tzz.obo\t\t\t\t",
        "indication\tzz_3\tblorp, infantile\tfold\t\t\tzz.obo\t\t\t\t",
        "indication\tzz_3\tinfantile blorp\tfold\t\t\tzz.obo\t\t\t\t",
        "indication\tzz_4\tblorp caused by mutation in BLG1\tfold\t\t\tzz.obo\tblorp caused by mutation in BLG1\tzz_3\thaematology\tZZ:4",
        'indication\tzz_5\tlate "odd" blorp\tfold\t\t\tzz.obo\tlate "odd" blorp\t\t\tZZ:5',
    ]
    assert (folder / "zz.left-out.txt").read_text().splitlines() == [
        "reason\tterm\tform\tinstead",
        "a common word\tZZ:1\tdisease\t",
        "a common word\tZZ:3\tcold\t",
        "means several terms\tZZ:4\tshared blorp\tZZ:5",
        "means several terms\tZZ:5\tshared blorp\tZZ:4",
        "names a gene or protein\tZZ:3\tBLG1\t",
        "not an exact synonym\tZZ:3\tblorp of any age\t",
        "there already\tZZ:2\themophilia A\tindication haemophilia_a",
        "there already\tZZ:3\tsepsis\tsafety sepsis",
        "too general\tZZ:1\tillness\t",
    ]


def test_an_import_is_in_force_and_may_be_repeated_and_killed(gtminer: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "zz.obo").write_text(OBO)
    assert gtminer("vocab", "import", "zz.obo").code == 0
    first = gtminer("vocab", "show", "infantile blorp").out
    assert first.startswith("'infantile blorp' means blorp, infantile [indication zz_3]\n")
    folder = tmp_path / "home" / ".config" / "gtminer" / "vocabulary"
    written(folder / "mine.tsv", row("indication", "", "infantile blorp", "kill"))
    assert gtminer("vocab", "import", "zz.obo").code == 0
    assert gtminer("vocab", "show", "infantile blorp").out.startswith("'blorp") is False
    assert gtminer("vocab", "list", "indication", "--limit", "1").err == (
        "mine.tsv: new concepts 0, forms 0, kill lines 1\nzz.tsv: new concepts 3, forms 9, kill lines 0\n"
    )


def test_an_import_never_writes_over_the_users_own_file(gtminer: Gtminer, tmp_path: Path) -> None:
    (tmp_path / "zz.obo").write_text(OBO)
    mine = written(tmp_path / "mine.tsv", NEW)
    assert gtminer("vocab", "import", "zz.obo", "-o", "mine.tsv") == (
        2, "", "gtminer: mine.tsv: is there and no earlier import; move it away, or name another file with -o\n"
    )  # fmt: skip
    assert mine.read_text() == HEADER + NEW
    assert gtminer("vocab", "import", "zz.obo", env={"GTMINER_VOCABULARY": str(mine)}) == (
        2, "", f"gtminer: {mine}: the vocabulary in force is one file; put it into a folder and name that, or give -o FILE.tsv\n"
    )  # fmt: skip


HOSTILE = [
    (b"", "bad.obo: holds no [Term]; give an ontology in OBO format"),
    (b"\x89PNG\r\n", "bad.obo: not UTF-8 text; give an ontology in OBO format"),
    (b"<html>\n", "bad.obo:1: not a line of an OBO file; give an ontology in OBO format"),
    (b"format-version: 1.2\n[Term]\nname: blorp\n", "bad.obo:2: a [Term] without an id; the file is no whole OBO file"),
    (b"[Term]\nid: A:1\nname: a\n[Term]\nid: A:1\n", "bad.obo:4: the id 'A:1' a second time; mend the file"),
    (
        b"[Term]\nid: A:1\nname: a\nsynonym: b\n",
        "bad.obo:1: a synonym of 'A:1' is not in quotes; the file is no OBO file",
    ),
    (
        b"format-version: " + b"x" * 1_000_001,
        "bad.obo:1: a line of more than a million characters; the file is no OBO file",
    ),
    (b"[Term]\nid: A:1\nname: disease\n", "bad.obo: holds no form that can be taken; nothing was written"),
    (
        b"[Term]\nid: A:1\nname: first blorp\nis_a: A:2\n[Term]\nid: A:2\nname: second blorp\nis_a: A:1\n",
        "bad.tsv:3: 'a_1' lies below itself; take one of its parents out",
    ),
]


@pytest.mark.parametrize(("content", "message"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_ontology_is_refused_in_one_line_and_nothing_is_written(
    gtminer: Gtminer, tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "bad.obo").write_bytes(content)
    assert gtminer("vocab", "import", "bad.obo") == (2, "", f"gtminer: {message}\n")
    folder = tmp_path / "home" / ".config" / "gtminer" / "vocabulary"
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_missing_ontology_is_named(gtminer: Gtminer) -> None:
    message = "gtminer: none.obo: cannot be read (No such file or directory); name an OBO file\n"
    assert gtminer("vocab", "import", "none.obo") == (2, "", message)


@pytest.mark.shared
def test_mondo_is_taken_in_whole(shared: Path) -> None:
    terms = list(obo.read(shared / "data" / "ontologies" / "mondo.obo"))
    assert (len(terms), sum(len(term.synonyms) for term in terms)) == (23_964, 104_758)


def test_a_row_of_cues_stands_for_each_wording_of_its_choices() -> None:
    assert list(wordings("none (|of them) (was|were) severe")) == [
        "none was severe",
        "none were severe",
        "none of them was severe",
        "none of them were severe",
    ]
    assert list(wordings("no (severe) fever")) == ["no (severe) fever"]
