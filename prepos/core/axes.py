"""Ids on one side, positions in arrays on the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from prepos.core.types import IntArray
from prepos.errors import TableError


@dataclass(frozen=True, slots=True)
class Axis:
    """The ids along one axis, sorted and unique, so that row order of the input cannot matter."""

    name: str  # what one id is: "sku", "region_id", "node_id", "lane_id", "customer_id"
    ids: tuple[str, ...]
    _position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if any(a >= b for a, b in zip(self.ids, self.ids[1:], strict=False)):
            raise TableError(f"axis {self.name}: ids are not sorted and unique")
        object.__setattr__(self, "_position", {key: i for i, key in enumerate(self.ids)})

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __getitem__(self, position: int) -> str:
        return self.ids[position]

    def __contains__(self, key: object) -> bool:
        return key in self._position

    def position(self, key: str) -> int:
        """Return the position of one id; raises TableError where it is unknown."""
        try:
            return self._position[key]
        except KeyError:
            raise TableError(f"{self.name} is {key!r}, expected one of {len(self)} known") from None

    def positions(self, keys: Sequence[str]) -> IntArray:
        """Return the positions of many ids, -1 where one is unknown."""
        find = self._position.get
        return np.fromiter((find(key, -1) for key in keys), dtype=np.int64, count=len(keys))


def make_axis(name: str, keys: Iterable[str]) -> Axis:
    """Return the axis of all distinct ids, sorted by code point."""
    return Axis(name, tuple(sorted(set(keys))))
