"""Superstore by postal code: regions, lanes and service are all made by prepos."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import superstore
from commands import Outcome, walk_the_path

pytestmark = pytest.mark.shared_data
LINES_NOWHERE = 25  # before the cutoff, of postal codes 05408 and 06824, which the list lacks


@pytest.fixture(scope="module")
def config(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert once."""
    return superstore.prepare(real_data, tmp_path_factory.mktemp("superstore"))


@pytest.fixture(scope="module")
def path(config: Path) -> dict[str, Outcome]:
    """Walk the path once."""
    return walk_the_path(config, config.parent / "out")


def test_a_dozen_sites_are_chosen(config: Path) -> None:
    """Two origins and ten forward nodes, each another site, on the continent."""
    nodes = pd.read_csv(config.parent / "nodes.csv")

    assert nodes["kind"].value_counts().to_dict() == {"forward": 10, "origin": 2}
    assert nodes["node_id"].is_unique
    assert nodes["longitude"].between(-125, -66).all()


def test_every_command_succeeds(path: dict[str, Outcome]) -> None:
    """Regions from cells, lanes and service from distance: the path ends with 0."""
    assert {step: outcome.code for step, outcome in path.items()} == {
        "check": 0,
        "forecast": 0,
        "plan": 0,
        "verify": 0,
    }


def test_lines_that_fall_nowhere_are_counted(path: dict[str, Outcome]) -> None:
    """Two postal codes are unknown: their lines are told, not dropped silently."""
    notices = " ".join(fault["message"] for fault in path["check"].payload["notices"])

    assert f"{LINES_NOWHERE} order lines" in notices


def test_plan_costs_no_more_than_nothing(path: dict[str, Outcome]) -> None:
    """There is no repeat signal here: the plan must do no harm."""
    kpis = path["plan"].payload["kpis"]

    assert kpis["plan"]["total_cost"] <= kpis["nothing"]["total_cost"] * (1 + 1e-9)
