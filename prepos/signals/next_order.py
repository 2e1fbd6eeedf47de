"""The next order itself: for each customer, the SKUs it is likeliest to hold, and when it comes.

A SKU that the customer bought before has the chance that ``due`` sums over a region's customers;
one never bought before has that of ``discoveries``. Stands on customers who agreed to be looked at
one by one; nobody else is in the table. Assumes that the next order is like the last ones whenever
it comes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.errors import DemandError
from prepos.signals.customers import Customers, read_customers
from prepos.signals.discoveries import (
    Surroundings,
    discovery_features,
    learn_discoveries,
    look_around,
    weigh_customer,
)
from prepos.signals.habits import Habits, read_habits
from prepos.signals.options import SignalOptions
from prepos.signals.ordering import chance_of_order, expected_orders, learn_ordering
from prepos.signals.repeats import (
    LEARN_DAYS,
    Tables,
    learn_repeats,
    make_tables,
    repeat_chances,
)
from prepos.signals.standing import Standing, stand
from prepos.signals.together import learn_within

ROWS = 400_000  # habits that the chances are fitted on: as many as a minute's patience allows
COLUMNS = (
    "customer_id", "sku", "rank", "chance", "times_bought", "expected_orders", "chance_of_order",
)  # fmt: skip


def next_orders(snapshot: Snapshot, options: SignalOptions, top: int = 10) -> pd.DataFrame:
    """Return the likeliest SKUs of each consented customer's next order.

    Parameters
    ----------
    top : int
        SKUs a customer; fewer where the catalogue is shorter.

    Returns
    -------
    frame
        Sorted by customer_id and rank: customer_id, sku, rank (from 1), chance (that the next order
        holds the SKU), times_bought (orders before that held it, 0 for a first time),
        expected_orders (orders of the customer over the horizon), chance_of_order (that one comes
        within it). Empty where no customer agreed or nobody is known.

    Raises
    ------
    DemandError
        Where ``top`` is below 1.
    """
    if top < 1:
        raise DemandError(f"top is {top}, expected 1 or more SKUs a customer")
    customers, skus = (
        read_customers(snapshot, options.window(snapshot.periods.days)),
        len(snapshot.orders.skus),
    )
    if not len(customers):
        return pd.DataFrame({name: [] for name in COLUMNS})
    habits = read_habits(customers, skus)
    chosen, chance, times = likeliest(snapshot, options, customers, habits, top)
    periods = snapshot.periods
    ordering = learn_ordering(customers, horizon=periods.horizon, days=periods.days)
    orders = expected_orders(customers, ordering, days=periods.days).sum(axis=1)
    width = chosen.shape[1]
    ids = np.array(snapshot.orders.customers.ids, dtype=object)[customers.number]
    return pd.DataFrame(
        {
            "customer_id": np.repeat(ids, width),
            "sku": np.array(snapshot.orders.skus.ids, dtype=object)[chosen.ravel()],
            "rank": np.tile(np.arange(1, width + 1), len(customers)),
            "chance": chance.ravel().astype(np.float64),
            "times_bought": times.ravel(),
            "expected_orders": np.repeat(orders, width),
            "chance_of_order": np.repeat(chance_of_order(ordering, orders), width),
        }
    )


def likeliest(
    snapshot: Snapshot, options: SignalOptions, customers: Customers, habits: Habits, top: int
) -> tuple[IntArray, Float32Array, IntArray]:
    """Return SKUs (U, N) by falling chance, their chances (U, N), and times bought before (U, N).

    N is ``top``, or the number of SKUs where that is less.
    """
    skus, regions = len(snapshot.orders.skus), len(snapshot.orders.regions)
    category = np.unique(np.array(snapshot.products.category, dtype=np.str_), return_inverse=True)
    standing = stand(customers, habits, skus)
    repeats = learn_repeats(customers, habits, skus, rows=ROWS)
    earlier = learn_within(snapshot, options.pairs, until_day=-max(LEARN_DAYS))
    number = category[1].astype(np.int64)
    discoveries = learn_discoveries(customers, habits, regions, number, earlier)
    links = learn_within(snapshot, options.pairs)
    around = look_around(customers, standing, regions, number, links)
    shape = (len(customers), min(top, skus))
    chosen, times = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    chance = np.full(shape, -1.0, dtype=np.float32)
    again = repeat_chances(habits, standing, repeats)
    tables = make_tables(habits, standing)
    _choose(habits, standing, tables, around, again, discoveries, chosen, chance, times)
    return chosen, chance, times


@serial_kernel
def _choose(
    habits: Habits,
    standing: Standing,
    tables: Tables,
    around: Surroundings,
    again: Float32Array,
    discoveries: FloatArray,
    chosen: IntArray,
    chance: Float32Array,
    times: IntArray,
) -> None:
    """Write each customer's likeliest SKUs; of two alike the one that comes first by its id."""
    for customer in range(len(chosen)):
        owned, linked, of_category = weigh_customer(habits, standing, tables, around, customer)
        all_chances, so_far = np.zeros(len(owned)), np.zeros(len(owned), np.int64)
        for pair in range(habits.of_customer[customer], habits.of_customer[customer + 1]):
            all_chances[habits.sku[pair]] = again[pair]
            so_far[habits.sku[pair]] = standing.times[pair]
        for sku in range(len(owned)):
            if not owned[sku]:
                values = discovery_features(
                    standing, tables, around, linked, of_category, customer, sku
                )
                score = 0.0
                for number in range(len(discoveries)):
                    score += discoveries[number] * values[number]
                all_chances[sku] = 1.0 / (1.0 + np.exp(-score))
        order = np.argsort(-all_chances, kind="mergesort")
        for place in range(chosen.shape[1]):
            chosen[customer, place] = order[place]
            chance[customer, place] = all_chances[order[place]]
            times[customer, place] = so_far[order[place]]
