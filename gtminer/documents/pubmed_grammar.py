"""PubMed's DTD for an ordinary article, as regular expressions that match a record whole or not at all.

What matches is well-formed and holds nothing unknown: every byte of it belongs to an element that stands here, in the
order of the DTD, with its attributes in the order NLM writes them. Everything else (MathML, CDATA, comments, unknown
elements, marks nested three deep) does not match, and the tree reader takes it. Entities and characters that XML
forbids above U+FFFF's neighbours are not a matter of grammar: see ``pubmed_scan``.

The MeSH headings, a third of an old record, stand between two expressions and have one of their own: they come again
and again, and what was judged once need not be judged anew.

Source: NLM, pubmed_190101.dtd to pubmed_250101.dtd.
"""

import re
from functools import cache

SPACE = r"\n?+ *+[ \t\r\n]*+"  # any white space; NLM's own indentation is passed fastest
_CODE = r"[\t\n\r -;=?-\x7f]*+"  # ASCII: a class without a negation is passed fastest
_TEXT = rf"{_CODE}(?:[^\x00-\x7f]++{_CODE})*+"
_VALUE = r"[ !#-;=?-\x7f]*+"  # of an attribute


def _marked(text: str) -> str:
    """*text* with balanced inline marks in it, one level."""
    return rf"{text}(?:<(?:i>{text}</i|sub>{text}</sub|sup>{text}</sup|b>{text}</b|u>{text}</u)>{text})*+"


_WORDS = _marked(_TEXT)
_RICH = _marked(_WORDS)


def _leaf(name: str, content: str = _TEXT, attributes: str = "") -> str:
    return f"<{name}{attributes}>{content}</{name}>{SPACE}"


def _code(name: str, attributes: str = "") -> str:
    """A leaf that is ASCII wherever NLM writes it: numbers, dates, identifiers, closed words."""
    return _leaf(name, _CODE, attributes)


def _node(name: str, *inner: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{SPACE}{''.join(inner)}</{name}>{SPACE}"


def _maybe(*inner: str) -> str:
    return f"(?:{''.join(inner)})?+"


def _some(*inner: str) -> str:
    return f"(?:{''.join(inner)})*+"


def _either(*choices: str) -> str:
    return f"(?:{'|'.join(choices)})"


def _keep(name: str, inner: str) -> str:
    return f"(?P<{name}>{inner})"


def _attribute(name: str, value: str = _VALUE) -> str:
    return f' {name}="{value}"'


def _attributes(*names: str) -> str:
    return "".join(_maybe(_attribute(name)) for name in names)


_DAY = _code("Year") + _code("Month") + _code("Day")
_TIME = _maybe(_code("Hour"), _maybe(_code("Minute"), _maybe(_code("Second"))))
_PUB_DATE = _either(
    _code("Year") + _either(_code("Season"), _maybe(_code("Month"), _maybe(_code("Day")))),
    _code("MedlineDate"),
)
_JOURNAL = _node(
    "Journal",
    _maybe(_code("ISSN", attributes=_attribute("IssnType"))),
    _node(
        "JournalIssue",
        _maybe(_code("Volume")),
        _maybe(_code("Issue")),
        f"<PubDate>{SPACE}{_keep('date', _PUB_DATE)}</PubDate>{SPACE}",
        attributes=_attribute("CitedMedium"),
    ),
    f"<Title>{_keep('journal', _TEXT)}</Title>{SPACE}",
    _maybe(_leaf("ISOAbbreviation")),
)
_IDENTIFIERS = _some(_code("Identifier", attributes=_attribute("Source")))
_AFFILIATIONS = _some(_node("AffiliationInfo", _leaf("Affiliation", _WORDS), _IDENTIFIERS))
_PERSON = _leaf("LastName") + _maybe(_leaf("ForeName")) + _maybe(_leaf("Initials")) + _maybe(_leaf("Suffix", _WORDS))
_AUTHORS = _some(
    _node(
        "Author",
        _either(_PERSON, _leaf("CollectiveName", _WORDS)),
        _IDENTIFIERS,
        _AFFILIATIONS,
        attributes=_attributes("ValidYN", "EqualContrib"),
    )
)
_LABEL = _maybe(_attribute("Label", r'[^"<>\x00-\x1f]*+'))
_ABSTRACT_TEXTS = _some(_leaf("AbstractText", _RICH, _LABEL + _attributes("NlmCategory")))
_COPYRIGHT = _maybe(_leaf("CopyrightInformation", _WORDS))
_ARTICLE = _node(
    "Article",
    _JOURNAL,
    f"<ArticleTitle>{_keep('title', _RICH)}</ArticleTitle>{SPACE}",
    _maybe(_node("Pagination", _maybe(_code("StartPage")), _maybe(_code("EndPage")), _maybe(_code("MedlinePgn")))),
    _keep("elocations", _some(_code("ELocationID", attributes=_attribute("EIdType") + _attribute("ValidYN")))),
    _maybe(f"<Abstract>{SPACE}{_keep('abstract', _ABSTRACT_TEXTS)}{_COPYRIGHT}</Abstract>{SPACE}"),
    _maybe(f"<AuthorList{_attributes('CompleteYN', 'Type')}>{SPACE}{_keep('authors', _AUTHORS)}</AuthorList>{SPACE}"),
    _keep("languages", _some(_code("Language"))),
    _maybe(
        _node(
            "DataBankList",
            _some(
                _node(
                    "DataBank",
                    _leaf("DataBankName"),
                    _maybe(_node("AccessionNumberList", _some(_code("AccessionNumber")))),
                )
            ),
            attributes=_attributes("CompleteYN"),
        )
    ),
    _maybe(
        _node(
            "GrantList",
            _some(
                _node(
                    "Grant",
                    _maybe(_leaf("GrantID")),
                    _maybe(_leaf("Acronym")),
                    _leaf("Agency"),
                    _maybe(_either(_leaf("Country"), f"<Country/>{SPACE}")),
                )
            ),
            attributes=_attributes("CompleteYN"),
        )
    ),
    f"<PublicationTypeList>{SPACE}{_keep('types', _some(_code('PublicationType', attributes=_attributes('UI'))))}"
    f"</PublicationTypeList>{SPACE}",
    _maybe(f"<VernacularTitle>{_keep('vernacular', _RICH)}</VernacularTitle>{SPACE}"),
    _some(_node("ArticleDate", _DAY, attributes=_attributes("DateType"))),
    attributes=_attributes("PubModel"),
)
_CHEMICALS = _some(_node("Chemical", _code("RegistryNumber"), _leaf("NameOfSubstance", attributes=_attributes("UI"))))
_LINK = _node(
    "CommentsCorrections",
    _leaf("RefSource", _WORDS),
    _maybe(_code("PMID", attributes=_attributes("Version"))),
    attributes=_attribute("RefType"),
)
_DESCRIPTOR = (
    f'<DescriptorName UI="({_VALUE})" MajorTopicYN="({_VALUE})"{_attributes("Type")}>({_CODE})</DescriptorName>{SPACE}'
)
_QUALIFIER = _code("QualifierName", _attribute("UI") + _attribute("MajorTopicYN"))
_OTHER_ABSTRACT = _node("OtherAbstract", _ABSTRACT_TEXTS, _COPYRIGHT, attributes=_attributes("Type", "Language"))
_KEYWORDS = _node(
    "KeywordList", _some(_leaf("Keyword", _RICH, _attributes("MajorTopicYN"))), attributes=_attributes("Owner")
)
_STATUS = (
    _attributes("Status")
    + _either(_attribute("Owner") + _attribute("IndexingMethod"), _attributes("IndexingMethod", "Owner"))
    + _attributes("VersionID", "VersionDate")
)
_BEFORE = "".join(
    (
        f"{SPACE}<PubmedArticle>{SPACE}<MedlineCitation{_STATUS}>{SPACE}",
        f'<PMID(?: Version="(?P<version>[0-9]{{1,3}})")?+>(?P<pmid>[0-9]{{1,9}})</PMID>{SPACE}',
        _maybe(_node("DateCreated", _DAY)),
        _maybe(_node("DateCompleted", _DAY)),
        _maybe(_node("DateRevised", _DAY)),
        _ARTICLE,
        _node(
            "MedlineJournalInfo",
            _maybe(_leaf("Country")),
            _leaf("MedlineTA"),
            _maybe(_code("NlmUniqueID")),
            _maybe(_code("ISSNLinking")),
        ),
        _maybe(f"<ChemicalList>{SPACE}{_keep('chemicals', _CHEMICALS)}</ChemicalList>{SPACE}"),
        _maybe(_node("SupplMeshList", _some(_leaf("SupplMeshName", attributes=_attributes("Type", "UI"))))),
        _some(_code("CitationSubset")),
        _maybe(f"<CommentsCorrectionsList>{SPACE}{_keep('links', _some(_LINK))}</CommentsCorrectionsList>{SPACE}"),
        _maybe(_node("GeneSymbolList", _some(_leaf("GeneSymbol")))),
    )
)
_AFTER = "".join(
    (
        SPACE,
        _maybe(_code("NumberOfReferences")),
        _maybe(_node("PersonalNameSubjectList", _some(_node("PersonalNameSubject", _PERSON)))),
        _some(_leaf("OtherID", attributes=_attributes("Source"))),
        _keep("other_abstracts", _some(_OTHER_ABSTRACT)),
        _keep("keywords", _some(_KEYWORDS)),
        _maybe(_leaf("CoiStatement", _WORDS)),
        _some(_leaf("SpaceFlightMission")),
        _some(
            _node(
                "InvestigatorList",
                _some(_node("Investigator", _PERSON, _IDENTIFIERS, _AFFILIATIONS, attributes=_attributes("ValidYN"))),
            )
        ),
        _some(_leaf("GeneralNote", _WORDS, _attributes("Owner"))),
        f"</MedlineCitation>{SPACE}",
    )
)
_ARTICLE_IDS = _some(_code("ArticleId", attributes=_attribute("IdType")))
_REFERENCES = _some(
    _node(
        "ReferenceList",
        _maybe(_leaf("Title")),
        _some(_node("Reference", _leaf("Citation", _WORDS), _maybe(_node("ArticleIdList", _ARTICLE_IDS)))),
    )
)
_DATA = _node(
    "PubmedData",
    _maybe(_node("History", _some(_node("PubMedPubDate", _DAY, _TIME, attributes=_attribute("PubStatus"))))),
    _code("PublicationStatus"),
    f"<ArticleIdList>{SPACE}{_keep('ids', _ARTICLE_IDS)}</ArticleIdList>{SPACE}",
    _maybe(
        _node(
            "ObjectList",
            _some(_node("Object", _some(_leaf("Param", attributes=_attribute("Name"))), attributes=_attribute("Type"))),
        )
    ),
    _REFERENCES,
)


@cache
def before_headings() -> re.Pattern[str]:
    """Return the expression for the beginning of a record, up to its MeSH headings; its groups are our fields."""
    return re.compile(_BEFORE)


@cache
def descriptor() -> re.Pattern[str]:
    """Return the expression for a MeSH heading up to its qualifiers: identifier, major, name."""
    return re.compile(f"{SPACE}<MeshHeading>{SPACE}{_DESCRIPTOR}")


@cache
def qualifiers() -> re.Pattern[str]:
    """Return the expression for the qualifiers of a heading, behind the ``<QualifierName`` of the first one."""
    return re.compile(f"{_QUALIFIER.removeprefix('<QualifierName')}{_some(_QUALIFIER)}")


@cache
def after_headings() -> re.Pattern[str]:
    """Return the expression for the rest of a record, up to where ``</PubmedArticle>`` follows."""
    return re.compile(_AFTER + _DATA)
