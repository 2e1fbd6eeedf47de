"""A replay's page: the drawing and its table, whole in itself."""

from __future__ import annotations

from xml.etree import ElementTree

import pandas as pd

from prepos.core.run import REPLAY, RUN_TABLES
from prepos.report.page import replay_report

NAN = float("nan")


def row(setting: str, policy: str, cost: float, **cells: object) -> dict[str, object]:
    """Return a line of ``replay.csv``; what is not given is not known."""
    known: dict[str, object] = dict.fromkeys(RUN_TABLES[REPLAY], NAN)
    known |= {"setting": setting, "frontier": "", "policy": policy, "total_cost": cost}
    return known | {"shortage_cost": 40.0, "ordered": 100.0, "fill_rate": 0.9} | cells


def page(*rows: dict[str, object], sweep: str = "") -> str:
    """Return the page."""
    kpis = {
        "currency": "EUR",
        "judged": "prepos",
        "sweep": sweep,
        "window": {"from": "2026-08-03", "to": "2026-09-27", "period_days": 7, "periods": 8},
    }
    return replay_report(pd.DataFrame(rows), kpis)


def test_a_sweep_is_drawn_and_told() -> None:
    """Each row has a marker and a line of the table; the frontier is said in both."""
    told = page(
        row("plan.cover=1", "prepos", 200.0, frontier="yes", saving=0.1),
        row("plan.cover=2", "prepos", 260.0, frontier="no", fill_rate=0.85),
        row("plan.cover=2", "foresight", 120.0, frontier=NAN),
        sweep="plan.cover=1,2",
    )
    tree = ElementTree.fromstring(told.removeprefix("<!DOCTYPE html>\n"))
    assert len(tree.findall(".//{*}svg/{*}g")) == 3
    cells = [["".join(cell.itertext()) for cell in line] for line in tree.iter("tr")]
    assert cells[0][-1] == "frontier"
    assert cells[1] == ["plan.cover=1", "prepos", "90.0%", "", "200", "160", "10.0%", "yes"]
    assert cells[2][-1] == ""
    assert "the values of plan.cover that no other" in told


def test_nothing_is_fetched_and_nothing_runs() -> None:
    """No script, no link, no address but the name of SVG; markup in names stays words."""
    told = page(row("", '<img src="http://x/">', 200.0), row("", "prepos", 150.0))
    tree = ElementTree.fromstring(told.removeprefix("<!DOCTYPE html>\n"))
    tags = {each.tag.rpartition("}")[2] for each in tree.iter()}
    assert not tags & {"script", "img", "link", "iframe", "image", "use", "foreignObject", "a"}
    names = {name for each in tree.iter() for name in each.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "src"}
    assert "url(" not in told
    assert "@import" not in told
    assert '<img src="http://x/">' in {cell.text for cell in tree.iter("td")}


def test_where_nothing_was_ordered_nothing_is_drawn() -> None:
    """The table stands all the same."""
    told = page(row("", "prepos", 0.0, ordered=0.0, fill_rate=NAN, shortage_cost=0.0))
    assert "<svg" not in told
    assert "<td>prepos</td>" in told
