"""The order in which nodes serve a cell is told where it is not nearest first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prepos.core.routing import serve_from
from prepos.core.run import ROUTING, RUN_TABLES
from prepos.core.transfer import Plan
from prepos.publish import routing as station
from prepos.publish.plan_frames import values_frame
from prepos.publish.routing import rank_nodes, routing_frame
from tests.instances import Case, random_case


def told(case: Case, plan: Plan) -> pd.DataFrame:
    """Return the table of a case's plan."""
    return routing_frame(plan, case.network, case.products.skus, case.demand.total_mean)


def ranked(cost: list[float], value: list[float], held: list[int]) -> list[int]:
    """Return the nodes of one cell by rank."""
    lies = np.array([held], dtype=np.bool_).T
    found = rank_nodes(np.array(cost), np.array([value]).T, lies)[:, 0]
    return [node for node in found.tolist() if node >= 0]


def test_nodes_are_ranked_by_cost_plus_value() -> None:
    """1 + 3, 2 + 0, 3 + 0.5: the middle one first; what is held by nobody is in no rank."""
    assert ranked([1.0, 2.0, 3.0], [3.0, 0.0, 0.5], [1, 1, 1]) == [1, 2, 0]
    assert ranked([1.0, 2.0, 3.0], [3.0, 0.0, 0.5], [1, 0, 1]) == [2, 0]


def test_three_are_ranked_at_most() -> None:
    """Of four the dearest is left out."""
    assert ranked([1.0, 2.0, 3.0, 4.0], [9.0, 0.0, 0.0, 0.0], [1, 1, 1, 1]) == [1, 2, 3]


def test_nearest_first_is_not_told() -> None:
    """Nor where prices are alike, nor of a single node, nor of the fourth's turn."""
    assert ranked([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [1, 1, 1]) == []
    assert ranked([1.0, 2.0], [1.0, 0.0], [1, 1]) == []
    assert ranked([1.0, 2.0], [9.0, 0.0], [1, 0]) == []
    assert ranked([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 2.0, 0.0], [1, 1, 1, 0]) == []


@pytest.mark.parametrize("seed", range(6))
def test_who_asks_down_the_list_serves_by_the_rule(seed: int) -> None:
    """Of the nodes that hold it, the first listed, else the nearest, is whom `serve_from` names."""
    case = random_case(np.random.default_rng(seed), skus=4, forwards=4, origins=2, regions=5)
    plan = case.plan(near=4, gap=0.01)
    frame, nodes, skus = told(case, plan), case.network.node_axis, case.products.skus
    assert list(frame) == list(RUN_TABLES[ROUTING])
    first = frame[frame["rank"] == 1].set_index(["region_id", "sku"])["node_id"]
    value = np.zeros_like(plan.values)
    for row in values_frame(plan, nodes, skus).itertuples():
        value[nodes.position(row.node_id), skus.position(row.sku)] = row.value
    held = station.held_somewhen(plan)
    for region, sku in np.argwhere(case.demand.total_mean > 0).tolist():
        cost = np.where(
            plan.catchments.servers[plan.catchments.of_region[region]],
            case.network.service.ship_cost[:, region],
            np.inf,
        )
        best = int(serve_from(cost, value[:, sku], held[:, sku]))
        nearest = int(serve_from(cost, np.zeros(len(cost)), held[:, sku]))
        cell = (case.network.region_axis[region], skus[sku])
        assert first.get(cell, nodes[nearest] if nearest >= 0 else None) == (
            nodes[best] if best >= 0 else None
        )


def test_only_so_many_cells_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are expected to order most; cells that order nothing never."""
    case = random_case(np.random.default_rng(3), skus=4, forwards=4, origins=2, regions=5)
    plan = case.plan(near=4, gap=0.01)
    whole = told(case, plan)
    cells = whole[["region_id", "sku"]].drop_duplicates()
    assert len(cells) > 3
    monkeypatch.setattr(station, "CELLS", 3)
    regions, skus = case.network.region_axis, case.products.skus
    most = np.argsort(-case.demand.total_mean, axis=None)[:3]
    wanted = {(regions[cell // len(skus)], skus[cell % len(skus)]) for cell in most.tolist()}
    few = told(case, plan)
    assert set(zip(few["region_id"], few["sku"], strict=True)) <= wanted
    nobody = routing_frame(plan, case.network, skus, np.zeros_like(case.demand.total_mean))
    assert len(nobody) == 0


def test_ids_stay_text_where_nothing_is_told() -> None:
    """A plan that values nothing has an empty table with its columns."""
    case = random_case(np.random.default_rng(3))
    plan = case.plan(gap=0.01)
    worthless = replace(plan, values=np.zeros_like(plan.values))
    frame = told(case, worthless)
    assert len(frame) == 0
    assert list(frame) == list(RUN_TABLES[ROUTING])
