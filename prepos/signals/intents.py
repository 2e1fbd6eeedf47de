"""Intents: who put an item aside, or looked at it, may buy it.

Stands on the ``intents`` table, of customers who may be used one by one. A customer's latest intent
for a SKU is open until the day it is bought; of several in one period the strongest kind is meant.
How likely an open one is bought in each later period is learnt, by kind and by periods since, from
those that were open before (a discrete hazard), the latest most, shrunk to that of all kinds and of
all ages.
Assumes that a customer buys in the region of the latest order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.asked import Asked
from prepos.signals.cell_factors import Float32Array
from prepos.signals.stockouts import read_days

KINDS = ("view", "search", "wishlist", "cart")  # weakest first
AGES = 26  # periods since the intent that are told apart; older ones are alike
HALF_LIFE = 13.0  # periods, at which intents of long ago teach less of how many are bought
RISKS = 25.0  # periods that a late intent was open, as many as what is shrunk to counts for
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Where customers ordered from which period on; only the J changes are kept.

    Attributes
    ----------
    customer, since, region : (J,) int
        Sorted by (customer, since).
    """

    customer: IntArray
    since: IntArray
    region: IntArray

    def before(self, period: IntArray | int, customer: IntArray) -> IntArray:
        """Return the region (M,) of each customer's latest order before a period; -1 if none."""
        oldest = int(self.since.min(initial=0))
        width = 2 - oldest
        key = self.customer * width + self.since - oldest
        wanted = customer * width + np.maximum(period - oldest, 0)
        place = np.searchsorted(key, wanted, side="left") - 1
        who = np.append(self.customer, -1)[place]
        return np.where(who == customer, np.append(self.region, -1)[place], -1)


@dataclass(frozen=True, slots=True, eq=False)
class Intents:
    """V intents, one a customer, SKU and period, by when they opened and closed.

    Periods and days count from the snapshot's cutoff, which lies at 0.

    Attributes
    ----------
    customer, sku, kind : (V,) int
        Sorted by (opened, customer, sku).
    opened, closed : (V,) int
        Period of the intent, and of the purchase or of the next intent that took its place;
        ``NEVER`` where neither came.
    units : (V,) float
        Units bought when it closed, 0 where it was not bought.
    homes : Homes
        Of these customers.
    """

    customer: IntArray
    sku: IntArray
    kind: IntArray
    opened: IntArray
    closed: IntArray
    units: FloatArray
    homes: Homes

    def __len__(self) -> int:
        return len(self.sku)


def still_open(known: Intents, origin: int) -> IntArray:
    """Return the rows (M,) that were open at an origin, seen from there."""
    seen = int(np.searchsorted(known.opened, origin, side="left"))
    return np.flatnonzero(known.closed[:seen] >= origin)


def open_units(
    known: Intents,
    size: FloatArray,
    *,
    origin: int,
    horizon: int,
    shape: tuple[int, int],
    asked: Asked | None = None,
) -> Float32Array:
    """Return (H, R, K) units that open intents bring in each period from an origin on.

    Parameters
    ----------
    known : Intents
    size : (M,) float
        Units that each one ``still_open`` is bought with.
    origin : int
        First period ahead: 0 is the cutoff, -3 three periods before. Only what came before it is
        used, so one reading serves all training origins.
    horizon : int
    shape : (R, K)
    asked : Asked, optional
        The cells that are listed: they are told as (H, 1, N).
    """
    skus = shape[1]
    rows, columns = shape if asked is None else (1, len(asked))
    units = np.zeros((horizon, rows * columns), dtype=np.float32)
    chance = chances(known, origin, horizon).reshape(horizon, -1)
    row = still_open(known, origin)
    sku = known.sku[row]
    age = np.minimum(origin - known.opened[row], AGES) - 1
    state = known.kind[row] * AGES + age
    region = known.homes.before(origin, known.customer[row])
    cell = region * skus + sku if asked is None else asked.find(region, sku)
    here = np.flatnonzero(cell >= 0)
    for step in range(horizon):
        expected = chance[step].take(state) * size
        units[step] = np.bincount(cell[here], expected[here], minlength=rows * columns)
    return units.reshape(horizon, rows, columns)


def chances(known: Intents, origin: int, horizon: int) -> FloatArray:
    """Return (H, kinds, AGES): the chance that an open intent is bought in each period ahead.

    The last axis is the age in periods, less one, as of the origin; only what came before the
    origin is learnt from.

    References
    ----------
    Kaplan and Meier (1958), JASA 53(282), 457-481: at risk is who was open and could be seen.
    """
    seen = int(np.searchsorted(known.opened, origin, side="left"))
    opened, kinds = known.opened[:seen], len(KINDS)
    weight = 0.5 ** (np.arange(origin - int(opened.min(initial=origin)) + 1) / HALF_LIFE)
    weight = weight[origin - opened]
    last = np.minimum(known.closed[:seen], origin - 1) - opened  # periods open
    cell = known.kind[:seen] * (AGES + 1) + np.minimum(last, AGES)
    lasting = np.bincount(cell, weight, kinds * (AGES + 1)).reshape(kinds, AGES + 1)
    at_risk = np.cumsum(lasting[:, ::-1], axis=1)[:, ::-1][:, 1:]
    old = np.flatnonzero(last > AGES)
    at_risk[:, -1] += np.bincount(known.kind[old], weight[old] * (last[old] - AGES), kinds)
    # One that was bought in its own period was never open at an origin.
    bought = np.flatnonzero((known.units[:seen] > 0) & (known.closed[:seen] < origin) & (last > 0))
    events = np.bincount(cell[bought], weight[bought], kinds * (AGES + 1))
    events = events.reshape(kinds, AGES + 1)[:, 1:]
    overall = events.sum() / max(at_risk.sum(), 1.0)
    of_age = (events.sum(axis=0) + RISKS * overall) / (at_risk.sum(axis=0) + RISKS)
    hazard = np.minimum((events + RISKS * of_age) / (at_risk + RISKS), 1.0)
    return _ahead(hazard, horizon)


def read_intents(snapshot: Snapshot) -> Intents:
    """Return the intents before the cutoff of customers who agreed and had ordered by then.

    Whoever had not ordered is left out: only those of them are known who ordered later, so they
    would make intents look better than they are.
    """
    customer, sku, kind, day = _rows(snapshot)
    skus, days = len(snapshot.orders.skus), snapshot.periods.days
    pair = customer * skus + sku
    order = np.lexsort((day, pair))
    pair, kind, day = pair[order], kind[order], day[order]
    period = np.floor_divide(day, days)
    first = np.ones(len(pair), dtype=np.bool_)
    first[1:] = (pair[1:] != pair[:-1]) | (period[1:] != period[:-1])
    start = np.flatnonzero(first)
    strongest = np.maximum.reduceat(kind, start) if len(start) else kind
    latest = day[np.append(start[1:], len(pair)) - 1] if len(start) else day
    pair, opened = pair[start], period[start]
    replaced = np.full(len(pair), NEVER, dtype=np.int64)
    again = pair[1:] == pair[:-1]
    replaced[:-1][again] = opened[1:][again]
    bought, units = _purchases(snapshot, pair, latest)
    is_bought = (bought < NEVER) & (bought <= replaced)
    customer = pair // max(skus, 1)
    homes = _homes(snapshot, customer)
    kept = np.flatnonzero(homes.before(opened + 1, customer) >= 0)
    kept = kept[np.argsort(opened[kept], kind="stable")]
    return Intents(
        customer=customer[kept],
        sku=pair[kept] % max(skus, 1),
        kind=strongest[kept],
        opened=opened[kept],
        closed=np.where(is_bought, bought, replaced)[kept],
        units=np.where(is_bought, units, 0.0)[kept],
        homes=homes,
    )


def _rows(snapshot: Snapshot) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return customer, SKU, kind and day (from the cutoff) of every row that may be used."""
    table = snapshot.tables.get("intents")
    if table is None or not len(table):
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none
    customer = _positions(snapshot.orders.customers, table["customer_id"])
    sku = _positions(snapshot.orders.skus, table["sku"])
    number, names = pd.factorize(table["kind"])
    kind = np.array([KINDS.index(name) for name in names], dtype=np.int64)[number]
    cutoff = np.datetime64(snapshot.periods.cutoff, "D")
    day = (read_days(table["at"]) - cutoff).astype(np.int64)
    used = (customer >= 0) & (sku >= 0) & (day < 0)
    used[used] = snapshot.consented[customer[used]]
    return customer[used], sku[used], kind[used], day[used]


def _positions(axis: Axis, ids: pd.Series) -> IntArray:
    """Return the position of each id (M,), -1 where it is unknown; most are named by many rows."""
    number, names = pd.factorize(ids)
    return np.asarray(np.append(axis.positions(names.tolist()), -1)[number])


def _purchases(snapshot: Snapshot, pair: IntArray, day: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the period (V,) in which each pair is bought from a day on, and the units of that day.

    Pairs are sorted; the period is ``NEVER`` and the units are 0 where it is not bought.
    """
    orders, days = snapshot.orders, snapshot.periods.days
    skus = max(len(orders.skus), 1)
    asked = np.zeros(len(orders.customers) + 1, dtype=np.bool_)
    asked[pair // skus] = True
    line = np.flatnonzero(asked[orders.customer] & (orders.customer >= 0))
    bought = orders.customer[line] * skus + orders.sku[line]
    at = orders.at[line].astype("datetime64[D]")
    bought_day = (at - np.datetime64(snapshot.periods.cutoff, "D")).astype(np.int64)
    oldest = min(int(bought_day.min(initial=0)), int(day.min(initial=0)))
    width = 1 - oldest
    key, row = np.unique(bought * width + bought_day - oldest, return_inverse=True)
    units = np.bincount(row, orders.quantity[line].astype(np.float64), minlength=len(key))
    place = np.searchsorted(key, pair * width + day - oldest)
    key, units = np.append(key, -1), np.append(units, 0.0)
    found = key[place] // width == pair
    period = np.floor_divide(key[place] % width + oldest, days)
    return np.where(found, period, NEVER), np.where(found, units[place], 0.0)


def _homes(snapshot: Snapshot, customer: IntArray) -> Homes:
    """Return from which period on these customers' latest order is of which region."""
    orders = snapshot.orders
    asked = np.zeros(len(orders.customers) + 1, dtype=np.bool_)
    asked[customer] = True
    line = np.flatnonzero(asked[orders.customer] & (orders.customer >= 0))
    who, region = orders.customer[line], orders.region[line]
    order = np.argsort(who, kind="stable")  # lines are in time order
    who, region = who[order], region[order]
    since = snapshot.periods.periods_of(orders.at[line])[order]
    last = np.ones(len(who), dtype=np.bool_)
    last[:-1] = (who[1:] != who[:-1]) | (since[1:] != since[:-1])
    who, since, region = who[last], since[last], region[last]
    new = np.ones(len(who), dtype=np.bool_)
    new[1:] = (who[1:] != who[:-1]) | (region[1:] != region[:-1])
    return Homes(who[new], since[new], region[new])


def _ahead(hazard: FloatArray, horizon: int) -> FloatArray:
    """Return the chance (H, kinds, AGES) of the purchase in each period ahead, from the hazard."""
    left = np.ones_like(hazard)
    chance = np.empty((horizon, *hazard.shape))
    age = np.arange(AGES)
    for step in range(horizon):
        now = hazard[:, np.minimum(age + step, AGES - 1)]
        chance[step] = left * now
        left = left * (1.0 - now)
    return chance
