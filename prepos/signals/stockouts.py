"""Stock-outs: which share of a period a cell could be bought in.

Stands on the ``stockouts`` table: a row of a region closes that region's cell, a row of a node the
cells of the regions that the node serves cheapest. Periods without stock are censored: they tell
nothing of demand, so a level is units over the open share of the periods. Assumes that what sold
was there to be sold: a period with sales was open for a day at least.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.network import Network
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray, TimeArray
from prepos.signals.cell_factors import CellFactors, no_factors

LEAST_OPEN = 0.5  # periods that a cell must have been open for, to have a rate


def open_shares(snapshot: Snapshot, history: History) -> CellFactors:
    """Return the share of each period that a cell was open, where it is below 1.

    Nothing at or after the cutoff is read. Rows of unknown regions, nodes or SKUs are passed over.
    """
    skus = len(history.skus)
    table = snapshot.tables.get("stockouts")
    if table is None or not len(table):
        return no_factors(skus)
    length = history.units.shape[1]
    days = history.periods.days
    cell, first, last = _closed_spans(table, snapshot, length * days)
    cell, first, last = _without_overlap(cell, first, last)
    # Each span in the periods that it touches, and the days of it in each.
    periods = last // days - first // days + 1
    span = np.repeat(np.arange(len(cell)), periods)
    column = np.arange(len(span)) - np.repeat(np.cumsum(periods) - periods, periods)
    column += first[span] // days
    closed = np.minimum(last[span], (column + 1) * days - 1) - np.maximum(
        first[span], column * days
    )
    key, index = np.unique(cell[span] * length + column, return_inverse=True)
    share = np.bincount(index, closed + 1.0, minlength=len(key)) / days
    region, sku = np.divmod(key // length, max(skus, 1))
    found = CellFactors(skus, region, sku, key % length, (1.0 - share).astype(np.float32))
    return _open_where_sold(found, history)


@dataclass(frozen=True, slots=True, eq=False)
class Censored:
    """What stock-outs hide of each cell: its rate (C,) while open, and the units lost (C, T)."""

    rate: FloatArray
    lost: sparse.csr_array

    def open_share(self, members: sparse.csr_array) -> FloatArray:
        """Return the share (S, T) that was open of sums of cells, which ``members`` (S, C) names.

        Cells count by their rates.
        """
        rate = np.maximum(np.asarray(members @ self.rate), 1e-12)[:, None]
        return np.asarray(np.maximum(1.0 - (members @ self.lost).toarray() / rate, 0.0))


def read_censored(history: History, shares: CellFactors, until: int) -> Censored:
    """Return what the closed shares hide; rates are learnt in the first ``until`` periods."""
    cell, factor = shares.of_cells(history.region, history.sku)
    column = shares.column[factor]
    closed = 1.0 - shares.value[factor].astype(np.float64)
    learnt = column < until
    shut = np.bincount(cell[learnt], closed[learnt], minlength=len(history.units))
    opened = until - shut
    sold = history.units[:, :until].sum(axis=1)
    rate = np.divide(sold, opened, out=np.zeros_like(sold), where=opened > LEAST_OPEN)
    lost = sparse.csr_array((closed * rate[cell], (cell, column)), shape=history.units.shape)
    return Censored(rate, lost)


def nearest_nodes(network: Network) -> IntArray:
    """Return (R,) the node that serves each region cheapest; -1 where none can.

    Ties go to the fewest transit days, then to the first id.
    """
    cost, days = network.service.ship_cost, network.service.transit_days
    if not len(cost):
        return np.full(cost.shape[1], -1, dtype=np.int64)
    cheapest = cost == cost.min(axis=0)
    node = np.argmin(np.where(cheapest, days, np.inf), axis=0)
    # Where even the days of all the cheapest are infinite the first of them is meant.
    node = np.where(cheapest[node, np.arange(len(node))], node, np.argmax(cheapest, axis=0))
    return np.where(np.isfinite(cost.min(axis=0)), node, -1)


def read_days(column: pd.Series) -> TimeArray:
    """Return the days (M,) of a column of dates, instants or ISO texts."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return column.to_numpy().astype("datetime64[D]")
    number, days = pd.factorize(column)  # few days are named by many rows
    return np.asarray(np.asarray(days, dtype=object).astype("datetime64[D]")[number])


def read_ids(table: pd.DataFrame, name: str) -> list[str]:
    """Return a column of texts, "" where a cell is empty or the column is not there."""
    if name not in table:
        return [""] * len(table)
    return table[name].astype(object).where(table[name].notna(), "").tolist()


def _closed_spans(
    table: pd.DataFrame, snapshot: Snapshot, days: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Return cell, first and last closed day of every span, in days from the history's first."""
    skus = len(snapshot.orders.skus)
    start = np.datetime64(snapshot.periods.cutoff, "D") - days
    first = np.maximum((read_days(table["from"]) - start).astype(np.int64), 0)
    last = np.minimum((read_days(table["to"]) - start).astype(np.int64), days - 1)
    sku = snapshot.orders.skus.positions(read_ids(table, "sku"))
    region = snapshot.orders.regions.positions(read_ids(table, "region_id"))
    node = snapshot.network.node_axis.positions(read_ids(table, "node_id"))
    read = (sku >= 0) & (first <= last)
    of_region = np.flatnonzero(read & (region >= 0))
    of_node = np.flatnonzero(read & (region < 0) & (node >= 0))
    served = nearest_nodes(snapshot.network)
    by_node = np.argsort(served, kind="stable")
    begins = np.searchsorted(served[by_node], node[of_node], side="left")
    count = np.searchsorted(served[by_node], node[of_node], side="right") - begins
    row = np.repeat(of_node, count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    region_of_row = by_node[np.repeat(begins, count) + within]
    rows = np.concatenate([of_region, row])
    cell = np.concatenate([region[of_region], region_of_row]) * skus + sku[rows]
    return cell, first[rows], last[rows]


def _without_overlap(
    cell: IntArray, first: IntArray, last: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the spans with every closed day of a cell in one of them."""
    order = np.lexsort((last, first, cell))
    cell, first, last = cell[order], first[order], last[order]
    width = int(last.max(initial=0)) + 2
    reached = np.maximum.accumulate(cell * width + last)  # cells rise, so none reaches into another
    before = np.full(len(cell), -1, dtype=np.int64)
    same = cell[1:] == cell[:-1]
    before[1:][same] = (reached[:-1] - cell[:-1] * width)[same]
    first = np.maximum(first, before + 1)
    kept = first <= last
    return cell[kept], first[kept], last[kept]


def _open_where_sold(found: CellFactors, history: History) -> CellFactors:
    """Return the shares, a day's at least where the cell sold."""
    value = found.value.copy()
    cell, factor = found.of_cells(history.region, history.sku)
    sold = history.units[cell, found.column[factor]] > 0
    day = np.float32(1.0 / history.periods.days)
    value[factor[sold]] = np.maximum(value[factor[sold]], day)
    kept = value < 1.0
    return CellFactors(
        found.skus, found.region[kept], found.sku[kept], found.column[kept], value[kept]
    )
