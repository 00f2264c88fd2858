"""Figures beside an event: counts that say it occurred, a zero that denies it, two arms set against each other."""

import re
from itertools import pairwise

# "0/12 patients had it"; "(0%)" right behind it, unless another arm's figure stands beside.
ZERO = re.compile(r"(?<![\d.,·])0\s?/\s?\d{1,4}\b")
ZERO_BEHIND = re.compile(
    r"\s*(?:[(\[,:]|in|was|were)?\s*(?:[nN]\s*=\s*)?0(?:[.·]0+)?(?:\s?%|\s?/\s?\d+|\s+of\s+\d|\s*[)\]])(?!\s*(?:vs|versus|and)\b)"
)
# Not a threshold: "less than 40%", "≥ 25 %".
SHARE = re.compile(
    r"(?<!than )(?<! to )(?<![<>≤≥])(?<![<>≤≥] )(?<![\d.,])[1-9]\d*(?:\.\d+)?(?:\s?%|(?: of |/)[1-9]\d*\b)"
)
# A figure behind an event is a result (rules §6): "(n=7; 7%)", "(4.2%)", "in 3 of 12", "in 4%".
_COUNTED = re.compile(
    r"\s*\((?:[nN]\s*=\s*)?(?!0\b(?!\.))\d[\d.,]*\s*(?:%|[;/)]|of\b|patients?\b)"
    r"|\s+in\s+[1-9]\d*(?:\.\d+)?(?:%| of\b|/\d| \()"
    r"|\s+in\s+(?:one|two|three|four|five|six|seven|eight|nine|ten)\b(?!\s+(?:arms?|cohorts?|groups?|stud|trials?|years?))"
)
# A row of a table that a label prints as running text: "Neutropenia 82 Anemia 59", "Fever 142 (48.6) Nausea".
_ROW = re.compile(r"\s+(?:[a-z*†]\s+)?(?!0\b)\d{1,3}(?:\.\d)?(?:\s+\(\d+(?:\.\d+)?%?\))?(?=\s+(?:\d|[A-Z][a-z]))")
_REFERENCE = re.compile(r"[(\[]\s*[Ss]ee\s[^)\]]*$")
_REACH = 80  # characters before a section's name in which "[see" stands
# The share of an arm with its count: "3 of 12 (25%)", "25% (n=3)", "3 (25%)".
_OF_AN_ARM = re.compile(
    r"\d+\s?(?:/|of)\s?\d+(?:\s(?:patients|subjects|participants))?(?:\s?\(\d[\d.]*\s?%\))?"
    r"|\d[\d.]*\s?%(?:\s?\([nN=\d\s/]+\))?|\d+\s\(\d[\d.]*\s?%\)"
)
_JOINT = re.compile(
    r"\b(?:vs|versus|than|compared|against)\b|[A-Za-z]\w+[),]{0,2}\s(?:and|while|whereas|but)\b"
    r"|\b(?:with|on|in|among|after)\s[^,;]{2,40},\s"
)
_COMPARED = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared (?:with|to))\s(?:\w+\s){0,3}$|\bas\s(?:(?:those|that|in)\s)?$"
    r"|\b(?:equally|similarly|just as|as)\s(?:common|frequent|often|many)\s$"
)
_AND_ANOTHER = re.compile(
    r"(?:\s\(\d[^()]{0,20}\))?,?\s(?:and|as well as)\s(?:on|in|with|after)\s(?:[\w-]+\s){1,4}?\(?\d"
    r"|,?\sas well as\s(?:on|in|with|after|among)\s"
    r"|(?:\s(?:group|arm|recipients|patients))?(?:\s\([^()]{1,40}\))?"
    r"(?:,\s(?:and\s)?|,?\s(?:and|vs\.?|versus|but|while|whereas)\s)(?:in\s)?"
    r"(?!0\b)\d[\d.]*\s?(?:%|patients\b|subjects\b|participants\b|of\b|\()"
    r"[^;]{0,80}?\b(?:treated|receiv|given|with|in the)"
)
# The number of those whom the event sent or killed: "nine because of fever", "one for confusion", "two of sepsis".
_COUNTED_BEFORE = re.compile(
    r"\b(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)\s"
    r"(?:(?P<sure>because of|due to|owing to|on account of|for)|of|from|with)\s(?:[a-z]+\s)?$"
)
_FALLEN = re.compile(r"\b(?:[Dd]eaths?|[Dd]ied|[Dd]ying|[Ff]atal|[Hh]ospital|(?:re)?admi(?:tted|ssions?)|withdr\w+)\b")
_BEFORE = 32  # characters before an event in which such a number stands
# Items of a tally: "Vomiting 8, fever 5, rash 3."
_TALLIED = re.compile(r"\s(?!0\b)\d{1,3}(?=[,;.]\s|[,;.]?$|\sand\s)")
_TALLY = re.compile(r"[a-z]\s\d{1,3}(?:[,;.]|\sand\s)")
_ITEM = re.compile(r"(?:^|[,;:.]\s(?:and\s)?|\n|\sand\s)$")
_NEAR = 40  # characters before a control arm's words in which a comparison with it is told
_ARMS = 400  # characters before them in which the figures of two arms stand


def counted(text: str, mention: tuple[int, int]) -> str | None:
    """Return the figure right behind *mention* that says it occurred; none that is the number of a section."""
    figure = _COUNTED.match(text, mention[1]) or _ROW.match(text, mention[1])
    if figure is None or _REFERENCE.search(text, max(0, mention[0] - _REACH), mention[0]):
        return None
    return figure[0].strip()


def reckoned(text: str, mention: tuple[int, int], start: int, end: int) -> str | None:
    """Return the number that counts *mention* in the sentence [*start*, *end*) as a cause or an item of a tally."""
    low = max(start, mention[0] - _BEFORE)
    number = _COUNTED_BEFORE.search(text, low, mention[0])
    if number and (number["sure"] or _FALLEN.search(text, start, number.start())):
        return number[0].strip()
    item = _TALLIED.match(text, mention[1], end)
    if item and _ITEM.search(text, low, mention[0]) and len(_TALLY.findall(text[start : end + 1])) > 1:
        return item[0].strip()
    return None


def of_another_arm(text: str, start: int, end: int, behind: int) -> bool:
    """Say whether the control arm named in [*end*, *behind*) is set against another, in which the event before was too.

    "In 12% of the treated and 10% of those on placebo"; "more than in the placebo group"; "in 5 patients on placebo and
    9 patients treated with it".
    """
    if end < start:
        return False
    if _AND_ANOTHER.match(text, behind):
        return True
    if _COMPARED.search(text, max(start, end - _NEAR), end):
        return True
    shares = list(_OF_AN_ARM.finditer(text, max(start, end - _ARMS), end))
    return any(_JOINT.search(text, one.end(), two.start()) for one, two in pairwise(shares))
