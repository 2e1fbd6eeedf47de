"""From the planning problem to one of transportation: its arrays, for the compiled loops."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import FloatArray, IntArray
from prepos.plan.exact import shared_columns
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.transport.problem import Goods, Places, Purchases, Sources, TransportProblem
from prepos.plan.transport.ranks import make_ranks
from prepos.plan.transport.routes import Release, lies_from, list_releases, list_routes


def as_transport(problem: Problem, frame: Frame, dispersion: FloatArray) -> TransportProblem:
    """Return the problem as one of transportation, shared rows and all.

    Case packs and the planner's rules are not in it.

    Parameters
    ----------
    dispersion : (P, Z, K) float
        Of the demand of the periods s to t, by ``pair(s, t)``.
    """
    releases = list_releases(problem, frame)
    return TransportProblem(
        periods=problem.periods.horizon,
        sources=list_sources(problem, releases),
        ranks=make_ranks(problem.demand_mean, dispersion),
        goods=list_goods(problem),
        routes=list_routes(problem, frame, releases).arrays(),
        places=list_places(problem, frame, releases),
        limit=np.array([row.limit for row in frame.shared], dtype=np.float64),
        ceiling=np.array([row.penalty for row in frame.shared], dtype=np.float64),
        purchases=list_purchases(problem, frame),
    )


def list_sources(problem: Problem, releases: list[Release]) -> Sources:
    """Return all stock on hand and to come, by SKU and release."""
    nodes, skus = problem.on_hand.shape
    place = {release: number for number, release in enumerate(releases) if number >= nodes}
    units: IntArray = np.zeros((skus, len(releases)), dtype=np.int64)
    units[:, :nodes] = problem.on_hand.T
    for receipt in problem.receipts:
        coming = Release(receipt.node, receipt.arrives_on.toordinal())
        units[receipt.sku, place[coming]] += receipt.quantity
    sku, release = np.nonzero(units)
    first = np.searchsorted(sku, np.arange(skus + 1))
    return Sources(first, release, units[sku, release])


def list_goods(problem: Problem) -> Goods:
    """Return what a unit of each SKU is and costs."""
    products = problem.products
    return Goods(
        products.unit_volume_m3,
        products.unit_weight_kg,
        products.shortage_cost,
        products.holding_cost,
        products.return_cost,
        problem.demand_mean.sum(axis=(0, 1)),
    )


def list_places(problem: Problem, frame: Frame, releases: list[Release]) -> Places:
    """Return who may serve whom, and where stock lies and is limited."""
    catchments = problem.catchments
    zone, server = np.nonzero(catchments.servers)
    return Places(
        np.array([release.node for release in releases], dtype=np.int64),
        np.array([lies_from(problem, frame, release.day) for release in releases], dtype=np.int64),
        np.zeros(len(releases), dtype=np.bool_),
        np.searchsorted(zone, np.arange(len(catchments.axis) + 1)),
        server,
        np.ascontiguousarray(catchments.service_cost.transpose(2, 0, 1)),
        problem.network.is_forward,
        frame.storage_row,
        frame.fill_row,
    )


def list_purchases(problem: Problem, frame: Frame) -> Purchases:
    """Return the vehicles of the departures that have some, and what each takes and gives."""
    common, count = shared_columns(problem, frame), len(problem.departures)
    kinds = np.flatnonzero(common.upper[:count] > 0)
    return Purchases(common.cost[kinds], common.upper[kinds], csc_matrix(common.matrix[:, kinds]))
