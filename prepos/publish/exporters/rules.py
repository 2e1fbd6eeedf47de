"""What a target would misread, found before anything is written.

A check yields breaches: which lines break it, in which column, and what is expected instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.faults import Fault
from prepos.core.run import TRANSFERS
from prepos.core.types import AnyArray, BoolArray
from prepos.publish.exporters.batch import Batch

QUANTITY, SAME_PLACE = "PP-EXPORT-QUANTITY", "PP-EXPORT-SAME-PLACE"
TEXT, LONG, DAY = "PP-EXPORT-TEXT", "PP-EXPORT-LONG", "PP-EXPORT-DAY"
KEY = "PP-EXPORT-KEY"


@dataclass(frozen=True, slots=True, eq=False)
class Breach:
    """Lines that break one rule.

    Attributes
    ----------
    column : str
        Of ``transfers.csv``.
    cells : (n,) any
        As the target would get them.
    broken : (n,) bool
    """

    column: str
    cells: AnyArray
    broken: BoolArray
    code: str
    expected: str


def faults_of(batch: Batch, breaches: Iterable[Breach]) -> list[Fault]:
    """Return a fault for each line that breaks a rule, by line and column."""
    names = batch.text("transfer_id")
    return sorted(
        Fault(
            TRANSFERS,
            int(batch.line[row]),
            breach.column,
            str(breach.cells[row]),
            breach.code,
            f"transfer {names[row]}: {breach.column} is {shown(breach.cells[row])}, "
            f"expected {breach.expected}",
        )
        for breach in breaches
        for row in np.flatnonzero(breach.broken)
    )


def shown(cell: object) -> str:
    """Return a cell as a message shows it."""
    return repr(cell) if isinstance(cell, str) else str(cell)


def where(cells: AnyArray, test: Callable[[str], bool]) -> BoolArray:
    """(n,) which texts pass a test; each text is looked at once."""
    codes, texts = pd.factorize(cells)
    return np.array([test(text) for text in texts], dtype=np.bool_)[codes]


def sound_lines(
    batch: Batch, *, origin: AnyArray, destination: AnyArray, longest: int
) -> Iterator[Breach]:
    """Yield what no target takes: units, places, keys and texts that cannot be.

    Parameters
    ----------
    origin, destination : (n,) str
        The places as the target calls them.
    longest : int
        Letters that the target's names and items may have.
    """
    units, keys = batch.units(), batch.text("transfer_id")
    yield Breach("quantity", units, units < 1, QUANTITY, "1 or more")
    again = pd.Series(keys).duplicated().to_numpy()
    yield Breach("transfer_id", keys, again, KEY, "each transfer once")
    same = origin == destination
    yield Breach("destination", destination, same, SAME_PLACE, "another place than the origin's")
    late = batch.day("ship_date") > batch.day("arrival_date")
    yield Breach("arrival_date", batch.iso("arrival_date"), late, DAY, "the ship date or later")
    texts = {"sku": batch.text("sku"), "origin": origin, "destination": destination}
    for column, cells in texts.items():
        yield plain_text(column, cells)
        yield short_text(column, cells, longest)


def plain_text(column: str, cells: AnyArray) -> Breach:
    """Return where a name is empty, has blanks around it, or line breaks and the like in it."""
    broken = ~where(cells, lambda text: text.isprintable() and bool(text) and text == text.strip())
    return Breach(column, cells, broken, TEXT, "text on one line, without blanks around it")


def short_text(column: str, cells: AnyArray, longest: int) -> Breach:
    """Return where a text has more letters than the target's field."""
    long = where(cells, lambda text: len(text) > longest)
    return Breach(column, cells, long, LONG, f"{longest} letters at most")
