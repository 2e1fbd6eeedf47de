"""Online Retail as it is: what is refused is named to the line, and the rest can be planned."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import online_retail
import pandas as pd
import pytest
from commands import Outcome, run_prepos, walk_the_path

pytestmark = pytest.mark.shared_data
NO_UNITS = 10_624  # lines of 0 units or less, cancellations among them
BAD_DEBTS = 2  # lines of a negative price
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


def test_every_faulty_line_is_counted_and_those_listed_are_faulty(
    config: Path, refused: Outcome
) -> None:
    """Refused are just the lines of no units and of a negative price, listed or summed up."""
    lines = pd.read_csv(config.parent / "orders.csv", dtype=str, keep_default_na=False)
    faulty = (lines["quantity"].astype(int) <= 0) | (lines["unit_price"].astype(float) < 0)
    rejects = pd.read_csv(config.parent / "out" / "refused" / "rejects.csv", dtype=str)
    listed, summed = (rejects[(rejects["line"] == "0") == whole] for whole in (False, True))
    counts = Counter(listed["column"]) + Counter(
        dict(zip(summed["column"], summed["value"].astype(int), strict=True))
    )

    assert refused.code == 3
    assert counts == {"quantity": NO_UNITS, "unit_price": BAD_DEBTS}
    assert set(listed["line"].astype(int)) <= {int(row) + 2 for row in lines.index[faulty]}


def test_rest_can_be_planned_with(config: Path, refused: Outcome) -> None:
    """With cancellations dropped and the two lines named taken out, the whole path succeeds."""
    only_debts = run_prepos("check", "-c", config, "--out", config.parent / "out" / "debts", *DROP)
    rejected = [fault["line"] for fault in only_debts.payload["faults"]]
    assert rejected == online_retail.bad_debts(config.parent)
    online_retail.leave_out(config.parent, rejected)

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
