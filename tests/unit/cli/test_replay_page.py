"""A replay on one screen: what is known is told, what is not stays empty."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from rich.console import Console

from prepos.cli.replay_page import replay_page
from prepos.core.run import REPLAY, RUN_TABLES, RunFiles

NAN = float("nan")


def row(policy: str, cost: float, **cells: object) -> dict[str, object]:
    """Return a line of ``replay.csv``; what is not given is not known."""
    known: dict[str, object] = dict.fromkeys(RUN_TABLES[REPLAY], NAN)
    known |= {"setting": "", "frontier": "", "policy": policy, "total_cost": cost}
    return known | {"shortage_cost": 40.0, "service_cost": cost - 40.0} | cells


def page(*rows: dict[str, object], sweep: str = "") -> str:
    """Return the page as text."""
    kpis = {
        "currency": "EUR",
        "judged": "prepos",
        "sweep": sweep,
        "window": {"from": "2026-08-03", "to": "2026-09-27", "period_days": 7, "periods": 8},
        "settings": [{"setting": "", "best_baseline": "newsvendor"}],
    }
    files = RunFiles(frames={REPLAY: pd.DataFrame(rows)}, kpis=kpis, manifest={})
    console = Console(file=io.StringIO(), width=160, highlight=False)
    console.print(replay_page(files, Path("runs/r"), ()))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_policies_stand_beside_nothing_and_foresight() -> None:
    """Costs, shares and intervals; foresight has no gap to close."""
    told = page(
        row("nothing", 1000.0, saving=0.0, gap_closed=0.0),
        row(
            "prepos",
            800.0,
            saving=0.2,
            gap_closed=0.5,
            gap_closed_low=0.41,
            gap_closed_high=0.59,
            left_ratio=0.789,
            left_ratio_low=0.708,
            left_ratio_high=0.924,
        ),
        row("foresight", 600.0, saving=0.4),
    )
    assert "2026-08-03 to 2026-09-27 served anew, 8 weeks" in told
    (line,) = (line for line in told.splitlines() if line.split()[:2] == ["prepos", "800"])
    assert line.split(maxsplit=4)[2:4] == ["20.0%", "50.0%"]
    assert "41.0% to 59.0%" in line
    assert "0.789   0.708 to 0.924" in line
    assert "newsvendor" in told
    assert "nan" not in told


def test_costs_that_nobody_has_are_left_out() -> None:
    """No vehicles, no carbon: no line for them."""
    told = page(row("nothing", 1000.0), row("prepos", 800.0))
    assert "serving customers" in told
    assert "vehicles" not in told
    assert "carbon" not in told


def test_sweep_has_a_line_a_value_and_marks_the_frontier() -> None:
    """The plan's rows alone."""
    told = page(
        row("prepos", 800.0, setting="plan.near=1", frontier="yes", fill_rate=0.9),
        row("prepos", 900.0, setting="plan.near=2", frontier="no", fill_rate=0.9),
        sweep="plan.near=1,2",
    )
    end = told[told.index("prepos by plan.near") :].splitlines()
    (first,) = (line for line in end if line.strip().startswith("plan.near=1"))
    (second,) = (line for line in end if line.strip().startswith("plan.near=2"))
    assert "760" in first
    assert first.rstrip().endswith("frontier")
    assert "frontier" not in second


def test_expired_units_are_told_where_there_are_some() -> None:
    """A column more, of all policies; none where nothing spoils."""
    some = page(row("nothing", 900.0, expired=12.0), row("foresight", 600.0))
    assert "expired" in some
    assert " 12 " in some
    assert "expired" not in page(row("nothing", 900.0, expired=0.0), row("foresight", 600.0))
