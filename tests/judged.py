"""A planned case as the files of a run, for the second opinion to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from prepos.core.demand import Forecast
from prepos.core.run import (
    ALLOCATION,
    CATCHMENTS,
    FORECAST,
    FORECAST_TOTAL,
    LOADS,
    PUBLISHED,
    REDIRECTS,
    ROUTING,
    SUPPLY,
    TARGETS,
    TRANSFERS,
    VALUES,
    RunFiles,
)
from prepos.core.transfer import Plan, Transfer
from prepos.plan import planning_window
from prepos.plan.transport.build import Transport
from prepos.plan.transport.routes import NOWHERE
from prepos.plan.verify_book import Given
from prepos.publish import make_kpis
from prepos.publish.certificate import make_certificate
from prepos.publish.plan_frames import (
    allocation_frame,
    catchments_frame,
    loads_frame,
    pick_ids,
    redirects_frame,
    supply_frame,
    targets_frame,
    transfers_frame,
    values_frame,
)
from prepos.publish.routing import routing_frame
from tests.instances import Case, dispersion_of_spans, options_of, table_of

Rule = tuple[str, str, str, str, float]


def given_of(case: Case, *rules: Rule, frozen: int = 0, **options: object) -> Given:
    """Return what the case's plan is judged by; ``frozen`` are the first periods that stand."""
    return Given(
        network=case.network,
        products=case.products,
        stock=case.stock,
        overrides=table_of(rules),
        options=options_of(case, options),
        periods=case.demand.periods,
        floor=0.0,
        frozen=frozen,
    )


def files_of(
    case: Case, plan: Plan, standing: Sequence[Transfer] | None = None, **options: object
) -> RunFiles:
    """Return the files that the case's plan is handed over as, with what it stands on."""
    chosen = options_of(case, options)
    nodes, skus = case.network.node_axis, case.products.skus
    demand = case.grouped(plan.catchments)
    spread = dispersion_of_spans(demand, case.network, chosen)
    return RunFiles(
        frames={
            TRANSFERS: transfers_frame(plan),
            REDIRECTS: redirects_frame(plan),
            LOADS: loads_frame(plan),
            TARGETS: targets_frame(plan, nodes, skus),
            CATCHMENTS: catchments_frame(demand, spread, plan.periods),
            ALLOCATION: allocation_frame(plan, nodes, skus),
            SUPPLY: supply_frame(plan, nodes, skus),
            VALUES: values_frame(plan, nodes, skus),
            ROUTING: routing_frame(plan, case.network, skus, case.demand.total_mean),
            **forecast_frames(case.demand),
            **({} if standing is None else {PUBLISHED: published_frame(plan, standing)}),
        },
        kpis=make_kpis(plan, currency="EUR", units_forecast=0.0, units_below=0.0, unlike=0.0),
        manifest={},
        certificate=make_certificate(plan),
    )


def published_frame(plan: Plan, lines: Sequence[Transfer]) -> pd.DataFrame:
    """Return published lines as their run told them."""
    return transfers_frame(replace(plan, plan_id="before", transfers=tuple(lines)))


def planless_files(case: Case, transport: Transport, **options: object) -> RunFiles:
    """Return demand and sources alone, as a run would tell them; no source has a value."""
    chosen = options_of(case, options)
    catchments = case.catchments(chosen.near)
    demand = case.grouped(catchments)
    periods = planning_window(case.network, demand.periods, chosen)
    spread = dispersion_of_spans(demand, case.network, chosen)
    sources, skus = transport.problem.sources, case.products.skus
    sku = np.repeat(np.arange(len(skus)), np.diff(sources.first))
    release = [transport.releases[number] for number in sources.release.tolist()]
    nodes = case.network.node_axis
    ends = [(each.node, each.day) for each in release]
    starts = [
        end if each.hub == NOWHERE else (each.hub, each.hub_day)
        for each, end in zip(release, ends, strict=True)
    ]
    days = [
        np.array([date.fromordinal(day) for _, day in each], dtype="datetime64[s]")
        for each in (ends, starts)
    ]
    supply = pd.DataFrame(
        {
            "sku": pick_ids(skus, sku),
            "node_id": pick_ids(nodes, np.array([node for node, _ in ends])),
            "lies_from": days[0],
            "hub_node_id": pick_ids(nodes, np.array([node for node, _ in starts])),
            "at_hub_on": days[1],
            "units": sources.units,
            "value": 0.0,
        }
    )
    frames = {CATCHMENTS: catchments_frame(demand, spread, periods), SUPPLY: supply}
    return RunFiles(frames=frames | forecast_frames(case.demand), kpis={}, manifest={})


def forecast_frames(demand: Forecast) -> dict[str, pd.DataFrame]:
    """Return the regions' forecast by period, and its total."""
    region, sku, period = np.nonzero(demand.mean.transpose(1, 2, 0))
    starts = np.array(demand.periods.starts, dtype="datetime64[s]")
    ids = [
        pd.Series([axis[i] for i in at.tolist()], dtype=str)
        for axis, at in ((demand.regions, region), (demand.skus, sku))
    ]
    by_period = pd.DataFrame(
        {
            "region_id": ids[0],
            "sku": ids[1],
            "period_start": starts[period],
            "mean": demand.mean[period, region, sku],
        }
    )
    total = by_period.groupby(["region_id", "sku"], as_index=False)["mean"].sum()
    return {FORECAST: by_period, FORECAST_TOTAL: total}
