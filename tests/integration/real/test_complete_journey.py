"""The whole path on Complete Journey: every home store, every product type."""

from __future__ import annotations

from pathlib import Path

import complete_journey
import pandas as pd
import pytest
from commands import Outcome, walk_the_path

pytestmark = pytest.mark.shared_data
MEMORY_MB = 2048


@pytest.fixture(scope="module")
def config(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert once."""
    return complete_journey.prepare(real_data, tmp_path_factory.mktemp("journey"))


@pytest.fixture(scope="module")
def path(config: Path) -> dict[str, Outcome]:
    """Walk the path once."""
    return walk_the_path(config, config.parent / "out")


def test_tables_hold_every_line_once(config: Path) -> None:
    """2,221 product types; units are those of the source's goods."""
    orders = pd.read_parquet(config.parent / "orders.parquet")

    assert orders["sku"].nunique() == 2221
    assert orders["region_id"].nunique() == 150
    assert orders["ordered_at"].max() < pd.Timestamp("2018-01-01")
    assert not orders.duplicated(["order_id", "sku"]).any()


def test_every_command_succeeds_within_memory(path: dict[str, Outcome]) -> None:
    """Check, forecast, plan and verify end with 0 and below 2 GB."""
    assert {step: outcome.code for step, outcome in path.items()} == {
        "check": 0,
        "forecast": 0,
        "plan": 0,
        "verify": 0,
    }
    assert all(outcome.peak_mb < MEMORY_MB for outcome in path.values())


def test_forecast_is_near_what_came(config: Path, path: dict[str, Outcome]) -> None:
    """The expected units of four weeks are within a tenth of those ordered after the cutoff."""
    orders = pd.read_parquet(config.parent / "orders.parquet")
    cutoff = complete_journey.CUTOFF
    came = orders["ordered_at"].between(cutoff, cutoff + pd.Timedelta(weeks=4), "left")

    assert path["forecast"].payload["units"] == pytest.approx(
        orders.loc[came, "quantity"].sum(), rel=0.1
    )


def test_plan_pays(path: dict[str, Outcome]) -> None:
    """The plan moves stock, serves more demand from nearby, and costs less than doing nothing."""
    kpis = path["plan"].payload["kpis"]

    assert path["plan"].payload["transfers"] > 0
    assert kpis["plan"]["local_share"] > kpis["nothing"]["local_share"] + 0.1
    assert kpis["plan"]["total_cost"] < 0.95 * kpis["nothing"]["total_cost"]
    assert kpis["gap"] < 0.01
