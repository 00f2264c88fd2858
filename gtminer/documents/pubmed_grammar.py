"""PubMed's DTD for an ordinary article, written as one regular expression that matches a record whole or not at all.

What matches is well-formed and holds nothing unknown: every byte of it belongs to an element that stands here, in the
order of the DTD, with its attributes in the order NLM writes them. Everything else (MathML, CDATA, comments, unknown
elements, marks nested three deep) does not match, and the tree reader takes it. Entities and characters that XML
forbids above U+FFFF's neighbours are not a matter of grammar: see ``pubmed_scan``.

Source: NLM, pubmed_190101.dtd to pubmed_250101.dtd.
"""

import re
from functools import cache

_SPACE = r"\n?+ *+[ \t\r\n]*+"  # any white space; NLM's own indentation is passed fastest
_TEXT = r"[^<>\x00-\x08\x0b\x0c\x0e-\x1f]*+"


def _marked(text: str) -> str:
    """*text* with balanced inline marks in it, one level."""
    return rf"{text}(?:<(?:i>{text}</i|sub>{text}</sub|sup>{text}</sup|b>{text}</b|u>{text}</u)>{text})*+"


_WORDS = _marked(_TEXT)
_RICH = _marked(_WORDS)


def _leaf(name: str, content: str = _TEXT, attributes: str = "") -> str:
    return f"<{name}{attributes}>{content}</{name}>{_SPACE}"


def _node(name: str, *inner: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{_SPACE}{''.join(inner)}</{name}>{_SPACE}"


def _maybe(*inner: str) -> str:
    return f"(?:{''.join(inner)})?+"


def _some(*inner: str) -> str:
    return f"(?:{''.join(inner)})*+"


def _either(*choices: str) -> str:
    return f"(?:{'|'.join(choices)})"


def _keep(name: str, inner: str) -> str:
    return f"(?P<{name}>{inner})"


def _attribute(name: str) -> str:
    return f' {name}="[^"<>\\x00-\\x1f]*+"'


def _attributes(*names: str) -> str:
    return "".join(_maybe(_attribute(name)) for name in names)


_DAY = _leaf("Year") + _leaf("Month") + _leaf("Day")
_TIME = _maybe(_leaf("Hour"), _maybe(_leaf("Minute"), _maybe(_leaf("Second"))))
_PUB_DATE = _either(
    _leaf("Year") + _either(_leaf("Season"), _maybe(_leaf("Month"), _maybe(_leaf("Day")))),
    _leaf("MedlineDate"),
)
_JOURNAL = _node(
    "Journal",
    _maybe(_leaf("ISSN", attributes=_attribute("IssnType"))),
    _node(
        "JournalIssue",
        _maybe(_leaf("Volume")),
        _maybe(_leaf("Issue")),
        f"<PubDate>{_SPACE}{_keep('date', _PUB_DATE)}</PubDate>{_SPACE}",
        attributes=_attribute("CitedMedium"),
    ),
    f"<Title>{_keep('journal', _TEXT)}</Title>{_SPACE}",
    _maybe(_leaf("ISOAbbreviation")),
)
_IDENTIFIERS = _some(_leaf("Identifier", attributes=_attribute("Source")))
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
_ABSTRACT_TEXTS = _some(_leaf("AbstractText", _RICH, _attributes("Label", "NlmCategory")))
_COPYRIGHT = _maybe(_leaf("CopyrightInformation", _WORDS))
_ARTICLE = _node(
    "Article",
    _JOURNAL,
    f"<ArticleTitle>{_keep('title', _RICH)}</ArticleTitle>{_SPACE}",
    _maybe(_node("Pagination", _maybe(_leaf("StartPage")), _maybe(_leaf("EndPage")), _maybe(_leaf("MedlinePgn")))),
    _keep("elocations", _some(_leaf("ELocationID", attributes=_attribute("EIdType") + _attribute("ValidYN")))),
    _maybe(f"<Abstract>{_SPACE}{_keep('abstract', _ABSTRACT_TEXTS)}{_COPYRIGHT}</Abstract>{_SPACE}"),
    _maybe(f"<AuthorList{_attributes('CompleteYN', 'Type')}>{_SPACE}{_keep('authors', _AUTHORS)}</AuthorList>{_SPACE}"),
    _keep("languages", _some(_leaf("Language"))),
    _maybe(
        _node(
            "DataBankList",
            _some(
                _node(
                    "DataBank",
                    _leaf("DataBankName"),
                    _maybe(_node("AccessionNumberList", _some(_leaf("AccessionNumber")))),
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
                    _maybe(_either(_leaf("Country"), f"<Country/>{_SPACE}")),
                )
            ),
            attributes=_attributes("CompleteYN"),
        )
    ),
    f"<PublicationTypeList>{_SPACE}{_keep('types', _some(_leaf('PublicationType', attributes=_attributes('UI'))))}"
    f"</PublicationTypeList>{_SPACE}",
    _maybe(f"<VernacularTitle>{_keep('vernacular', _RICH)}</VernacularTitle>{_SPACE}"),
    _some(_node("ArticleDate", _DAY, attributes=_attributes("DateType"))),
    attributes=_attributes("PubModel"),
)
_CHEMICALS = _some(_node("Chemical", _leaf("RegistryNumber"), _leaf("NameOfSubstance", attributes=_attributes("UI"))))
_LINK = _node(
    "CommentsCorrections",
    _leaf("RefSource", _WORDS),
    _maybe(_leaf("PMID", attributes=_attributes("Version"))),
    attributes=_attribute("RefType"),
)
_HEADING = _node(
    "MeshHeading",
    _leaf("DescriptorName", attributes=_attribute("UI") + _attribute("MajorTopicYN") + _attributes("Type")),
    _some(_leaf("QualifierName", attributes=_attribute("UI") + _attribute("MajorTopicYN"))),
)
_OTHER_ABSTRACT = _node("OtherAbstract", _ABSTRACT_TEXTS, _COPYRIGHT, attributes=_attributes("Type", "Language"))
_KEYWORDS = _node(
    "KeywordList", _some(_leaf("Keyword", _RICH, _attributes("MajorTopicYN"))), attributes=_attributes("Owner")
)
_CITATION = _node(
    "MedlineCitation",
    f'<PMID(?: Version="(?P<version>[0-9]{{1,3}})")?+>(?P<pmid>[0-9]{{1,9}})</PMID>{_SPACE}',
    _maybe(_node("DateCreated", _DAY)),
    _maybe(_node("DateCompleted", _DAY)),
    _maybe(_node("DateRevised", _DAY)),
    _ARTICLE,
    _node(
        "MedlineJournalInfo",
        _maybe(_leaf("Country")),
        _leaf("MedlineTA"),
        _maybe(_leaf("NlmUniqueID")),
        _maybe(_leaf("ISSNLinking")),
    ),
    _maybe(f"<ChemicalList>{_SPACE}{_keep('chemicals', _CHEMICALS)}</ChemicalList>{_SPACE}"),
    _maybe(_node("SupplMeshList", _some(_leaf("SupplMeshName", attributes=_attributes("Type", "UI"))))),
    _some(_leaf("CitationSubset")),
    _maybe(f"<CommentsCorrectionsList>{_SPACE}{_keep('links', _some(_LINK))}</CommentsCorrectionsList>{_SPACE}"),
    _maybe(_node("GeneSymbolList", _some(_leaf("GeneSymbol")))),
    _maybe(f"<MeshHeadingList>{_SPACE}{_keep('headings', _some(_HEADING))}</MeshHeadingList>{_SPACE}"),
    _maybe(_leaf("NumberOfReferences")),
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
    attributes=_attributes("Status")
    + _either(_attribute("Owner") + _attribute("IndexingMethod"), _attributes("IndexingMethod", "Owner"))
    + _attributes("VersionID", "VersionDate"),
)
_ARTICLE_IDS = _some(_leaf("ArticleId", attributes=_attribute("IdType")))
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
    _leaf("PublicationStatus"),
    f"<ArticleIdList>{_SPACE}{_keep('ids', _ARTICLE_IDS)}</ArticleIdList>{_SPACE}",
    _maybe(
        _node(
            "ObjectList",
            _some(_node("Object", _some(_leaf("Param", attributes=_attribute("Name"))), attributes=_attribute("Type"))),
        )
    ),
    _REFERENCES,
)


@cache
def record() -> re.Pattern[str]:
    """Return the expression for one record, up to where ``</PubmedArticle>`` follows; its groups are our fields."""
    return re.compile(f"{_SPACE}<PubmedArticle>{_SPACE}{_CITATION}{_DATA}")
