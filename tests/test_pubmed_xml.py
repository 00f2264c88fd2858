"""A PubMed record's fields: each there, whole, whatever stands in it."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pubmed_records import BOOK, article, only, parts, read, record_set

from gtminer.model import Author, Deletion, Document, Link, MeshHeading, Qualifier


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("1.5 x 10<sup>14</sup> vg/kg", "1.5 x 10^14 vg/kg"),
        ("2×10<sup>-3</sup> and 10<sup>\u22125</sup> M", "2×10^-3 and 10^\u22125 M"),
        ("5 x 10 <sup>13</sup> vg", "5 x 10^13 vg"),
        ("H<sub>2</sub>O and TCID<sub>50</sub>", "H2O and TCID50"),
        ("CD34<sup>+</sup> cells, Cre<sup>-/-</sup> mice", "CD34+ cells, Cre-/- mice"),
        ("<sup>177</sup>Lu in 10 <sup>18</sup>F scans", "177Lu in 10 18F scans"),
        ("mg/m<sup>2</sup> per dose", "mg/m2 per dose"),
        ("<i>SMN1</i> and <b>bold <i>both</i></b> <u>under</u>", "SMN1 and bold both under"),
        ("10<sup><i>9</i></sup> per litre", "10^9 per litre"),
        ("p &lt; 0.05 &amp; &gt; 2 &quot;x&quot; &apos;y&apos;", "p < 0.05 & > 2 \"x\" 'y'"),
        ("5 &#956;g, &#x3b2;-globin, na\u00efve", "5 \u03bcg, \u03b2-globin, na\u00efve"),
        ("&lt;sup&gt;not a mark&lt;/sup&gt; &amp;lt;", "<sup>not a mark</sup> &lt;"),
        ("two\n   lines\u00a0and\u2009thin\tspaces", "two lines and thin spaces"),
        ("before<!-- no --> after <?pi no?>end", "before after end"),
        ("<![CDATA[a < b]]> c", "a < b c"),
    ],
)
def test_markup_and_entities_cost_no_word(markup: str, words: str) -> None:
    document = only(article(abstract=f"<AbstractText>{markup}</AbstractText>"))
    assert document.text == f"A title.\n{words}"
    assert only(article(title=f"<ArticleTitle>{markup}</ArticleTitle>")).title == words


MATH = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML">{}</mml:math>'


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (
            "<mml:mn>10</mml:mn> <mml:msup> <mml:mn>10</mml:mn> <mml:mn>14</mml:mn> </mml:msup>",
            "1010^14",
        ),
        ("<mml:msup><mml:mi>m</mml:mi><mml:mn>2</mml:mn></mml:msup>", "m2"),
        ("<mml:mfrac><mml:mn>1</mml:mn><mml:mn>3</mml:mn></mml:mfrac>", "1/3"),
        ("<mml:mrow><mml:mi>p</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>.05</mml:mn></mml:mrow>", "p<.05"),
        (
            "<mml:semantics><mml:mi>x</mml:mi><mml:annotation>\\frac</mml:annotation></mml:semantics>",
            "x",
        ),
        (
            "<mml:mmultiscripts><mml:mi>Lu</mml:mi><mml:mprescripts/><mml:none/><mml:mn>177</mml:mn></mml:mmultiscripts>",
            "177Lu",
        ),
        ("<mml:mtext>of the </mml:mtext><mml:mi>dose</mml:mi>", "of the dose"),
    ],
)
def test_a_formula_is_read_in_its_order(formula: str, words: str) -> None:
    document = only(article(abstract=f"<AbstractText>About {MATH.format(formula)} here.</AbstractText>"))
    assert document.text == f"A title.\nAbout {words} here."


def test_a_structured_abstract_keeps_its_sections_and_their_places() -> None:
    document = only(
        article(
            abstract='<AbstractText Label="BACKGROUND AND AIMS" NlmCategory="OBJECTIVE">One.</AbstractText>\n'
            '<AbstractText Label="Patients &amp; methods">Two.</AbstractText>'
            '<AbstractText Label="UNLABELLED"></AbstractText>'
            "<AbstractText>Three.</AbstractText><CopyrightInformation>(c) nobody</CopyrightInformation>"
        )
    )
    assert document.text == "A title.\nOne.\nTwo.\nThree."
    assert parts(document)[:2] == [("title", "", "A title."), ("objective", "BACKGROUND AND AIMS", "One.")]
    assert parts(document)[2][1:] == ("Patients & methods", "Two.")
    assert parts(document)[3] == ("abstract", "", "Three.")


def test_titles_and_abstracts_in_other_languages_are_parts_of_their_own() -> None:
    document = only(
        article(
            title="<ArticleTitle>[Gene therapy].</ArticleTitle>",
            abstract="<AbstractText>English.</AbstractText>",
            languages="<Language>spa</Language><Language>eng</Language>",
            vernacular="<VernacularTitle>Terapia g\u00e9nica.</VernacularTitle>",
            behind='<OtherAbstract Type="Publisher" Language="spa"><AbstractText>Espa\u00f1ol.</AbstractText>'
            '</OtherAbstract><OtherAbstract Type="plain-language-summary">'
            '<AbstractText Label="WHY">Plain.</AbstractText></OtherAbstract>',
        )
    )
    assert (document.title, document.languages) == ("[Gene therapy].", ("spa", "eng"))
    assert [(*part, section.language) for part, section in zip(parts(document), document.sections, strict=True)] == [
        ("title", "", "[Gene therapy].", None),
        ("abstract", "", "English.", None),
        ("vernacular_title", "", "Terapia g\u00e9nica.", "spa"),
        ("other_abstract", "", "Espa\u00f1ol.", "spa"),
        ("other_abstract", "WHY", "Plain.", None),
    ]


@pytest.mark.parametrize("title", ["", "<ArticleTitle/>", "<ArticleTitle>  </ArticleTitle>"])
def test_a_missing_title_loses_nothing_else(title: str) -> None:
    document = only(article(title=title, abstract="<AbstractText>Words.</AbstractText>"))
    assert (document.title, document.text) == ("", "\nWords.")
    assert parts(document) == [("title", "", ""), ("abstract", "", "Words.")]


@pytest.mark.parametrize("title", ["", "<ArticleTitle>[Not Available].</ArticleTitle>"])
def test_the_vernacular_title_stands_in_for_one_that_was_never_translated(title: str) -> None:
    document = only(article(title=title, vernacular="<VernacularTitle>Gentherapie.</VernacularTitle>"))
    assert (document.title, document.text) == ("Gentherapie.", "Gentherapie.")


@pytest.mark.parametrize(
    ("date", "published", "iso"),
    [
        ("<Year>2021</Year><Month>Nov</Month><Day>04</Day>", "2021 Nov 04", "2021-11-04"),
        ("<Year>2021</Year><Month>11</Month>", "2021 11", "2021-11"),
        ("<Year>2021</Year><Season>Spring</Season>", "2021 Spring", "2021"),
        ("<Year>2021</Year><Month>Feb</Month><Day>31</Day>", "2021 Feb 31", "2021-02"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998 Dec-1999 Jan", "1998-12"),
        ("<MedlineDate>Spring-Summer 1976</MedlineDate>", "Spring-Summer 1976", "1976"),
        ("<MedlineDate>undated</MedlineDate>", "undated", None),
        ("", None, None),
    ],
)
def test_a_date_is_kept_as_given_and_as_precise(date: str, published: str | None, iso: str | None) -> None:
    document = only(article(date=date))
    assert (document.published, document.date) == (published, iso)


def test_the_day_of_the_electronic_article_dates_a_record_without_a_journal_date() -> None:
    dated = article(
        date="",
        vernacular='<ArticleDate DateType="Electronic"><Year>2020</Year><Month>03</Month><Day>09</Day></ArticleDate>',
    )
    assert (only(dated).published, only(dated).date) == ("2020 03 09", "2020-03-09")


def test_authors_are_people_and_groups_without_the_names_that_were_corrected() -> None:
    document = only(
        article(
            authors='<Author ValidYN="Y"><LastName>Sample</LastName><ForeName>A B</ForeName><Initials>AB</Initials>'
            '<Suffix>Jr</Suffix><Identifier Source="ORCID">0000</Identifier></Author>'
            '<Author ValidYN="N"><LastName>Smaple</LastName><ForeName>A B</ForeName></Author>'
            '<Author ValidYN="Y"><LastName>O&apos;Example</LastName><Initials>C</Initials></Author>'
            '<Author ValidYN="Y"><LastName>Mononym</LastName></Author>'
            '<Author ValidYN="Y"><CollectiveName>The A&amp;B Group</CollectiveName></Author>'
        )
    )
    assert document.authors == (
        Author("Sample", "A B Jr"),
        Author("O'Example", "C"),
        Author("Mononym", ""),
        Author("The A&B Group", "", collective=True),
    )


def test_identifiers_are_the_articles_own_and_valid() -> None:
    document = only(
        article(
            elocations='<ELocationID EIdType="pii" ValidYN="Y">S1</ELocationID>'
            '<ELocationID EIdType="doi" ValidYN="N">10.1000/wrong</ELocationID>',
            ids='<ArticleId IdType="pubmed">99000001</ArticleId><ArticleId IdType="doi">10.1000/wrong</ArticleId>'
            '<ArticleId IdType="doi">doi:10.1000/a&lt;b&gt;(c)</ArticleId><ArticleId IdType="pmc">PMC99</ArticleId>'
            "</ArticleIdList><ReferenceList><Reference><Citation>Other.</Citation><ArticleIdList>"
            '<ArticleId IdType="doi">10.1000/cited</ArticleId></ArticleIdList></Reference></ReferenceList>'
            "<ArticleIdList>",
        ).replace("<ArticleIdList></ArticleIdList>", "")
    )
    assert (document.doi, document.pmcid) == ("10.1000/a<b>(c)", "PMC99")


def test_headings_chemicals_keywords_and_types_are_kept_with_their_marks() -> None:
    document = only(
        article(
            types='<PublicationType UI="D016430">Clinical Trial</PublicationType>'
            '<PublicationType UI="D016428">Journal Article</PublicationType>',
            behind="<ChemicalList><Chemical><RegistryNumber>0</RegistryNumber>"
            '<NameOfSubstance UI="D005516">Factor &amp; IX</NameOfSubstance></Chemical></ChemicalList>'
            "<MeshHeadingList><MeshHeading>"
            '<DescriptorName UI="D006467" MajorTopicYN="N">Hemophilia A</DescriptorName>'
            '<QualifierName UI="Q000628" MajorTopicYN="Y">therapy</QualifierName>'
            '<QualifierName UI="Q000235" MajorTopicYN="N">genetics</QualifierName></MeshHeading><MeshHeading>'
            '<DescriptorName UI="D006801" MajorTopicYN="Y">Humans</DescriptorName></MeshHeading></MeshHeadingList>'
            '<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">AAV<sub>8</sub></Keyword>'
            '<Keyword MajorTopicYN="Y">vector</Keyword></KeywordList>',
        )
    )
    assert document.publication_types == ("Clinical Trial", "Journal Article")
    assert document.mesh_headings == (
        MeshHeading("Hemophilia A", "D006467", False, (Qualifier("therapy", True), Qualifier("genetics", False))),
        MeshHeading("Humans", "D006801", True),
    )
    assert [heading.major for heading in document.mesh_headings] == [True, True]
    assert (document.chemicals, document.keywords) == (("Factor & IX",), ("AAV8", "vector"))


def links(*entries: tuple[str, str, str]) -> str:
    inside = "".join(
        f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource>{pmid}</CommentsCorrections>'
        for kind, source, pmid in entries
    )
    return f"<CommentsCorrectionsList>{inside}</CommentsCorrectionsList>"


def test_links_to_notices_are_kept_known_or_not_and_a_retraction_is_seen() -> None:
    document = only(
        article(
            behind=links(
                ("RetractionIn", "Ann Nothing. 2022;1:2", "<PMID Version='1'>99000009</PMID>"),
                ("ErratumIn", "Ann Nothing. 2021;9:9", ""),
                ("NeverSeenBefore", "Elsewhere", '<PMID Version="1">99000010</PMID>'),
            )
        )
    )
    assert document.links == (
        Link("RetractionIn", "99000009", "Ann Nothing. 2022;1:2"),
        Link("ErratumIn", None, "Ann Nothing. 2021;9:9"),
        Link("NeverSeenBefore", "99000010", "Elsewhere"),
    )
    assert (document.is_retracted, document.retraction_pmid) == (True, "99000009")


def test_a_retraction_notice_is_not_itself_retracted() -> None:
    assert not only(article(behind=links(("RetractionOf", "Ann Nothing. 2021", "<PMID>99000002</PMID>")))).is_retracted
    assert only(article(types="<PublicationType>Retracted Publication</PublicationType>")).is_retracted


def test_a_chapter_stands_in_its_book_and_a_book_for_itself() -> None:
    chapter = only(
        BOOK.format(
            ids='<ArticleIdList><ArticleId IdType="doi">10.1000/book</ArticleId></ArticleIdList>',
            inside="<ArticleTitle>One disorder</ArticleTitle><Language>eng</Language>"
            '<AuthorList Type="authors"><Author><LastName>Sample</LastName><Initials>A</Initials></Author></AuthorList>'
            '<PublicationType UI="D016454">Review</PublicationType>'
            '<Abstract><AbstractText Label="Management">Rest.</AbstractText></Abstract>'
            "<Sections><Section><SectionTitle>Summary</SectionTitle></Section></Sections>"
            "<ContributionDate><Year>2001</Year><Month>02</Month><Day>03</Day></ContributionDate>",
        )
    )
    whole = only(BOOK.format(ids="", inside="<Language>eng</Language>"))
    assert (chapter.kind, chapter.title, chapter.journal, chapter.date, chapter.doi) == (
        "book", "One disorder", "All Genes", "2001-02-03", "10.1000/book",
    )  # fmt: skip
    assert (chapter.authors, chapter.text) == ((Author("Sample", "A"),), "One disorder\nRest.\nSummary")
    assert (whole.title, whole.journal, whole.date, whole.authors) == ("All Genes", None, "1999", ())


def test_versions_and_repetitions_come_as_they_stand_and_deletions_too() -> None:
    items = read(
        record_set(
            article(title="<ArticleTitle>Old.</ArticleTitle>"),
            article(title="<ArticleTitle>New.</ArticleTitle>", version="2"),
            article(title="<ArticleTitle>Old.</ArticleTitle>"),
            '<DeleteCitation><PMID Version="1">7</PMID>\n<PMID>99000008</PMID></DeleteCitation>',
        )
    )
    documents = [item for item in items if isinstance(item, Document)]
    assert [(one.title, one.version) for one in documents] == [("Old.", 1), ("New.", 2), ("Old.", 1)]
    assert items[3:] == [Deletion("7"), Deletion("99000008")]


def test_an_empty_set_is_a_set() -> None:
    assert read(record_set()) == []
    assert read(b"<PubmedArticleSet/>") == []


def test_one_record_alone_is_read_like_a_set_of_one() -> None:
    assert read(article().encode()) == read(record_set(article()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "us-ascii"])
def test_the_declared_encoding_counts(encoding: str) -> None:
    text = article(title="<ArticleTitle>H\u00e9mophilie.</ArticleTitle>")
    body = f'<?xml version="1.0" encoding="{encoding}"?><PubmedArticleSet>{text}</PubmedArticleSet>'
    (document,) = read(body.encode(encoding, "xmlcharrefreplace"))
    assert isinstance(document, Document)
    assert document.title == "H\u00e9mophilie."


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + record_set(article())) == read(record_set(article()))


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=["Cc", "Cs"])))
def test_any_words_come_through_as_they_are(words: str) -> None:
    words = "".join(char for char in words if char not in "\ufffe\uffff")
    document = only(article(abstract=f"<AbstractText>{escape(words)}</AbstractText>"))
    expected = " ".join(words.split())
    assert document.text == (f"A title.\n{expected}" if expected else "A title.")
