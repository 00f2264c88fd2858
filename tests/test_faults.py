"""docs/faults.md is true: each fault stands there once, each test named there exists, the counts are right."""

import re
from collections import Counter

from conftest import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-Z]\d\d) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
COUNTS = {"G": 30, "N": 64, "E": 28, "F": 22, "P": 29, "S": 13, "L": 25}


def test_each_fault_stands_once_on_the_page() -> None:
    names = [name for name, _, _ in ROWS]
    assert names == [f"{letter}{number:02}" for letter, count in COUNTS.items() for number in range(1, count + 1)]


def test_each_row_names_tests_that_exist_or_a_reason() -> None:
    wrong = []
    for name, _, cell in ROWS:
        named = re.findall(r"`([^`]+)`", cell)
        if not named and not re.match(r"not tested: \w", cell):
            wrong.append(f"{name}: neither a test nor a reason")
        wrong += [f"{name}: no {node}" for node in named if not exists(node)]
    assert wrong == []


def exists(node: str) -> bool:
    """Does the test *node* (`test_x.py::test_name[case]`) stand in its file, with its case?"""
    match = re.fullmatch(r"(test_\w+\.py)::(test_\w+)(?:\[([\w-]+)\])?", node)
    if match is None or not (ROOT / "tests" / match[1]).is_file():
        return False
    source = (ROOT / "tests" / match[1]).read_text(encoding="utf-8")
    return f"\ndef {match[2]}(" in source and (match[3] is None or f'"{match[3]}"' in source)


def test_the_counts_in_the_head_are_true() -> None:
    kinds = Counter("not tested" if cell.startswith("not tested: ") else "tested" for _, _, cell in ROWS)
    assert f"\n{kinds['tested']} of {len(ROWS)} faults are tested; {kinds['not tested']} are not" in PAGE
    assert kinds["tested"] >= 150
