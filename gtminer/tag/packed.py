"""Long lists of plain values as bytes, each value made when it is first asked for: 150,000 forms are ready at once."""

import marshal
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Bytes = tuple[bytes, bytes]  # the values one behind the other, and where each of them begins (and the last one ends)


def pack(values: Iterable[Any]) -> Bytes:
    """Return *values* (tuples, texts, numbers) as bytes."""
    parts = [marshal.dumps(value) for value in values]
    starts = array("I", [0])
    for part in parts:
        starts.append(starts[-1] + len(part))
    return b"".join(parts), starts.tobytes()


class Packed(Generic[T]):
    """The values that `pack` was given, each passed through *make*."""

    def __init__(self, packed: Bytes, make: Callable[[Any], T]) -> None:
        self._data = memoryview(packed[0])
        self._starts = memoryview(packed[1]).cast("I")
        self._make = make

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> T:
        # Our own bytes: the cache, which checks them, or `pack` a moment ago.
        return self._make(marshal.loads(self._data[self._starts[number] : self._starts[number + 1]]))  # noqa: S302 - our own bytes

    def __iter__(self) -> Iterator[T]:
        return map(self.__getitem__, range(len(self)))


class Remembered(dict[int, T]):
    """Values by number, made by *make* when they are first asked for and kept."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> T:
        self[number] = made = self._make(number)
        return made
