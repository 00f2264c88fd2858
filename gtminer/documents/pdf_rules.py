"""The straight lines and the pictures that a PDF page draws, from pdfium: what tables are ruled with, or painted as."""

import ctypes
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any, NamedTuple

from gtminer.documents import pdf_calls as calls

_STRAIGHT = 1.0  # a line that leaves its axis by less than this is horizontal or vertical
_SHORTEST = 3.0
_THIN = 2.5  # points; what is thicker is a box with four edges
_DEEPEST = 3  # forms within forms; hostile files nest them without end
_MOST = 20_000  # objects of a page

Point = tuple[float, float]


class Rule(NamedTuple):
    """A straight line along an axis, in points from the lower left of the page as it is read; x0 <= x1, y0 <= y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def upright(self) -> bool:
        """It is vertical."""
        return self.y1 - self.y0 > self.x1 - self.x0


class Drawn(NamedTuple):
    """The rules and the boxes (x0, y0, x1, y1) of the pictures of a page."""

    rules: tuple[Rule, ...]
    pictures: tuple[tuple[float, float, float, float], ...]

    def turned(self, turns: int, width: float, height: float) -> "Drawn":
        """Return the same on the page as it is read, after *turns* quarter turns; width and height are from before."""
        if not turns:
            return self

        def turn(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
            one, two = (_turned(corner, turns, width, height) for corner in (box[:2], box[2:]))
            return min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1])

        return Drawn(tuple(Rule(*turn(rule)) for rule in self.rules), tuple(map(turn, self.pictures)))


class Walls:
    """The upright rules of a page, quick to ask."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._spans: dict[float, list[tuple[float, float]]] = defaultdict(list)
        for rule in rules:
            if rule.upright:
                self._spans[rule.x0].append((rule.y0, rule.y1))
        self._xs = sorted(self._spans)

    def __bool__(self) -> bool:
        return bool(self._xs)

    def between(self, left: float, right: float, y: float) -> bool:
        """Tell whether one stands between *left* and *right* at the height *y*."""
        for x in self._xs[bisect_right(self._xs, left) : bisect_left(self._xs, right)]:
            if any(low < y < high for low, high in self._spans[x]):
                return True
        return False


class _Matrix(NamedTuple):
    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def move(self, x: float, y: float) -> Point:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def within(self, outer: "_Matrix") -> "_Matrix":
        a, b, c, d, e, f = self
        x, y = outer.move(e, f)
        return _Matrix(
            outer.a * a + outer.c * b, outer.b * a + outer.d * b,
            outer.a * c + outer.c * d, outer.b * c + outer.d * d, x, y,
        )  # fmt: skip


_IDENTITY = _Matrix(1, 0, 0, 1, 0, 0)


def draw(page: Any) -> Drawn:
    """Return what *page* draws, on the page as it is stored."""
    rules: dict[Rule, None] = {}
    pictures: list[tuple[float, float, float, float]] = []
    left = _MOST
    todo = [(page, _IDENTITY, 0)]
    bounds = (ctypes.c_float * 4)()  # left, bottom, right, top
    to_bounds = [ctypes.byref(bounds, 4 * place) for place in range(4)]
    while todo and left > 0:
        holder, outer, depth = todo.pop()
        for item in _objects(holder, depth, left):
            left -= 1
            kind = calls.object_type(item)
            if kind == calls.FORM and depth < _DEEPEST:
                todo.append((item, _matrix(item).within(outer), depth + 1))
            if kind not in (calls.PATH, calls.IMAGE):
                continue
            calls.get_bounds(item, *to_bounds)
            box = tuple(bounds) if outer is _IDENTITY else (*outer.move(*bounds[:2]), *outer.move(*bounds[2:]))
            if kind == calls.IMAGE:
                pictures.append(_upright(*box))
            elif _is_painted(item):
                if thin := _thin(*_upright(*box)):
                    rules[thin] = None
                else:
                    rules.update((rule, None) for edge in _edges(item, outer) if (rule := _rule(*edge)))
    return Drawn(tuple(rules), tuple(pictures))


def _upright(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _thin(x0: float, y0: float, x1: float, y1: float) -> Rule | None:
    """What is thin is one rule, whether it is drawn as a line or as a box: borders mostly are."""
    width, height = x1 - x0, y1 - y0
    if height <= _THIN < width:
        y = round((y0 + y1) / 2, 1)
        return Rule(round(x0, 1), y, round(x1, 1), y)
    if width <= _THIN < height:
        x = round((x0 + x1) / 2, 1)
        return Rule(x, round(y0, 1), x, round(y1, 1))
    return None


def _turned(point: Point, turns: int, width: float, height: float) -> Point:
    x, y = point
    return ((x, y), (y, width - x), (width - x, height - y), (height - y, x))[turns]


def _objects(holder: Any, depth: int, most: int) -> Iterator[Any]:
    if depth == 0:
        return map(calls.page_object, repeat(holder), range(min(calls.count_objects(holder), most)))
    indexes = range(min(calls.count_form_objects(holder), most))
    return map(calls.form_object, repeat(holder), map(ctypes.c_ulong, indexes))


def _is_painted(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    calls.get_draw_mode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(fill.value or stroke.value)


def _matrix(item: Any) -> _Matrix:
    found = (ctypes.c_float * 6)()
    calls.object_matrix(item, ctypes.byref(found))
    return _Matrix(*found)


def _edges(path: Any, outer: _Matrix) -> Iterator[tuple[Point, Point]]:
    """The straight segments of a path."""
    matrix = _matrix(path).within(outer)
    x, y = ctypes.c_float(), ctypes.c_float()
    to_x, to_y = ctypes.byref(x), ctypes.byref(y)
    first = last = (0.0, 0.0)
    for index in range(min(calls.count_segments(path), _MOST)):
        segment = calls.path_segment(path, index)
        calls.segment_point(segment, to_x, to_y)
        here = matrix.move(x.value, y.value)
        kind = calls.segment_type(segment)
        if kind == calls.MOVE_TO:
            first = here
        elif kind == calls.LINE_TO:
            yield last, here
        last = here
        if calls.segment_closes(segment):
            yield last, first


def _rule(one: Point, two: Point) -> Rule | None:
    (x0, x1), (y0, y1) = sorted((one[0], two[0])), sorted((one[1], two[1]))
    if max(x1 - x0, y1 - y0) < _SHORTEST or min(x1 - x0, y1 - y0) > _STRAIGHT:
        return None
    return Rule(round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1))
