"""Made-up shoppers keep their law, and where there is nothing to be gained nothing moves.

``tests/bench/made_orders.py`` tells the law.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prepos.cli.doubts import why_little
from prepos.config import load_config
from prepos.core.run import TRANSFERS
from prepos.pipeline import load_run, make_plan
from prepos.publish import unlike_share
from tests.bench.made_orders import ALIKE, KNOWN_WEEKS, REGIONAL, START, draw_world, prepare

CUTOFF = START + timedelta(weeks=KNOWN_WEEKS)


@pytest.fixture(scope="module")
def lines() -> dict[str, pd.DataFrame]:
    """Return the order lines of one seed under both laws."""
    laws = {"regional": REGIONAL, "alike": ALIKE}
    return {name: draw_world(np.random.default_rng(7), law).lines for name, law in laws.items()}


def test_same_seed_gives_the_same_orders(lines: dict[str, pd.DataFrame]) -> None:
    """Another seed gives others."""
    again = draw_world(np.random.default_rng(7), ALIKE).lines
    pd.testing.assert_frame_equal(again, lines["alike"])
    assert not draw_world(np.random.default_rng(8), ALIKE).lines["sku"].equals(again["sku"])


def test_regions_differ_and_customers_come_back(lines: dict[str, pd.DataFrame]) -> None:
    """Under the usual law a fifth or more is other than one mix, and half is repeated."""
    unlike, bought_before = {}, {}
    for name, table in lines.items():
        units = table.groupby(["region_id", "sku"])["quantity"].sum().unstack(fill_value=0)
        unlike[name] = unlike_share(units.to_numpy(dtype=np.float64))
        late = table[table["ordered_at"] >= CUTOFF.isoformat()]
        known = table.loc[table["ordered_at"] < CUTOFF.isoformat(), ["customer_id", "sku"]]
        marked = late.merge(known.drop_duplicates(), how="left", indicator=True)
        bought_before[name] = (marked["_merge"] == "both").mean()
    assert unlike["regional"] > 0.2 > 3.0 * unlike["alike"]
    assert bought_before["regional"] > max(0.5, bought_before["alike"] + 0.1)


def test_where_nothing_is_to_be_gained_nothing_moves(tmp_path: Path) -> None:
    """Regions buy alike and distance hardly costs anything: the plan stays still and says why."""
    config = prepare(tmp_path, seed=1, law=ALIKE, room=0.7, cutoff=CUTOFF)
    run = load_run(make_plan(load_config(config), tmp_path / "run", today=date(2026, 1, 1)).folder)
    assert not len(run.frames[TRANSFERS])
    why = str(why_little(run.kpis, 0))
    assert "moving costs about what it would save" in why
    assert "regions buy alike" in why
