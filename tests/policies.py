"""Policies asked on small cases: what was ordered before, what is expected, what is then sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from prepos.core.axes import make_axis
from prepos.core.orders import Orders
from prepos.core.outlook import Outlook
from prepos.core.policy import Dispatch, Policy
from prepos.core.snapshot import Snapshot
from prepos.plan import PlanOptions, planning_window
from prepos.replay.policies import Look, Terms, load_policy
from tests.instances import START, Case, dispersion_of_spans

SECONDS = 86_400
Line = tuple[int, str, str, int]  # day from the cutoff, region, SKU, units


def snapshot_of(case: Case, lines: Sequence[Line] = (), cutoff: date = START) -> Snapshot:
    """Return what is known at the cutoff; ``lines`` may lie after it."""
    regions, skus = case.network.region_axis, case.products.skus
    rows = sorted((when, regions.position(r), skus.position(s), n) for when, r, s, n in lines)
    day, region, sku, units = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    orders = Orders(
        make_axis("customer_id", ()),
        regions,
        skus,
        order=np.arange(len(rows)),
        customer=np.full(len(rows), -1),
        region=region,
        sku=sku,
        at=np.datetime64(START, "s") + day * SECONDS,
        quantity=units,
    )
    nobody = np.zeros(0, dtype=np.bool_)
    periods = replace(case.demand.periods, cutoff=cutoff)
    return Snapshot(orders, periods, case.products, case.network, nobody, {})


def look_at(case: Case) -> Look:
    """Return a look that finds the case's demand, summed to catchments."""
    catchments = case.catchments()
    demand = case.grouped(catchments)
    outlook = Outlook(
        demand=demand,
        dispersion=dispersion_of_spans(demand, case.network, PlanOptions()),
        catchments=catchments,
        window=planning_window(case.network, demand.periods, PlanOptions()),
    )
    return lambda _: outlook


def terms_of(case: Case, *, window: int | None = None, review: int = 1) -> Terms:
    """Return terms; the window is lead time and review period unless given."""
    look = look_at(case)
    return Terms(look=look, window=window or look(snapshot_of(case)).window.horizon, review=review)


def policy_for(case: Case, name: str) -> Policy:
    """Return a policy by name, made for the case."""
    return load_policy(name, terms_of(case))


def ask(case: Case, policy: Policy, lines: Sequence[Line] = ()) -> Dispatch:
    """Return what the policy sends."""
    return policy.decide(snapshot_of(case, lines), case.stock)


def sent(case: Case, policy: Policy, lines: Sequence[Line] = ()) -> dict[tuple[str, str], int]:
    """Return units by lane and SKU."""
    dispatch = ask(case, policy, lines)
    return {
        (case.network.lanes[way].lane_id, case.products.skus[sku]): units
        for way, sku, units in zip(
            dispatch.lane.tolist(), dispatch.sku.tolist(), dispatch.quantity.tolist(), strict=True
        )
    }


def ship_days(case: Case, policy: Policy, lines: Sequence[Line] = ()) -> dict[str, date]:
    """Return the ship date by lane."""
    dispatch = ask(case, policy, lines)
    days = dispatch.ships_on.astype("datetime64[D]").tolist()
    return {
        case.network.lanes[way].lane_id: day
        for way, day in zip(dispatch.lane.tolist(), days, strict=True)
    }


def every_week(region: str, sku: str, units: int, weeks: int = 8) -> list[Line]:
    """Return an order of so many units in the middle of each of the last weeks."""
    return [(-7 * week + 3, region, sku, units) for week in range(1, weeks + 1)]
