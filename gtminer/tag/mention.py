"""A concept found in a text, before anything is judged."""

from typing import NamedTuple

from gtminer.model import Category


class Mention(NamedTuple):
    """A concept mentioned at [start, end); *form* is the vocabulary's form, or the definition that made it one."""

    start: int
    end: int
    category: Category
    slug: str
    form: str
