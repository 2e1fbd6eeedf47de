"""Demand that was and demand to come, on named axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.axes import Axis
from prepos.core.fitted import Fitted
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.sizes import OrderSizes
from prepos.core.types import FloatArray, IntArray
from prepos.errors import DemandError

DENSE = 8  # regions x SKUs for each line, up to which cells are ticked off and not sorted


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Units ordered by cell and period; only the C cells that ever sold are kept.

    Attributes
    ----------
    region, sku : (C,) int
        Positions on the axes, sorted by (region, sku), each pair once.
    units : (C, T) float
        Series-major, oldest period first; the last column is period -1.
    """

    regions: Axis
    skus: Axis
    periods: Periods
    region: IntArray
    sku: IntArray
    units: FloatArray

    @classmethod
    def count(cls, orders: Orders, periods: Periods) -> History:
        """Count the lines of the orders into whole periods before the cutoff.

        A first period that is not covered whole (it starts before the first order's day) is kept:
        its missing days are taken as days without orders.
        """
        period = periods.periods_of(orders.at)
        length = int(-period.min()) if len(period) else 1
        key = orders.region * len(orders.skus) + orders.sku
        cell, index = _number_cells(key, len(orders.regions) * len(orders.skus))
        flat = np.bincount(
            index * length + period + length,
            orders.quantity.astype(np.float64),
            minlength=len(cell) * length,
        )
        return cls(
            orders.regions,
            orders.skus,
            periods,
            region=cell // max(len(orders.skus), 1),
            sku=cell % max(len(orders.skus), 1),
            units=np.asarray(flat.reshape(len(cell), length), dtype=np.float64),
        )

    def latest(self, periods: int) -> History:
        """Return the history of the last periods only; cells without sales in them are dropped."""
        units = self.units[:, -periods:]
        sold = units.any(axis=1)
        return History(
            self.regions,
            self.skus,
            self.periods,
            region=self.region[sold],
            sku=self.sku[sold],
            units=units[sold],
        )

    def spread(self, values: FloatArray) -> FloatArray:
        """Return one value per known cell as a full (R, K) array, zero elsewhere."""
        full = np.zeros((len(self.regions), len(self.skus)))
        full[self.region, self.sku] = values
        return full


def _number_cells(key: IntArray, cells: int) -> tuple[IntArray, IntArray]:
    """Return the keys that occur, rising, and the number of each key among them.

    Where lines are many beside the cells, cells are ticked off; else the keys are sorted.
    """
    if cells > DENSE * len(key):
        return np.unique(key, return_inverse=True)
    occurs = np.zeros(cells, dtype=np.bool_)
    occurs[key] = True
    found = np.flatnonzero(occurs)
    number = np.empty(cells, dtype=np.int64)
    number[found] = np.arange(len(found))
    return found, number[key]


@dataclass(frozen=True, slots=True, eq=False)
class ListedCells:
    """Where N listed cells lie and how many each stands for: what most of a map is told by.

    Attributes
    ----------
    region : (N,) int
        Positions on the regions' axis.
    weight : (N,) float
        Above 0.
    """

    region: IntArray
    weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Backcast:
    """What the model said at past origins and what then came: what widths are fitted on.

    Attributes
    ----------
    mean, units : (O, H, R, K) float32
        By origin and period ahead of it; both in units. Periods are kept apart so that any sum of
        them, and of regions, can be fitted as a sum.
    skus : (K,) int
        Positions on the forecast's SKU axis: all, or a sample of them.
    listed : ListedCells or None
        Where a list of cells is told of: R is 1 then, and K counts these; ``skus`` are theirs.
    """

    mean: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    units: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    skus: IntArray
    listed: ListedCells | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """The next orders as negative-binomial distributions: variance = mean + dispersion * mean**2.

    ``regions`` may as well be groups of regions (catchments); ``signals`` adds up to
    ``total_mean``.

    Attributes
    ----------
    mean, dispersion : (T, R, K) float
        By period of the horizon.
    total_mean, total_dispersion : (R, K) float
        Of the sum over the whole horizon, fitted as a sum.
    signals : name to (R, K) float
        What each signal adds to ``total_mean``.
    backcast : Backcast or None
        None where the history is too short for one, or the forecast was given.
    order_size : (K,) float or None
        Units in the order line that a unit of the SKU comes in; larger ones scatter more.
    sizes : OrderSizes or None
        Of the order lines, where units are better told as orders times sizes.
    order_dispersion, total_order_dispersion : (T, R, K), (R, K) float, or None
        Of the orders in each period, and in the horizon; None where units are told as they are.
    fitted : Fitted or None
        What was learnt; None where the forecast was given.
    """

    regions: Axis
    skus: Axis
    periods: Periods
    mean: FloatArray
    dispersion: FloatArray
    total_mean: FloatArray
    total_dispersion: FloatArray
    signals: dict[str, FloatArray]
    backcast: Backcast | None = None
    order_size: FloatArray | None = None
    sizes: OrderSizes | None = None
    order_dispersion: FloatArray | None = None
    total_order_dispersion: FloatArray | None = None
    fitted: Fitted | None = None

    def __post_init__(self) -> None:
        shape = (self.periods.horizon, len(self.regions), len(self.skus))
        for name in ("mean", "dispersion"):
            values = getattr(self, name)
            if values.shape != shape:
                raise DemandError(f"forecast {name} has shape {values.shape}, expected {shape}")
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise DemandError(f"forecast {name} is negative or not finite somewhere")
