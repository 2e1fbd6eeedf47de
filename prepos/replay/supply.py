"""What a replay starts from and is supplied with, by a rule that no policy has a say in.

The rule looks at orders before the day alone, so every policy, and the bound of perfect foresight,
faces the same supply, and none sees more of it than a planner would. Level: so many periods of the
mean demand of the last eight. From the second replayed period on the origins are sent what
customers ordered in the period before and the change of the level; a surplus is carried over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from prepos.core.network import Network
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.replayed import Course, Supply
from prepos.core.stock import Receipt, Stock
from prepos.core.types import FloatArray, IntArray
from prepos.errors import NetworkError
from prepos.replay.options import ReplayOptions
from prepos.replay.whole import round_whole

LOOK_BACK = 8  # periods that the mean demand is taken over


def make_course(
    orders: Orders,
    periods: Periods,
    products: Products,
    network: Network,
    stock: Stock,
    options: ReplayOptions,
) -> Course:
    """Return the stretch that is replayed, its opening stock and its supply.

    Parameters
    ----------
    orders : Orders
        All that is known, those before the first day and beyond the last included.
    periods : Periods
        The first day, and the periods to replay.
    stock : Stock
        The table, taken as if counted on the first day; all that is in transit goes on to its node.
        Where ``options.opening`` is ``cover``, only its split over the origins is used: nothing
        else lies anywhere or is in transit.

    Raises
    ------
    NetworkError
        If the origins are to be supplied and there is none.
    """
    made = Course(
        orders=orders_within(orders, periods),
        periods=periods,
        products=products,
        network=network,
        opening=stock.gone_on(),
    )
    if "cover" not in (options.opening, options.supply):
        return made
    if network.is_forward.all():
        raise NetworkError("replay: no node is an origin, expected one that supply comes to")
    shares = share_origins(stock, network)
    opening, sent = supply_whole(orders, periods, options)
    if options.opening == "cover":
        made = replace(made, opening=Stock(split_units(opening, shares).T))
    if options.supply == "cover":
        made = replace(made, supply=list_supply(sent, shares, periods, options.supply_days))
    return made


def orders_within(orders: Orders, periods: Periods) -> Orders:
    """Return the lines placed within the periods."""
    placed = periods.periods_of(orders.at)
    within = (placed >= 0) & (placed < periods.horizon)
    columns = ("order", "customer", "region", "sku", "at", "quantity")
    return replace(orders, **{name: getattr(orders, name)[within] for name in columns})


def supply_whole(
    orders: Orders, periods: Periods, options: ReplayOptions
) -> tuple[IntArray, IntArray]:
    """Return the level (K,) on the first day, and what is sent (P, K) at each period's first day.

    Whole units: what rounding gives or takes is carried over, as is what cannot be taken back.
    """
    demand, level = measure_demand(orders, periods, options.supply_cover)
    demand, level = options.stock_share * demand, options.stock_share * level
    opening = round_whole(level[:1])[0]
    sent = np.zeros(level.shape, dtype=np.int64)
    owed = level[0] - opening
    for t in range(1, len(level)):
        owed += demand[t - 1] + level[t] - level[t - 1]
        sent[t] = round_whole(np.maximum(owed, 0.0)[None])[0]
        owed -= sent[t]
    return opening, sent


def measure_demand(orders: Orders, periods: Periods, cover: float) -> tuple[FloatArray, FloatArray]:
    """Return units ordered in each replayed period, and the level at its first day: (P, K) each."""
    placed = periods.periods_of(orders.at)
    known = min(max(-int(placed.min(initial=0)), 0), LOOK_BACK)  # periods before the first day
    skus, length = len(orders.skus), known + periods.horizon
    counted = (placed >= -known) & (placed < periods.horizon)
    cell = (placed[counted] + known) * skus + orders.sku[counted]
    units = np.bincount(cell, orders.quantity[counted].astype(np.float64), length * skus)
    demand = np.asarray(units.reshape(length, skus), dtype=np.float64)
    level = np.zeros((periods.horizon, skus))
    for t in range(periods.horizon):
        last = demand[max(known + t - LOOK_BACK, 0) : known + t]
        level[t] = cover * last.sum(axis=0) / max(len(last), 1)
    return demand[known:], level


def share_origins(stock: Stock, network: Network) -> FloatArray:
    """Return (K, N) the share of each SKU that each node is sent: the table's split, else even."""
    origins = ~network.is_forward
    lying = np.where(origins[:, None], stock.on_hand, 0).T.astype(np.float64)
    lying[lying.sum(axis=1) == 0] = origins
    return np.asarray(lying / lying.sum(axis=1, keepdims=True))


def split_units(units: IntArray, shares: FloatArray) -> IntArray:
    """Return the units (K,) of each SKU by node (K, N); odd ones of equal claims go in turn."""
    skus, nodes = shares.shape
    turn = (np.arange(skus)[:, None] + np.arange(nodes)[None, :]) % nodes
    rolled = round_whole(units[:, None] * np.take_along_axis(shares, turn, axis=1))
    split = np.empty_like(rolled)
    np.put_along_axis(split, turn, rolled, axis=1)
    return split


def list_supply(
    sent: IntArray, shares: FloatArray, periods: Periods, supply_days: int
) -> tuple[Supply, ...]:
    """Return what each node is sent (P, K) in each period, sorted."""
    supply = []
    for t, units in enumerate(sent):
        ordered_on = periods.start(t)
        arrives_on = ordered_on + timedelta(days=supply_days)
        split = split_units(units, shares)
        rows = zip(*(column.tolist() for column in split.T.nonzero()), strict=True)
        supply += [
            Supply(ordered_on, Receipt(arrives_on, node, sku, int(split[sku, node])))
            for node, sku in rows
        ]
    return tuple(supply)
