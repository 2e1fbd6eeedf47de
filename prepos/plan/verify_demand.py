"""Second opinion on demand: the catchments made again, and their sums over the regions' forecast.

Knows nothing of any model; stands on the network, ``forecast.parquet`` and ``catchments.parquet``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from prepos.core.axes import Axis, make_axis
from prepos.core.run import CATCHMENTS, FORECAST, FORECAST_TOTAL, SIGNALS, RunFiles, is_quantile
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import Where, check_equal, check_holds
from prepos.plan.verify_ranks import AS_IF_CERTAIN, Cells
from prepos.plan.verify_relief import Relief, find_relief
from prepos.plan.verify_spans import find_spans
from prepos.plan.verify_spare import Spare, find_spare
from prepos.plan.verify_transfers import named, shown

NOBODY = "unserved"


@dataclass(frozen=True, eq=False, kw_only=True)
class Areas:
    """The catchments as the inputs and the forecast give them.

    Attributes
    ----------
    of_region : (R,) int
    cheapest : (Z,) int
        Node position, -1 where nobody serves.
    servers : (Z, N) bool
    cost, distance : (S + 1, K) float
        Currency and km per unit of each pair of catchment and server, in the order of ``servers``,
        regions weighted by their total forecast; 0 of who may not serve.
    mean : (T, Z, K) float
    dispersion : (P, Z, K) float
        From ``catchments.parquet``: of each period, and of each span of the window in the order of
        ``list_spans``; below 0 where the plan was made as if demand were certain.
    good_for : (K,) int
        Periods of the window that begin before a SKU's shelf life, from the cutoff on, ends.
    relief : Relief
        Who serves the orders that stock on its way comes too late for.
    spare : Spare
        What is left at origins serves.
    """

    axis: Axis
    of_region: IntArray
    cheapest: IntArray
    servers: BoolArray
    cost: FloatArray
    distance: FloatArray
    mean: FloatArray
    dispersion: FloatArray
    good_for: IntArray
    relief: Relief
    spare: Spare

    @cached_property
    def pair(self) -> IntArray:
        """(Z, N) the position of each pair, the last where a node may not serve."""
        return np.where(self.servers, np.cumsum(self.servers).reshape(self.servers.shape), 0) - 1

    def cells(self, catchment: IntArray, sku: IntArray) -> Cells:
        """Return the demand of pairs (C,) of catchment and SKU."""
        demand = self.mean[:, catchment, sku], self.dispersion[:, catchment, sku]
        return Cells(*demand, self.good_for[sku])


def find_areas(run: RunFiles, given: Given) -> tuple[Areas, list[Check]]:
    """Return the catchments and their demand, and the checks of the files they come from."""
    names, cheapest_of = name_catchments(given)
    axis = make_axis("catchment_id", names)
    of_region = axis.positions(names)
    regions = given.network.region_axis
    axes = {"region_id": regions, "sku": given.skus}
    total, checks = find_rows(run, FORECAST_TOTAL, axes, given, key="sku")
    weight = np.zeros((len(regions), len(given.skus)))
    weight[total.at["region_id"], total.at["sku"]] = total["mean"]
    mean, dispersion, found = find_spans(run, given, axis)
    checks += found
    if not given.options.tranches:
        dispersion = np.full_like(dispersion, AS_IF_CERTAIN)
    service = given.network.service
    servers = np.array([allowed_servers(given, of_region == z) for z in range(len(axis))])
    cost = weigh(service.ship_cost, weight, of_region, servers)
    distance = weigh(service.distance_km, weight, of_region, servers)
    relief = find_relief(given, servers, cost, mean, dispersion)
    areas = Areas(
        axis=axis,
        of_region=of_region,
        cheapest=np.array([cheapest_of[name] for name in axis], dtype=np.int64),
        servers=servers,
        cost=cost,
        distance=distance,
        mean=mean,
        dispersion=dispersion,
        good_for=fresh_periods(given),
        relief=relief,
        spare=find_spare(given, servers, cost, distance, mean, relief.share),
    )
    return areas, checks + check_signals(run, given, weight) + check_sums(run, given, areas)


def fresh_periods(given: Given) -> IntArray:
    """Return (K,) how many of the window's periods begin before each SKU's shelf life ends."""
    starts = np.arange(given.window.horizon) * given.periods.days
    sold = starts[:, None] < given.products.shelf_life_days[None, :]
    return np.asarray(sold.sum(axis=0), dtype=np.int64)


def name_catchments(given: Given) -> tuple[list[str], dict[str, int]]:
    """Return each region's catchment, and each catchment's cheapest node.

    Regions with one cheapest node and the same possible servers are one catchment, numbered in the
    order of regions.
    """
    cost = given.network.service.ship_cost
    groups: dict[tuple[int, tuple[bool, ...]], str] = {}
    cheapest_of = {}
    names = []
    for costs in cost.T:
        possible = tuple(np.isfinite(costs).tolist())
        cheapest = int(np.argmin(costs)) if any(possible) else -1
        key = (cheapest, possible)
        if key not in groups:
            number = 1 + sum(node == cheapest for node, _ in groups)
            node_id = given.nodes[cheapest] if cheapest >= 0 else NOBODY
            groups[key] = node_id if number == 1 else f"{node_id}#{number}"
            cheapest_of[groups[key]] = cheapest
        names.append(groups[key])
    return names, cheapest_of


def allowed_servers(given: Given, members: BoolArray) -> BoolArray:
    """Return (N,) who may serve: the nearest few by mean cost, and every origin that can."""
    mean = given.network.service.ship_cost[:, members].mean(axis=1)
    rank = np.argsort(np.argsort(mean, kind="stable"), kind="stable")
    near = rank < given.options.near
    allowed: BoolArray = np.isfinite(mean) & (near | ~given.network.is_forward)
    return allowed


def weigh(
    values: FloatArray, weight: FloatArray, group: IntArray, servers: BoolArray
) -> FloatArray:
    """Return (S + 1, K): means over a group's regions of (N, R), weighted by (R, K) if any is."""
    means = []
    for z, allowed in enumerate(servers):
        members = group == z
        inner = weight[members]
        inner = np.where(inner.sum(axis=0) > 0, inner, 1.0)
        means.append(values[np.ix_(allowed, members)] @ (inner / inner.sum(axis=0)))
    return np.concatenate([*means, np.zeros((1, weight.shape[1]))])


def check_signals(run: RunFiles, given: Given, total: FloatArray) -> list[Check]:
    """Check that what the signals add sums to the horizon's mean (R, K), where any is told."""
    if not len(run.frames.get(SIGNALS, ())):
        return []
    axes = {"region_id": given.network.region_axis, "sku": given.skus}
    rows, checks = find_rows(run, SIGNALS, axes, given, key="signal")
    added = np.zeros_like(total)
    np.add.at(added, (rows.at["region_id"], rows.at["sku"]), rows["mean"])
    told = np.nonzero(total > 0)
    where = Where(
        SIGNALS,
        "mean",
        lambda i: f"{given.skus[int(told[1][i])]} in region {axes['region_id'][int(told[0][i])]}",
    )
    return [*checks, check_equal("signals", where, added[told], total[told], smallest=1e-6)]


def check_sums(run: RunFiles, given: Given, areas: Areas) -> list[Check]:
    """Check that a catchment's mean is the sum of its regions', but for what the floor left out."""
    regions = given.network.region_axis
    axes = {"region_id": regions, "sku": given.skus}
    rows, checks = find_rows(run, FORECAST, axes, given, key="sku")
    inside = rows.only(rows.at["period"] < given.window.horizon)
    told = np.zeros_like(areas.mean)
    z = areas.of_region[inside.at["region_id"]]
    np.add.at(told, (inside.at["period"], z, inside.at["sku"]), inside["mean"])
    left_out = given.floor * np.bincount(areas.of_region, minlength=len(areas.axis))
    excess = areas.mean - told
    room = left_out[None, :, None] + 1e-6 * (1.0 + told)
    wrong = np.argwhere((excess < -1e-6 * (1.0 + told)) | (excess > room))
    t, z, k = wrong.T
    things = [
        f"catchment {areas.axis[int(b)]} {given.skus[int(c)]} {given.window.start(int(a))}"
        for a, b, c in wrong[:50]
    ]
    check = check_holds(
        "forecast",
        Where(CATCHMENTS, "mean", named(things)),
        np.zeros(len(things), dtype=np.bool_),
        found=shown(areas.mean[t, z, k]),
        expected=lambda i: f"{told[t[i], z[i], k[i]]:.12g}, the sum of forecast.parquet",
    )
    compared = Check(name="forecast", compared=areas.mean.size - len(things))
    return [*checks, check, compared, check_quantiles(rows)]


def check_quantiles(rows: Rows) -> Check:
    """Check that quantiles rise with their level."""
    columns = sorted(filter(is_quantile, map(str, rows.frame)), key=lambda name: float(name[1:]))
    values = rows.frame[columns].to_numpy(dtype=np.float64)
    rising = (np.diff(values, axis=1) >= 0).all(axis=1) & (rows["mean"] > 0)
    return check_holds(
        "forecast",
        rows.where("mean", "region_id", "sku"),
        rising,
        found=shown(rows["mean"]),
        expected=lambda _: "a mean above 0 with quantiles that rise",
    )
