"""Two plans beside each other: figures, lanes and lines that differ, what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from prepos.core.run import REDIRECTS, TRANSFERS, RunFiles
from prepos.errors import ConfigError
from prepos.publish import compare_plans

COLUMNS = ("sku", "origin", "destination", "lane_id", "ship_date", "quantity", "expected_saving")
BASE = (
    ("milk", "DC", "A", "DC>A", "2026-11-02", 10, 5.0),
    ("milk", "DC", "A", "DC>A", "2026-11-02", 2, 1.0),
    ("tea", "DC", "A", "DC>A", "2026-11-02", 4, 40.0),
    ("tea", "DC", "B", "DC>B", "2026-11-03", 7, 3.0),
)
CASE = (
    ("milk", "DC", "A", "DC>A", "2026-11-02", 12, 7.0),
    ("tea", "DC", "A", "DC>A", "2026-11-02", 1, 10.0),
    ("tea", "DC", "C", "DC>C", "2026-11-02", 3, 9.0),
)


def run(
    name: str,
    lines: tuple[tuple[object, ...], ...],
    cost: float,
    *,
    off: int = 0,
    **settings: object,
) -> RunFiles:
    """Return the files of a small plan that takes some units off at a hub."""
    frame = pd.DataFrame(list(lines), columns=list(COLUMNS))
    frame["ship_date"] = pd.to_datetime(frame["ship_date"]).astype("datetime64[s]")
    return RunFiles(
        frames={TRANSFERS: frame, REDIRECTS: pd.DataFrame({"quantity": [off]})},
        kpis={
            "currency": "EUR",
            "plan": {"total_cost": cost, "fill_rate": 0.9},
            "objective": cost,
            "bound": cost - 1.0,
            "gap": 1.0 / cost,
            "method": "exact",
            "solver": "highs",
            "status": "optimal",
        },
        manifest={"run_id": name, "config": {"plan": {"near": 3, **settings}, "run": {"seed": 0}}},
    )


@pytest.fixture
def before() -> RunFiles:
    """Return the base."""
    return run("base", BASE, 100.0)


@pytest.fixture
def after() -> RunFiles:
    """Return the case."""
    return run("case", CASE, 120.0, off=4, near=1, budget=5)


def test_figures_settings_and_proof_stand_beside_each_other(
    before: RunFiles, after: RunFiles
) -> None:
    """Only settings that differ are told, figures and proof in any case."""
    told = compare_plans(before, after)
    assert (told.before, told.after, told.currency) == ("base", "case", "EUR")
    assert [(c.name, c.before, c.after) for c in told.settings] == [
        ("plan.budget", None, 5),
        ("plan.near", 3, 1),
    ]
    figures = {c.name: (c.before, c.after) for c in told.figures}
    assert figures == {
        "total_cost": (100.0, 120.0),
        "fill_rate": (0.9, 0.9),
        "redirected": (0.0, 4.0),
    }
    proof = {c.name: (c.before, c.after) for c in told.proof}
    assert proof["bound"] == (99.0, 119.0)
    assert proof["gap"] == (1 / 100, 1 / 120)


def test_lanes_are_added_removed_and_changed(before: RunFiles, after: RunFiles) -> None:
    """Units by lane, the largest change first."""
    lanes = compare_plans(before, after).lanes
    assert [(lane.lane_id, lane.before, lane.after, lane.change) for lane in lanes] == [
        ("DC>B", 7, 0, "removed"),
        ("DC>A", 16, 13, "changed"),
        ("DC>C", 0, 3, "added"),
    ]


def test_lines_that_differ_come_by_what_they_save(before: RunFiles, after: RunFiles) -> None:
    """Lines of one departure are summed first; those with the same units are left out."""
    lines = compare_plans(before, after).lines
    told = [(n.sku, n.destination, n.ship_date, n.before, n.after, n.change) for n in lines]
    assert told == [
        ("tea", "A", "2026-11-02", 4, 1, "changed"),
        ("tea", "C", "2026-11-02", 0, 3, "added"),
        ("tea", "B", "2026-11-03", 7, 0, "removed"),
    ]
    assert (lines[0].saving_before, lines[0].saving_after) == (40.0, 10.0)


def test_what_was_to_be_shipped_by_then_is_no_difference(before: RunFiles, after: RunFiles) -> None:
    """A plan made on the 3rd leaves out what the other ships on the 2nd: that is told apart."""
    late = replace(after, frames={**after.frames, TRANSFERS: after.frames[TRANSFERS][:0]})
    plans = [
        replace(plan, manifest={**plan.manifest, "config": {"time": {"cutoff": f"2026-11-0{day}"}}})
        for plan, day in ((before, 2), (late, 3))
    ]
    for pair in (plans, plans[::-1]):
        told = compare_plans(*pair)
        assert told.since == "2026-11-03"
        assert [(line.sku, line.change) for line in told.shipped] == [
            ("milk", "shipped"),
            ("tea", "shipped"),
        ]
        assert {max(line.before, line.after) for line in told.shipped} == {12, 4}
        assert [(lane.lane_id, lane.before + lane.after) for lane in told.lanes] == [("DC>B", 7)]
        assert [line.sku for line in told.lines] == ["tea"]
    same = compare_plans(plans[0], replace(late, manifest=plans[0].manifest))
    assert (same.since, same.shipped) == ("", ())
    assert {line.change for line in same.lines} == {"removed"}


def test_a_plan_does_not_differ_from_itself(before: RunFiles) -> None:
    """Lanes in use are told as the same, no line is."""
    told = compare_plans(before, before)
    assert told.lines == ()
    assert told.settings == ()
    assert {lane.change for lane in told.lanes} == {"same"}


def test_plans_that_move_nothing_can_be_compared(before: RunFiles) -> None:
    """Everything the other moves is added."""
    frames = {**before.frames, TRANSFERS: before.frames[TRANSFERS].head(0)}
    nothing = replace(before, frames=frames)
    assert {line.change for line in compare_plans(nothing, before).lines} == {"added"}
    assert compare_plans(nothing, nothing).lanes == ()


def test_other_money_and_no_plan_are_refused(before: RunFiles) -> None:
    """What cannot be set side by side is named."""
    dollars = replace(before, kpis={**before.kpis, "currency": "USD"})
    with pytest.raises(ConfigError, match=r"run\.currency is USD, expected EUR as in the base"):
        compare_plans(before, dollars)
    with pytest.raises(ConfigError, match="run base holds no plan to compare with"):
        compare_plans(replace(before, kpis={}), before)
