"""A planner reads off the summary what moves, whether it is worth it, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from prepos.cli.screen import rendered
from prepos.cli.summary import plan_page
from prepos.core.faults import Fault
from prepos.core.run import REDIRECTS, TRANSFERS, RunFiles
from tests.unit.cli.conftest import redirects_frame

FOLDER = Path("runs/x")


def page(files: RunFiles, notices: tuple[Fault, ...] = ()) -> str:
    """Return the summary as text, blanks run together."""
    return " ".join(rendered(plan_page(files, FOLDER, notices)).split())


def test_headline_counts_what_moves(files: RunFiles) -> None:
    """Units, SKUs, vehicles, origins, nodes, the window and the first day."""
    assert (
        "The plan for 4 weeks, 2026-11-02 to 2026-11-29: move 1,030 units of 2 SKUs (2.5 m3) in "
        "1 vehicle from 2 origins to 2 nodes, the first on 2026-11-02."
    ) in page(files)


def test_worth_is_told_beside_doing_nothing(files: RunFiles) -> None:
    """Money before and after, in the run's currency; costs that are nowhere are left out."""
    told = page(files)
    assert "total cost, EUR 1,200 900 -300 (-25.0%)" in told
    assert "demand not served 500 340 -160" in told
    assert "demand served from stock 90.0% 95.0% +5.0 points" in told
    assert "mean distance to the customer 90 km 42 km -48 km" in told
    assert "handling" not in told
    assert "published" not in told
    assert "carbon" not in told
    costs = {**files.kpis["plan"], "carbon_cost": 7.0}
    assert "carbon 0 7 +7" in page(replace(files, kpis={**files.kpis, "plan": costs}))


def test_deviating_from_the_published_plan_is_told_where_it_costs(files: RunFiles) -> None:
    """Doing nothing deviates by all of it, the plan by some."""
    for way, cost in (("nothing", 30.0), ("plan", 12.0)):
        files.kpis[way]["stability_cost"] = cost
    assert "other than published 30 12 -18" in page(files)


def test_lanes_and_reasons_are_told(files: RunFiles) -> None:
    """The largest lane first, the best transfer first; markup in an id stays text."""
    told = page(files)
    assert told.index("DC2 FW2 1,000 1 2.0 1 2026-11-03") < told.index(
        "DC1 FW1 30 2 0.5 0 2026-11-02"
    )
    assert (
        "20 x [b]bread[/b] DC1 → FW1, ships 2026-11-04, saves 80 EUR saves 80 1,000 x milk" in told
    )


def test_proof_and_next_steps_are_told(files: RunFiles) -> None:
    """How good it is, where it lies, what to do with it."""
    told = page(files)
    assert "within 0.05% of the cheapest plan there is (exact, highs: optimal)" in told
    assert "prepos explain runs/x" in told


def test_empty_plan_says_so(files: RunFiles) -> None:
    """Where nothing pays, nothing is listed."""
    empty = {**files.frames, TRANSFERS: files.frames[TRANSFERS].head(0)}
    told = page(replace(files, frames=empty))
    assert "move nothing" in told
    assert "The transfers that save most" not in told


def nothing_moved(files: RunFiles, **kpis: object) -> RunFiles:
    """Return the files of a plan that moves nothing, with other figures."""
    empty = {**files.frames, TRANSFERS: files.frames[TRANSFERS].head(0)}
    return replace(files, frames=empty, kpis={**files.kpis, **kpis})


def test_stress_is_told_in_a_line(files: RunFiles) -> None:
    """What the moves save where demand stays away or lanes are late; nothing where none moves."""
    told = "Under stress the same moves save: demand x 0.5 -40 EUR (-8.0%), lead times x 2 +150 EUR"
    assert told in page(files)
    assert "stress" not in page(nothing_moved(files))


def test_what_is_held_back_is_told_with_its_worth(files: RunFiles) -> None:
    """Lines, units, saving, and how to have them all the same."""
    held = {"lines": 14, "units": 1200.0, "saving": 9.5, "share": 0.0079}
    told = page(nothing_moved(files, held_back=held))
    assert "move nothing. No transfer is expected to save enough." in told
    assert (
        "Held back: 14 transfers of 1,200 units, expected to save 9.50 EUR together: 0.79%" in told
    )
    assert "moves are handed over from 1% on (--set plan.guard=false hands them over)." in told


def test_why_little_is_to_be_gained_is_told(files: RunFiles) -> None:
    """By where stock lies, and by how alike regions buy; of a plan that moves nothing is said."""
    far = page(nothing_moved(files))
    assert "Why: as it is, 90% of demand is served from stock and 30% by the nearest node;" in far
    assert "regions buy alike" not in far
    still = {**files.kpis["nothing"], "local_share": 0.96}
    near = page(nothing_moved(files, nothing=still, forecast={"unlike_share": 0.018}))
    assert (
        "Why: stock lies near already, 96% of demand is served by the nearest node as it is; "
        "regions buy alike, 1.8% of their demand is other than one mix for all."
    ) in near
    assert "Why:" not in page(files)


def test_redirects_are_told_with_what_they_save(files: RunFiles) -> None:
    """Units, SKUs, hubs, the first of them, and the saving; nothing where none is."""
    assert "In transit" not in page(files)
    frames = {**files.frames, REDIRECTS: redirects_frame()}
    assert (
        "In transit: redirect 1,030 units of 2 SKUs at 1 hub, the first at DC1 on 2026-11-03; that "
        "saves 72 EUR against letting them go on (redirects.csv)."
    ) in page(replace(files, frames=frames, kpis={**files.kpis, "redirect_saving": 72.0}))


def test_limits_and_notices_are_told(files: RunFiles) -> None:
    """What could not be kept, and what was found in the input, the first of it."""
    slack = {"limit": "storage_m3", "place": "FW1", "quantity": 2.5, "unit": "m3"}
    notice = Fault("orders.csv", 3, "region_id", "R9", "PP-K001", "region_id is 'R9'")
    told = page(replace(files, kpis={**files.kpis, "slacks": [slack]}), (notice,) * 7)
    assert "limit not kept: storage_m3 at FW1, by 2.5 m3" in told
    assert "orders.csv line 3: region_id is 'R9' [PP-K001]" in told
    assert "and 2 more (`prepos check`)" in told
