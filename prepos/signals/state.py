"""The saved state of the bank: what one night hands to the next.

The sums of every cell that ever sold, and how many periods they hold. A later snapshot adds the
periods since, so a night costs what was sold in it and one pass over the sums, however long the
history. Assumes that orders before the state's cutoff have not changed since; their number of lines
and units is kept, so a changed past is told and not built upon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from prepos.core.axes import Axis, make_axis
from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.errors import DemandError
from prepos.signals.bank import decay_of, seen_weight, update
from prepos.signals.giants import most_units

WHOLE_FACTS = ("period_days", "seen", "lines", "units", "most")


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts:
    """What holds for all cells of a state: what is written beside its table."""

    cutoff: date
    period_days: int  # 1 or 7
    half_life_weeks: tuple[float, ...]  # of each speed
    seen: int  # periods that the sums hold
    lines: int  # order lines before the cutoff
    units: int  # and the units in them
    most: int  # units of a line that the sums count

    @property
    def decay(self) -> FloatArray:
        """(S,): what is left of a weight one period later."""
        return decay_of(self.half_life_weeks, self.period_days)

    @property
    def columns(self) -> list[str]:
        """Name of each speed's column in the state's table."""
        return [f"half_life_{weeks}_weeks" for weeks in self.half_life_weeks]

    def mapping(self) -> dict[str, object]:
        """Return the facts as JSON can hold them."""
        return {**asdict(self), "cutoff": self.cutoff.isoformat()}


@dataclass(frozen=True, slots=True, eq=False)
class BankState:
    """Discounted sums of the C cells that ever sold, as of a cutoff.

    Attributes
    ----------
    region, sku : (C,) int
        Positions on the axes, sorted by (region, sku), each pair once.
    sums : (C, S) float32
        Units, the latest period at weight 1; one column a speed.
    """

    facts: StateFacts
    regions: Axis
    skus: Axis
    region: IntArray = field(repr=False)
    sku: IntArray = field(repr=False)
    sums: Float32Array = field(repr=False)

    def __post_init__(self) -> None:
        shape = (len(self.region), len(self.facts.half_life_weeks))
        if self.sums.shape != shape or self.sku.shape != self.region.shape:
            raise DemandError(f"state sums have shape {self.sums.shape}, expected {shape}")
        if not (np.isfinite(self.sums).all() and (self.sums >= 0).all()):
            raise DemandError("state sums are negative or not finite somewhere")

    @property
    def means(self) -> FloatArray:
        """(C, S) units per period: the sums over the weight of the periods seen."""
        return np.asarray(self.sums / seen_weight(self.facts.decay, self.facts.seen))

    def frame(self) -> pd.DataFrame:
        """Return the table to save: region_id, sku and one column a speed."""
        return pd.DataFrame(
            {
                "region_id": np.array(self.regions.ids, dtype=object)[self.region],
                "sku": np.array(self.skus.ids, dtype=object)[self.sku],
                **dict(zip(self.facts.columns, self.sums.T, strict=True)),
            }
        )


def build_state(snapshot: Snapshot, half_life_weeks: tuple[float, ...]) -> BankState:
    """Return the state of a snapshot, summed over its whole history.

    The lines are added one by one, so memory grows with what was sold, not with cells x periods.
    """
    orders, periods = snapshot.orders, snapshot.periods
    period = periods.periods_of(orders.at)
    facts = StateFacts(
        cutoff=periods.cutoff,
        period_days=periods.days,
        half_life_weeks=half_life_weeks,
        seen=int(-period.min()) if len(period) else 1,
        lines=len(orders),
        units=int(orders.quantity.sum()),
        most=most_units(orders),
    )
    units = np.minimum(orders.quantity, facts.most)
    width = max(len(orders.skus), 1)
    cells, line = np.unique(orders.region * width + orders.sku, return_inverse=True)
    sums = np.zeros((len(cells), len(half_life_weeks)), dtype=np.float32)
    update(sums, facts.decay, line, units, age=-1 - period, periods=facts.seen)
    return BankState(facts, orders.regions, orders.skus, cells // width, cells % width, sums)


def advance(state: BankState, snapshot: Snapshot) -> BankState:
    """Return the state at the snapshot's cutoff: the periods since are added, and new cells.

    Equals ``build_state`` of the snapshot to the precision of float32, as long as that would count
    no more of a line than the state does.

    Raises
    ------
    DemandError
        Where the snapshot's periods have other days, its cutoff is not a whole number of periods
        later, or its orders before the state's cutoff are not those the state was built from.
    """
    facts, orders = state.facts, snapshot.orders
    added = _periods_between(facts, snapshot)
    start = _check_past(facts, snapshot)
    if not start:
        return build_state(snapshot, facts.half_life_weeks)
    here = _on_axes(state, snapshot)
    width = len(orders.skus)
    sold, line = np.unique(orders.region[start:] * width + orders.sku[start:], return_inverse=True)
    known = here.region * width + here.sku
    place = np.asarray(np.searchsorted(known, sold))
    fresh = np.append(known, -1)[place] != sold
    region, sku, sums = _with_cells(here, place[fresh], sold[fresh])
    update(
        sums,
        facts.decay,
        (place + np.cumsum(fresh) - fresh)[line],
        np.minimum(orders.quantity[start:], facts.most),
        age=-1 - snapshot.periods.periods_of(orders.at[start:]),
        periods=added,
    )
    later = replace(
        facts,
        cutoff=snapshot.periods.cutoff,
        seen=facts.seen + added,
        lines=len(orders),
        units=facts.units + int(orders.quantity[start:].sum()),
    )
    return BankState(later, orders.regions, orders.skus, region, sku, sums)


def read_state(frame: pd.DataFrame, facts: Mapping[str, Any]) -> BankState:
    """Return the state that ``BankState.frame`` and ``StateFacts.mapping`` were saved from.

    Raises
    ------
    DemandError
        Where a column or a fact is missing, or a cell comes twice.
    """
    try:
        known = StateFacts(
            cutoff=date.fromisoformat(facts["cutoff"]),
            half_life_weeks=tuple(float(weeks) for weeks in facts["half_life_weeks"]),
            **{name: int(facts[name]) for name in WHOLE_FACTS},
        )
        region_ids, sku_ids = frame["region_id"].tolist(), frame["sku"].tolist()
        sums = frame[known.columns].to_numpy(dtype=np.float32)
    except KeyError as missing:
        raise DemandError(f"state has no {missing}, expected it as it was saved") from None
    regions, skus = make_axis("region_id", region_ids), make_axis("sku", sku_ids)
    region, sku = regions.positions(region_ids), skus.positions(sku_ids)
    order = np.lexsort((sku, region))
    cell = (region * len(skus) + sku)[order]
    if (np.diff(cell) == 0).any():
        raise DemandError("state has a cell twice, expected each region and sku once")
    return BankState(known, regions, skus, region[order], sku[order], sums[order])


def _periods_between(facts: StateFacts, snapshot: Snapshot) -> int:
    """Return how many periods the snapshot's cutoff lies after the state's."""
    periods = snapshot.periods
    if periods.days != facts.period_days:
        raise DemandError(f"state has periods of {facts.period_days} days, expected {periods.days}")
    added, rest = divmod((periods.cutoff - facts.cutoff).days, periods.days)
    if rest or added < 0:
        raise DemandError(
            f"cutoff is {periods.cutoff}, expected a whole number of periods of {periods.days} "
            f"days after the state's {facts.cutoff}"
        )
    return added


def _check_past(facts: StateFacts, snapshot: Snapshot) -> int:
    """Return the first line that the state does not hold; raises where earlier ones changed."""
    orders = snapshot.orders
    start = int(np.searchsorted(orders.at, np.datetime64(facts.cutoff, "s"), side="left"))
    units = int(orders.quantity[:start].sum())
    if (start, units) != (facts.lines, facts.units):
        raise DemandError(
            f"orders before {facts.cutoff} are {start} lines of {units} units, expected "
            f"{facts.lines} of {facts.units} as the state was built from"
        )
    return start


def _with_cells(
    state: BankState, place: IntArray, fresh: IntArray
) -> tuple[IntArray, IntArray, Float32Array]:
    """Return regions, SKUs and sums (a copy) with new cells, at sum 0, before these places."""
    if not len(place):
        return state.region, state.sku, state.sums.copy()
    width, cells = len(state.skus), len(state.region) + len(place)
    region, sku = np.empty(cells, dtype=np.int64), np.empty(cells, dtype=np.int64)
    sums = np.zeros((cells, state.sums.shape[1]), dtype=np.float32)
    _make_room(place, state.region, state.sku, state.sums, region, sku, sums)
    new = place + np.arange(len(place))
    region[new], sku[new] = fresh // width, fresh % width
    return region, sku, sums


@serial_kernel
def _make_room(
    place: IntArray,
    region: IntArray,
    sku: IntArray,
    sums: Float32Array,
    region_after: IntArray,
    sku_after: IntArray,
    sums_after: Float32Array,
) -> None:
    """Copy each cell to where it lies once a new cell stands before each of the places."""
    passed = 0
    for cell in range(region.shape[0]):
        while passed < place.shape[0] and place[passed] <= cell:
            passed += 1
        region_after[cell + passed], sku_after[cell + passed] = region[cell], sku[cell]
        for speed in range(sums.shape[1]):
            sums_after[cell + passed, speed] = sums[cell, speed]


def _on_axes(state: BankState, snapshot: Snapshot) -> BankState:
    """Return the state on the snapshot's axes, without the cells that these do not name."""
    regions, skus = snapshot.orders.regions, snapshot.orders.skus
    if (regions, skus) == (state.regions, state.skus):
        return state
    region = regions.positions(state.regions.ids)[state.region]
    sku = skus.positions(state.skus.ids)[state.sku]
    there = (region >= 0) & (sku >= 0)
    return BankState(state.facts, regions, skus, region[there], sku[there], state.sums[there])
