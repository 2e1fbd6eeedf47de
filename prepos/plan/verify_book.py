"""What the second opinion judges by: the inputs as arrays, and the run's rows as positions on them.

Rows that name what there is not are told once and left out of everything that follows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.network import WEEKDAYS, Network
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.run import RunFiles
from prepos.core.stock import Stock
from prepos.core.types import AnyArray, BoolArray, FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.options import PlanOptions
from prepos.plan.verify_compare import Where, always, check_holds


@dataclass(frozen=True, eq=False, kw_only=True)
class Given:
    """What was known when the plan was made.

    Attributes
    ----------
    periods : Periods
        The forecast's whole horizon; the plan's window is recomputed from it.
    floor : float
        Units of a region's mean below which ``forecast.parquet`` leaves it out.
    frozen : int
        First periods whose published lines stand.
    published : frame or None
        The published lines that the plan stands on, all of known SKUs and lanes.
    """

    network: Network
    products: Products
    stock: Stock
    overrides: pd.DataFrame | None
    options: PlanOptions
    periods: Periods
    floor: float
    frozen: int = 0
    published: pd.DataFrame | None = None

    @cached_property
    def window(self) -> Periods:
        """The periods that are planned: cover, or longest lead time and one to review."""
        longest = max((lane.lead_time_days for lane in self.network.lanes), default=0)
        cover = self.options.cover or math.ceil(longest / self.periods.days) + 1
        return replace(self.periods, horizon=min(cover, self.periods.horizon))

    @property
    def frozen_day(self) -> int:
        """Days after the cutoff, before which the published lines alone ship."""
        return 0 if self.published is None else self.frozen * self.periods.days

    @property
    def stability_cost(self) -> float:
        """Currency per unit that deviates from the published plan; 0 where there is none."""
        return 0.0 if self.published is None else self.options.stability_cost

    @cached_property
    def nodes(self) -> Axis:
        """Node ids."""
        return self.network.node_axis

    @cached_property
    def lanes(self) -> Axis:
        """Lane ids."""
        return Axis("lane_id", tuple(lane.lane_id for lane in self.network.lanes))

    @property
    def skus(self) -> Axis:
        """SKUs."""
        return self.products.skus

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, N, K) of the window."""
        return self.window.horizon, len(self.nodes), len(self.skus)

    @cached_property
    def lane_origin(self) -> IntArray:
        """(L,) node position."""
        return self.nodes.positions([lane.origin for lane in self.network.lanes])

    @cached_property
    def lane_destination(self) -> IntArray:
        """(L,) node position."""
        return self.nodes.positions([lane.destination for lane in self.network.lanes])

    @cached_property
    def lane_ships(self) -> BoolArray:
        """(L, 7) which weekdays a lane leaves on, Monday first."""
        return np.array(
            [[day in lane.ship_weekdays for day in WEEKDAYS] for lane in self.network.lanes],
            dtype=np.bool_,
        ).reshape(-1, 7)

    def of_lanes(self, field: str) -> FloatArray:
        """(L,) one number of every lane."""
        return np.array([getattr(lane, field) for lane in self.network.lanes], dtype=np.float64)

    def of_nodes(self, field: str) -> FloatArray:
        """(N,) one number of every node."""
        return np.array([getattr(node, field) for node in self.network.nodes], dtype=np.float64)

    def day_of(self, dates: pd.Series[pd.Timestamp]) -> IntArray:
        """Return days after the cutoff."""
        days = dates.to_numpy().astype("datetime64[D]") - np.datetime64(self.periods.cutoff, "D")
        return np.asarray(days.astype(np.int64))


@dataclass(frozen=True, eq=False)
class Rows:
    """The usable rows of one file.

    Attributes
    ----------
    row : (n,) int
        Where each stands in the file.
    frame : DataFrame
        The rows as read; ``at`` holds the positions that their ids stand for.
    """

    file: str
    row: IntArray
    frame: pd.DataFrame
    at: Mapping[str, IntArray]

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, column: str) -> AnyArray:
        return self.frame[column].to_numpy()

    def where(self, column: str, *names: str) -> Where:
        """Return where the column's values stand, each thing named by some of its ids."""
        told = [self.frame[name] for name in names]
        kind = self.file.partition(".")[0].removesuffix("s")
        return Where(
            self.file, column, lambda i: " ".join([kind, *(f"{t.iloc[i]}" for t in told)]), self.row
        )

    def only(self, kept: BoolArray) -> Rows:
        """Return some of the rows; all of them are not copied."""
        if kept.all():
            return self
        at = {name: positions[kept] for name, positions in self.at.items()}
        return Rows(self.file, self.row[kept], self.frame.loc[kept], at)


def find_rows(
    run: RunFiles, file: str, axes: Mapping[str, Axis], given: Given, *, key: str
) -> tuple[Rows, list[Check]]:
    """Return a file's rows with the positions of their ids, and the checks that all are known.

    Parameters
    ----------
    axes : column to axis
        A ``period_start``, where the file has one, is found besides: as ``at["period"]``.
    key : str
        Column that names a row in words.
    """
    frame = run.frames[file].reset_index(drop=True)
    everything = Rows(file, np.arange(len(frame)), frame, {})
    at = {name: positions_of(axis, frame[name]) for name, axis in axes.items()}
    expected = {name: f"one of {len(axis)} known" for name, axis in axes.items()}
    columns = {name: name for name in axes}
    if "period_start" in frame:
        days = given.day_of(frame["period_start"])
        whole = (days % given.periods.days == 0) & (days >= 0)
        at["period"] = np.where(whole, days // given.periods.days, -1)
        expected["period"] = "the first day of a period from the cutoff on"
        columns["period"] = "period_start"
    checks = [
        check_holds(
            "known_ids",
            everything.where(columns[name], key),
            positions >= 0,
            found=partial(_cell, frame[columns[name]]),
            expected=partial(always, expected[name]),
        )
        for name, positions in at.items()
    ]
    known = np.all([positions >= 0 for positions in at.values()], axis=0)
    return Rows(file, everything.row, frame, at).only(known), checks


def _cell(column: pd.Series[Any], i: int) -> str:
    """Return a cell in words."""
    return f"{column.iloc[i]}"


def middle_of(days: int) -> int:
    """Return the middle day of a period of so many, counted from 0: what is there serves it."""
    return (days - 1) // 2


def positions_of(axis: Axis, ids: pd.Series[str]) -> IntArray:
    """Return the positions of a column of ids, each distinct one looked up once."""
    codes, distinct = pd.factorize(ids)
    return axis.positions([str(each) for each in distinct])[codes] if len(ids) else codes
