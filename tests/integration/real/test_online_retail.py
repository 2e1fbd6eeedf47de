"""Online Retail as it is: what is refused is named to the line, and the rest can be planned."""

from __future__ import annotations

from pathlib import Path

import online_retail
import pandas as pd
import pytest
from commands import Outcome, run_prepos, walk_the_path

pytestmark = pytest.mark.shared_data
NO_UNITS = 10_624  # lines of 0 units or less, cancellations among them
NOWHERE = 453  # lines before the cutoff, of units, from an unknown country
DROP = ("--set", "ingest.cancellations=drop")


@pytest.fixture(scope="module")
def config(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert once; not a line is touched."""
    return online_retail.prepare(real_data, tmp_path_factory.mktemp("retail"))


@pytest.fixture(scope="module")
def refused(config: Path) -> Outcome:
    """Check the file as it is."""
    return run_prepos("check", "-c", config, "--out", config.parent / "out" / "refused")


def test_every_faulty_line_is_listed_and_no_other(config: Path, refused: Outcome) -> None:
    """Refused are just the lines of no units, one by one."""
    lines = pd.read_csv(config.parent / "orders.csv", dtype=str, keep_default_na=False)
    faulty = [int(row) + 2 for row in lines.index[lines["quantity"].astype(int) <= 0]]
    rejects = pd.read_csv(config.parent / "out" / "refused" / "rejects.csv", dtype=str)

    assert refused.code == 3
    assert len(faulty) == NO_UNITS
    assert rejects["line"].astype(int).tolist() == faulty
    assert set(rejects["column"]) == {"quantity"}
    assert [fault["line"] for fault in refused.payload["faults"]] == faulty


def test_rest_can_be_planned_with(config: Path) -> None:
    """With cancellations dropped, the whole path succeeds."""
    path = walk_the_path(config, config.parent / "out", *DROP)

    assert {step: outcome.code for step, outcome in path.items()} == {
        "check": 0,
        "forecast": 0,
        "plan": 0,
        "verify": 0,
    }
    kpis = path["plan"].payload["kpis"]
    assert kpis["plan"]["total_cost"] <= kpis["nothing"]["total_cost"] * (1 + 1e-9)
    notices = " ".join(fault["message"] for fault in path["check"].payload["notices"])
    assert f"{NOWHERE} order lines" in notices
