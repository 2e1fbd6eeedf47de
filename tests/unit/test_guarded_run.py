"""A run that does no harm: where regions buy alike and stock lies near, hardly anything moves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from numpy.random import Generator

from prepos import pipeline
from prepos.cli.screen import rendered
from prepos.cli.summary import plan_page
from prepos.config import load_config
from prepos.core.kpis import kpis_schema
from prepos.core.run import TRANSFERS, RunFiles
from prepos.core.types import FloatArray

CUTOFF = date(2025, 3, 3)
WEEKS, SKUS = 30, 24
SIZES = np.array([5.0, 3.0, 2.0])  # units of a SKU and week by region, where all are alike
TABLES = {
    "nodes": "node_id,kind,latitude,longitude\nDC,origin,45,8\n"
    "F1,forward,51,9\nF2,forward,49,2\nF3,forward,40,14\n",
    "regions": "region_id,latitude,longitude\nr1,51,9\nr2,49,2\nr3,40,14\n",
    "lanes": "origin,destination,lead_time_days,cost_per_unit\n"
    + "".join(f"DC,F{i},2,0.2\n" for i in (1, 2, 3)),
    "service": "node_id,region_id,ship_cost,transit_days\n"
    + "".join(f"DC,r{i},6,3\n" for i in (1, 2, 3))
    + "".join(f"F{i},r{j},{2 if i == j else 5},1\n" for i in (1, 2, 3) for j in (1, 2, 3)),
}


def shares(*, alike: bool) -> FloatArray:
    """Return (R, K) units that regions buy of each SKU in a week; all of a SKU's are ten."""
    if alike:
        return np.repeat(SIZES[:, None], SKUS, axis=1)
    favourite = np.arange(SKUS) % len(SIZES)
    return np.where(np.arange(len(SIZES))[:, None] == favourite, 9.0, 0.5)


def make_run(folder: Path, rng: Generator, means: FloatArray, *sets: str) -> pipeline.Run:
    """Plan for regions that buy so; three weeks of what all buy alike lie in each node."""
    units = rng.poisson(means, (WEEKS, *means.shape))
    lines = ["order_id,ordered_at,sku,quantity,region_id"]
    for week, region, sku in np.argwhere(units).tolist():
        day = CUTOFF - timedelta(days=7 * (WEEKS - week) - int(rng.integers(0, 7)))
        of = f"o{week}-{region}-{sku},{day},s{sku:02d},{units[week, region, sku]},r{region + 1}"
        lines.append(of)
    stock = ["node_id,sku,on_hand"]
    for sku in range(SKUS):
        near = np.round(3.0 * SIZES).astype(int)
        stock += [f"F{i + 1},s{sku:02d},{near[i]}" for i in range(len(SIZES))]
        stock.append(f"DC,s{sku:02d},40")
    products = "sku\n" + "".join(f"s{sku:02d}\n" for sku in range(SKUS))
    texts = {**TABLES, "orders": "\n".join(lines), "stock": "\n".join(stock), "products": products}
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text.rstrip("\n") + "\n")
    tables = "".join(f'{name} = "{name}.csv"\n' for name in texts)
    (folder / "prepos.toml").write_text(f"[data]\n{tables}[time]\ncutoff = {CUTOFF}\n")
    return pipeline.make_plan(load_config(folder / "prepos.toml", sets=sets), today=CUTOFF)


def page(run: pipeline.Run, files: RunFiles) -> str:
    """Return what the command would show, blanks run together."""
    return " ".join(rendered(plan_page(files, run.folder, run.notices)).split())


@pytest.fixture
def rng() -> Generator:
    """Return what all is drawn with."""
    return np.random.default_rng(11)


def test_alike_regions_with_stock_nearby_are_left_alone(tmp_path: Path, rng: Generator) -> None:
    """Nothing moves, and it is said what was held back and why."""
    run = make_run(tmp_path / "alike", rng, shares(alike=True))
    files = pipeline.load_run(run.folder)
    assert len(files.frames[TRANSFERS]) == 0
    assert files.kpis["forecast"]["unlike_share"] < 0.03
    assert 0 < files.kpis["held_back"]["share"] < 0.01
    Draft202012Validator(kpis_schema()).validate(files.kpis)
    told = page(run, files)
    assert "Held back:" in told
    assert "stock lies near already" in told
    assert "regions buy alike" in told
    assert pipeline.verify_run(run.folder).passed


def test_regions_that_differ_are_planned_for(tmp_path: Path, rng: Generator) -> None:
    """The same stock beside favourites: moves save more than a hundredth, and are handed over."""
    run = make_run(tmp_path / "unlike", rng, shares(alike=False))
    files = pipeline.load_run(run.folder)
    assert len(files.frames[TRANSFERS]) > 0
    assert files.kpis["held_back"] is None
    assert files.kpis["forecast"]["unlike_share"] > 0.3
    saved = files.kpis["nothing"]["total_cost"] - files.kpis["plan"]["total_cost"]
    assert saved > 0.01 * files.kpis["nothing"]["total_cost"]
    assert "Why:" not in page(run, files)


def test_a_cover_longer_than_needed_is_told_with_its_numbers(
    tmp_path: Path, rng: Generator
) -> None:
    """Two days and a week to review are two weeks; four are doubted, two are not."""
    means = shares(alike=True)
    run = make_run(tmp_path / "long", rng, means, "plan.cover=4")
    (doubt,) = (notice for notice in run.notices if notice.code == "PP-PLAN-COVER")
    assert doubt.message.startswith(
        "plan.cover is 4, so stock is held for 4 weeks, expected at most 2: a longest lead time of "
        "2 days, and one period to review"
    )
    usual = make_run(tmp_path / "usual", rng, means, "plan.cover=2")
    assert "PP-PLAN-COVER" not in {notice.code for notice in usual.notices}
