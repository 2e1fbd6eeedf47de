"""Was it worth it: what a replay cost and how well it served, by period and in total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.network import Network
from prepos.core.replayed import Replayed
from prepos.core.types import FloatArray
from prepos.replay.tally import COSTS

NINE_OF_TEN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Cost and service of a stretch of a replay; money is in the run's currency.

    Shares are of units ordered unless they say otherwise, and NaN where there is nothing to take a
    share of. What is served late, from a backorder, is not local nor there the next day.
    """

    total_cost: float
    transport_cost: float  # lanes by unit, m3 and kg
    vehicle_cost: float
    handling_cost: float
    service_cost: float
    holding_cost: float  # of forward nodes' stock at the periods' ends
    return_cost: float  # turned away, stranded, and expired
    shortage_cost: float
    backorder_cost: float
    carbon_cost: float
    co2e_kg: float
    ordered: float  # units
    fill_rate: float  # served, late or not
    local_share: float  # served at once by the region's cheapest node
    next_day_share: float
    two_day_share: float
    mean_distance_km: float  # of units served, great-circle
    p90_distance_km: float  # nine of ten units served come from no farther
    orders: float
    split_share: float  # of orders, served from more than one node
    lost: float  # units
    backordered: float  # units that were not served on the day of their order and waited
    stranded: float  # units that transfers brought to forward nodes and that lie there at the end
    stranded_cost: float  # their return, part of return_cost
    expired: float  # units past their shelf life, written off at forward nodes
    expired_cost: float  # return of those that transfers had brought, part of return_cost
    turned_away: float  # units that found no room where they arrived
    moved: float  # units
    moved_twice: float  # units sent on from where a transfer had brought them
    vehicles: float
    vehicle_fill: float  # of vehicles with a size
    churn: float  # share of units planned, now or last time, that were planned otherwise last time


def measure(
    replayed: Replayed, network: Network, *, carbon_price: float = 0.0
) -> tuple[Measures, ...]:
    """Return the measures of each period; ``carbon_price`` is currency per kg CO2e."""
    return tuple(
        _measure(replayed, network, slice(t, t + 1), carbon_price)
        for t in range(replayed.periods.horizon)
    )


def total(replayed: Replayed, network: Network, *, carbon_price: float = 0.0) -> Measures:
    """Return the measures of all periods together; ``carbon_price`` is currency per kg CO2e."""
    return _measure(replayed, network, slice(None), carbon_price)


def _measure(replayed: Replayed, network: Network, span: slice, carbon_price: float) -> Measures:
    """Return the measures of the periods of a span."""
    sums = {name: float(each[span].sum()) for name, each in replayed.amounts.items()}
    served, late = replayed.served[span].sum(axis=0), replayed.late[span].sum(axis=0)
    prompt, service, ordered = served - late, network.service, sums["ordered"]
    cheapest = np.arange(len(network.nodes))[:, None] == np.argmin(service.ship_cost, axis=0)
    carbon_cost = carbon_price * sums["co2e_kg"]
    return Measures(
        **{name: sums[name] for name in COSTS},
        total_cost=sum(sums[name] for name in COSTS) + carbon_cost,
        carbon_cost=carbon_cost,
        fill_rate=share(served.sum(), ordered),
        local_share=share(prompt[cheapest].sum(), ordered),
        next_day_share=share(prompt[service.transit_days <= 1].sum(), ordered),
        two_day_share=share(prompt[service.transit_days <= 2].sum(), ordered),
        mean_distance_km=share((served * service.distance_km).sum(), served.sum()),
        p90_distance_km=weighted_quantile(service.distance_km, served, NINE_OF_TEN),
        split_share=share(sums["split_orders"], sums["orders"]),
        vehicle_fill=share(sums["filled_vehicles"], sums["measured_vehicles"]),
        churn=share(sums["replanned"], sums["planned"]),
        **{name: sums[name] for name in PLAIN},
    )


PLAIN = (
    *("co2e_kg", "ordered", "orders", "lost", "backordered", "stranded", "stranded_cost"),
    *("expired", "expired_cost", "turned_away", "moved", "moved_twice", "vehicles"),
)


def share(part: float, whole: float) -> float:
    """Return a share, NaN of nothing."""
    return float(part / whole) if whole else float("nan")


def weighted_quantile(values: FloatArray, weight: FloatArray, level: float) -> float:
    """Return the least value that at least a share of the weight does not exceed; NaN of none."""
    held = weight > 0
    if not held.any():
        return float("nan")
    order = np.argsort(values[held], kind="stable")
    reached = np.cumsum(weight[held][order])
    return float(values[held][order][np.searchsorted(reached, level * reached[-1])])
