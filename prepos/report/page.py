"""A replay as one page: service against cost drawn, and the table of what is drawn.

Whole in itself: it fetches nothing, runs nothing, and every name in it is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from prepos.report.frontier import FORESIGHT, Point, draw_frontier
from prepos.report.markup import element, text

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:62rem;"
    "margin:2rem auto;padding:0 1rem}svg{width:100%;height:auto}"
    "table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}"
    "th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #e2e2e2}"
    "th{border-color:#8a8a8a}td:nth-child(-n+2),th:nth-child(-n+2){text-align:left}"
    "p{max-width:48rem}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
HEADINGS = ("setting", "policy", "served", "nearest", "cost", "but for shortages", "saved")


def replay_report(told: pd.DataFrame, kpis: Mapping[str, Any]) -> str:
    """Return the page of ``replay.csv`` and the ``kpis.json`` beside it."""
    window, judged, currency = kpis["window"], kpis["judged"], kpis["currency"]
    head = f"Orders of {window['from']} to {window['to']} served anew"
    points = list_points(told)
    chart = draw_frontier(points, judged=judged, currency=currency) if points else ""
    title = "What each policy serves, and what that costs"
    body = (
        element("h1", title),
        element("p", text(f"{head}. {explanation(kpis)}")),
        chart,
        table(told, sweeps=bool(kpis["sweep"])),
    )
    page = element(
        "html",
        element(
            "head",
            '<meta charset="utf-8" />',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}" />',
            element("title", title),
            element("style", STYLE),
        ),
        element("body", *body),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n"


def list_points(told: pd.DataFrame) -> list[Point]:
    """Return what can be drawn: rows in which something was ordered."""
    return [
        Point(
            policy=str(row["policy"]),
            setting=str(row["setting"]),
            cost=(row["total_cost"] - row["shortage_cost"]) / row["ordered"],
            served=row["fill_rate"],
            frontier=row["frontier"] != "no" and row["policy"] != FORESIGHT,
        )
        for row in told.to_dict("records")
        if row["ordered"] > 0
    ]


def explanation(kpis: Mapping[str, Any]) -> str:
    """Return what the drawing shows."""
    judged = kpis["judged"]
    drawn = (
        "Upwards more is served, to the right it costs more, shortages apart; the table tells what "
        "is drawn, and a point under the pointer its own figures."
    )
    if not kpis["sweep"]:
        return drawn
    key = kpis["sweep"].partition("=")[0]
    return (
        f"{drawn} A line joins a policy's frontier: the values of {key} that no other serves as "
        f"much as for less. Hollow points lie behind it. Values are named beside {judged}, as far "
        "as there is room."
    )


def table(told: pd.DataFrame, *, sweeps: bool) -> str:
    """Return a row for each setting and policy."""
    headings = (*HEADINGS, "frontier") if sweeps else HEADINGS
    rows = [element("tr", *(element("th", name) for name in headings))]
    for row in told.to_dict("records"):
        cells = [
            *(str(row["setting"]), str(row["policy"])),
            *(_share(row[name]) for name in ("fill_rate", "local_share")),
            *(_money(row["total_cost"]), _money(row["total_cost"] - row["shortage_cost"])),
            *(_share(row["saving"]), "yes" if row["frontier"] == "yes" else ""),
        ]
        shown = cells[: len(headings)]
        rows.append(element("tr", *(element("td", text(cell)) for cell in shown)))
    return element("table", *rows)


def _share(value: float) -> str:
    """Return a share; nothing of one that is not known."""
    return "" if math.isnan(value) else f"{value:.1%}"


def _money(value: float) -> str:
    """Return an amount in whole numbers; nothing of one that is not known."""
    return "" if math.isnan(value) else f"{value:,.0f}"
