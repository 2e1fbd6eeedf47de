"""Words of factors: what multiplies a cell's level in each period ahead, and what hid its past.

Assumes that an event touches a cell if a row of the calendar names its region, SKU or category, or
none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import BoolArray
from prepos.signals.cell_factors import CellFactors
from prepos.signals.evidence import Evidence
from prepos.signals.stockouts import read_days, read_ids
from prepos.signals.words import LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What multiplies the level in one period ahead.

    Attributes
    ----------
    start : str
        First day, ISO.
    of_sku : float
        Season, events and launch of the SKU or its category.
    of_region : float
        Weekday and events of the region.
    of_cell : float
        Events of the SKU in the region alone.
    whole : float
        All of it multiplied.
    events : tuple of str
        Names from the calendar that fall in the period and touch the cell.
    """

    start: str
    of_sku: float
    of_region: float
    of_cell: float
    whole: float
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorWords:
    """What multiplies, period by period ahead, and what was hidden of the last periods.

    Attributes
    ----------
    ahead : (H,) Times
    lately : float
        Ordinary periods that one of the last periods is worth: 1 where nothing stood out.
    out_of_stock : (8 or fewer,) float
        Share of each of the last periods in which the cell could not be bought, the latest last.
    """

    ahead: tuple[Times, ...]
    lately: float
    out_of_stock: tuple[float, ...]


def tell_factors(evidence: Evidence, region: int, sku: int) -> FactorWords:
    """Return what multiplies the cell's level, by positions of region and SKU."""
    factors = evidence.record.factors(evidence.back)
    length, horizon = evidence.length, evidence.horizon
    columns = range(length, length + horizon)
    of_cell = [_at(factors.local, region, sku, column) for column in columns]
    starts = evidence.snapshot.periods
    events = _events(evidence, region, sku)
    speed = min(1, evidence.speeds - 1)
    worth = evidence.worth(speed)
    lately = worth[region % len(worth), sku % worth.shape[1]] / evidence.seen[speed]
    known = range(max(0, length - LATEST), length)
    return FactorWords(
        ahead=tuple(
            Times(
                start=starts.start(step - evidence.back).isoformat(),
                of_sku=float(factors.sku[sku, column]),
                of_region=float(factors.region[region, column]),
                of_cell=of_cell[step],
                whole=float(factors.sku[sku, column] * factors.region[region, column])
                * of_cell[step],
                events=events[step],
            )
            for step, column in enumerate(columns)
        ),
        lately=float(lately),
        out_of_stock=tuple(1.0 - _at(factors.open_share, region, sku, c) for c in known),
    )


def _at(factors: CellFactors, region: int, sku: int, column: int) -> float:
    """Return the factor of a cell in a column, 1 where there is none."""
    here = (factors.region == region) & (factors.sku == sku) & (factors.column == column)
    return float(factors.value[here].prod(initial=1.0))


def _events(evidence: Evidence, region: int, sku: int) -> list[tuple[str, ...]]:
    """Return the names of the events that touch the cell in each period ahead."""
    snapshot = evidence.snapshot
    found: list[set[str]] = [set() for _ in range(evidence.horizon)]
    table = snapshot.tables.get("calendar")
    if table is None or not len(table):
        return [() for _ in found]
    period = snapshot.periods.periods_of(read_days(table["date"])) + evidence.back
    ids = {
        "region_id": snapshot.orders.regions[region],
        "sku": snapshot.orders.skus[sku],
    }
    touched: BoolArray = (period >= 0) & (period < evidence.horizon)
    for column, wanted in ids.items():
        touched &= np.array([name in ("", wanted) for name in read_ids(table, column)], np.bool_)
    named = np.array([name != "" for name in read_ids(table, "sku")], np.bool_)
    category = snapshot.products.category[sku]
    alike = np.array([name in ("", category) for name in read_ids(table, "category")], np.bool_)
    touched &= named | alike
    names = read_ids(table, "event")
    for row in np.flatnonzero(touched):
        found[int(period[row])].add(names[row])
    return [tuple(sorted(names)) for names in found]
