"""Receipts with hubs on the embedded sample, through the commands: plan, verify, plan again."""

import json
from pathlib import Path

import pandas as pd
import pytest

from prepos.cli import main
from prepos.core.run import KPIS, REDIRECTS, TARGETS, TRANSFERS
from tests.integration.cutting_sample import cut_sample, read, write

SKUS = 8
CUTOFF = pd.Timestamp("2017-11-06")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace in which each SKU is on its way by DC1 to two forward nodes."""
    folder = cut_sample(tmp_path_factory.mktemp("hubs"), SKUS)
    skus = read(folder / "products.csv")["sku"]
    rows = [
        {
            "node_id": node,
            "sku": sku,
            "quantity": str(40 * (number % 3 + 1)),
            "arrives_on": f"{CUTOFF + pd.Timedelta(days=arrives):%Y-%m-%d}",
            "hub_node_id": "DC1" if number % 4 else "",
            "at_hub_on": f"{CUTOFF + pd.Timedelta(days=arrives - 3):%Y-%m-%d}"
            if number % 4
            else "",
        }
        for number, sku in enumerate(skus)
        for node, arrives in (("FW1", 4), ("FW2", 9))
    ]
    write(folder / "receipts.csv", pd.DataFrame(rows))
    stock = read(folder / "stock.csv")  # so little that what is in transit is wanted elsewhere
    stock["on_hand"] = (stock["on_hand"].astype(int) // 8).astype(str)
    write(folder / "stock.csv", stock)
    return folder


def plan(workspace: Path, name: str, *more: str) -> Path:
    """Plan through the command line, and return the run's folder."""
    out = workspace / "runs" / name
    settings = ["-c", str(workspace / "prepos.toml"), "--set", "plan.gap=0.01"]
    assert main(["plan", *settings, "--out", str(out), *more]) == 0
    return out


@pytest.fixture(scope="module")
def run(workspace: Path) -> Path:
    """Return the run of a first plan."""
    return plan(workspace, "first")


def test_redirects_are_planned_told_and_proven(run: Path) -> None:
    """Some units are taken off; the files agree, and the second opinion with them."""
    off, kpis = read(run / REDIRECTS), json.loads((run / KPIS).read_text())
    assert set(off["hub_node_id"]) == {"DC1"}
    assert kpis["redirect_saving"] == pytest.approx(off["saving"].astype(float).sum())
    assert kpis["redirect_saving"] > 0
    told = read(run / TARGETS)
    first = told[(told["node_id"] == "DC1") & (told["receipts"].astype(float) > 0)]
    assert first["receipts"].astype(float).sum() == off["quantity"].astype(float).sum()
    lines = read(run / TRANSFERS)
    sent_on = lines["reason"].str.contains("redirected that were on their way to FW")
    assert set(lines[sent_on]["origin"]) == {"DC1"}
    assert main(["verify", str(run)]) == 0


def test_a_redirect_of_more_than_there_is_fails(run: Path, workspace: Path) -> None:
    """A row changed is found, whatever the sums of the manifest say."""
    copy = workspace / "runs" / "tampered"
    copy.mkdir()
    for path in run.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    off = read(copy / REDIRECTS)
    off.loc[0, "quantity"] = "4000"
    write(copy / REDIRECTS, off)
    assert main(["verify", str(copy)]) != 0


def test_a_frozen_plan_keeps_its_redirects(run: Path, workspace: Path) -> None:
    """On the same data the first weeks' lines stand, supplied by what comes by."""
    settings = ("--published", str(run), "--set", "time.frozen=1")
    again = plan(workspace, "again", *settings, "--set", "plan.stability_cost=0.5")
    before, after = (read(folder / TRANSFERS) for folder in (run, again))
    first = before["ship_date"] < "2017-11-13"
    kept = set(before[first]["transfer_id"])
    assert kept <= set(after["transfer_id"])
    assert main(["verify", str(again)]) == 0


def test_both_methods_agree(run: Path, workspace: Path) -> None:
    """The other method's plan costs the same within both gaps, and passes."""
    other = (
        "exact" if json.loads((run / KPIS).read_text())["method"] == "decompose" else "decompose"
    )
    twin = plan(workspace, other, "--set", f"plan.method={other}")
    costs = [json.loads((folder / KPIS).read_text())["objective"] for folder in (run, twin)]
    assert costs[1] == pytest.approx(costs[0], rel=0.02)


def test_without_hubs_it_costs_more(run: Path, workspace: Path) -> None:
    """The same receipts without the choice: nothing is taken off."""
    frame = read(workspace / "receipts.csv")
    other = workspace.parent / f"{workspace.name}-gone"
    other.mkdir()
    for path in workspace.iterdir():
        if path.is_file():
            (other / path.name).write_bytes(path.read_bytes())
    write(other / "receipts.csv", frame.drop(columns=["hub_node_id", "at_hub_on"]))
    gone = plan(other, "gone")
    assert read(gone / REDIRECTS).empty
    kpis = [json.loads((folder / KPIS).read_text()) for folder in (run, gone)]
    assert kpis[1]["redirect_saving"] == 0
    assert kpis[0]["nothing"]["total_cost"] == pytest.approx(kpis[1]["nothing"]["total_cost"])
    assert kpis[0]["objective"] < kpis[1]["objective"]
