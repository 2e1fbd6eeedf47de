"""A plan on one screen: what moves, whether it is worth it, why, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from prepos.cli.doubts import counted, held_line, stress_line, why_little
from prepos.cli.signals_page import signals_line
from prepos.core.run import LOADS, REDIRECTS, TRANSFERS

if TYPE_CHECKING:
    import pandas as pd

    from prepos.core.faults import Fault
    from prepos.core.run import RunFiles

LANES_SHOWN, TRANSFERS_SHOWN, NOTICES_SHOWN = 10, 5, 5
COSTS = {
    "total_cost": "total cost",
    "shortage_cost": "  demand not served",
    "service_cost": "  serving customers",
    "transport_cost": "  lanes",
    "vehicle_cost": "  vehicles",
    "handling_cost": "  handling",
    "carbon_cost": "  carbon",
    "holding_cost": "  holding stock",
    "return_cost": "  stranded stock",
    "stability_cost": "  other than published",
}


def plan_page(files: RunFiles, folder: Path, notices: Sequence[Fault]) -> RenderableType:
    """Return the summary of a run that holds a plan."""
    transfers, kpis = files.frames[TRANSFERS], files.kpis
    parts: list[RenderableType] = [headline(transfers, kpis), worth_table(kpis)]
    if len(transfers):
        parts += [lane_table(transfers, files.frames[LOADS]), best_transfers(transfers, kpis)]
    moved = len(transfers)
    parts += [held_line(kpis), why_little(kpis, moved), stress_line(kpis, moved)]
    parts += [redirect_line(files.frames[REDIRECTS], kpis), slack_lines(kpis)]
    parts += [notice_lines(notices), signals_line(files.fitted)]
    parts += [proof_line(kpis), next_steps(folder)]
    return Group(*(part for part in parts if part))


def headline(transfers: pd.DataFrame, kpis: Mapping[str, Any]) -> Text:
    """Return in a sentence what the plan does and for when."""
    window = kpis["window"]
    cutoff = date.fromisoformat(window["cutoff"])
    end = cutoff + timedelta(days=window["periods"] * window["period_days"] - 1)
    span = f"{window['periods']} {'weeks' if window['period_days'] == 7 else 'days'}"
    text = Text(f"\nThe plan for {span}, {cutoff} to {end}: ", style="bold")
    if not len(transfers):
        pays = "expected to save enough" if kpis["held_back"] else "expected to pay for itself"
        return text.append(f"move nothing. No transfer is {pays}.")
    plan = kpis["plan"]
    vehicles = f" in {counted(plan['loads'], 'vehicle')}" if plan["loads"] else ""
    return text.append(
        f"move {counted(int(transfers['quantity'].sum()), 'unit')} of "
        f"{counted(transfers['sku'].nunique(), 'SKU')} ({plan['volume_m3']:,.1f} m3){vehicles} "
        f"from {counted(transfers['origin'].nunique(), 'origin')} to "
        f"{counted(transfers['destination'].nunique(), 'node')}, "
        f"the first on {transfers['ship_date'].min():%Y-%m-%d}."
    )


def worth_table(kpis: Mapping[str, Any]) -> Table:
    """Return the plan beside doing nothing, money first."""
    before, after = kpis["nothing"], kpis["plan"]
    table = _table("", "doing nothing", "this plan", "change")
    for name, told in COSTS.items():
        if name == "total_cost" or before[name] or after[name]:
            total = name == "total_cost"
            table.add_row(
                f"{told}, {kpis['currency']}" if total else told,
                f"{before[name]:,.0f}",
                f"{after[name]:,.0f}",
                f"{after[name] - before[name]:+,.0f}{_share(before, after) if total else ''}",
                style="bold" if total else "",
            )
    for name, told in (
        ("fill_rate", "demand served from stock"),
        ("local_share", "served by the nearest node"),
    ):
        points = f"{100 * (after[name] - before[name]):+.1f} points"
        table.add_row(told, f"{before[name]:.1%}", f"{after[name]:.1%}", points)
    table.add_row(
        "mean distance to the customer",
        *(f"{way['mean_distance_km']:,.0f} km" for way in (before, after)),
        f"{after['mean_distance_km'] - before['mean_distance_km']:+,.0f} km",
    )
    return table


def lane_table(transfers: pd.DataFrame, loads: pd.DataFrame) -> Table:
    """Return what moves from where to where, the largest first."""
    table = _table("from", "to", "units", "SKUs", "m3", "vehicles", "first ships", words=2)
    vehicles = loads.groupby(["origin", "destination"]).size()
    lanes = transfers.groupby(["origin", "destination"]).agg(
        units=("quantity", "sum"),
        skus=("sku", "nunique"),
        volume=("volume_m3", "sum"),
        first=("ship_date", "min"),
    )
    lanes = lanes.sort_values(["units"], ascending=False, kind="stable")
    for pair, lane in lanes.head(LANES_SHOWN).iterrows():
        origin, destination = cast("tuple[str, str]", pair)
        table.add_row(
            Text(origin),
            Text(destination),
            f"{lane['units']:,}",
            f"{lane['skus']:,}",
            f"{lane['volume']:,.1f}",
            f"{vehicles.get((origin, destination), 0):,}",
            f"{lane['first']:%Y-%m-%d}",
        )
    if len(lanes) > LANES_SHOWN:
        table.caption = f"and {len(lanes) - LANES_SHOWN} more"
    return table


def best_transfers(transfers: pd.DataFrame, kpis: Mapping[str, Any]) -> RenderableType:
    """Return the transfers that save most, with their reasons."""
    best = transfers.sort_values("expected_saving", ascending=False, kind="stable")
    lines: list[RenderableType] = [Text("The transfers that save most", style="bold")]
    for _, line in best.head(TRANSFERS_SHOWN).iterrows():
        told = Text(f"{line['quantity']:,} x {line['sku']}", style="cyan")
        told.append(
            f"  {line['origin']} → {line['destination']}, ships {line['ship_date']:%Y-%m-%d}, "
            f"saves {line['expected_saving']:,.0f} {kpis['currency']}",
            style="default",
        )
        lines += [Padding(told, (0, 0, 0, 2)), Padding(Text(line["reason"], "dim"), (0, 0, 0, 4))]
    return Group(*lines, Text())


def redirect_line(redirects: pd.DataFrame, kpis: Mapping[str, Any]) -> Text:
    """Return what is taken off at hubs, and what that is worth; empty where nothing is."""
    if not len(redirects):
        return Text()
    first = redirects.sort_values(["at_hub_on", "hub_node_id", "sku"], kind="stable").iloc[0]
    text = Text().append("In transit: ", style="bold")
    return text.append(
        f"redirect {counted(int(redirects['quantity'].sum()), 'unit')} of "
        f"{counted(redirects['sku'].nunique(), 'SKU')} at "
        f"{counted(redirects['hub_node_id'].nunique(), 'hub')}, the first at "
        f"{first['hub_node_id']} on {first['at_hub_on']:%Y-%m-%d}; that saves "
        f"{kpis['redirect_saving']:,.0f} {kpis['currency']} against letting them go on "
        f"({REDIRECTS}).\n"
    )


def slack_lines(kpis: Mapping[str, Any]) -> Text:
    """Return the limits that could not be kept; empty where all were."""
    text = Text()
    for slack in kpis["slacks"]:
        where = f" at {slack['place']}" if slack["place"] else ""
        by = f"{slack['quantity']:,.3g} {slack['unit']}"
        text.append(f"limit not kept: {slack['limit']}{where}, by {by}\n", style="red")
    return text


def notice_lines(notices: Sequence[Fault]) -> Text:
    """Return the first notices of the input; empty where there is none."""
    if not notices:
        return Text()
    text = Text().append("To know about the input\n", style="bold")
    for notice in notices[:NOTICES_SHOWN]:
        text.append(f"  {notice}\n", style="yellow")
    if len(notices) > NOTICES_SHOWN:
        text.append(f"  and {len(notices) - NOTICES_SHOWN} more (`prepos check`)\n", style="yellow")
    return text


def proof_line(kpis: Mapping[str, Any]) -> Text:
    """Return how good the plan is known to be."""
    return Text(
        f"Proven to be within {kpis['gap']:.2%} of the cheapest plan there is "
        f"({kpis['method']}, {kpis['solver']}: {kpis['status']}); every line checked apart."
    )


def next_steps(folder: Path) -> Text:
    """Return where the run lies and what to do with it."""
    return Text(
        f"\nThe run: {folder}\n"
        f"  {folder / TRANSFERS}  the transfers, one a line\n"
        f"  prepos explain {folder}  why each one, and what the forecast is made of\n"
        f"  prepos verify {folder}  check it again"
    )


def _table(*columns: str, words: int = 1) -> Table:
    """Return an empty table; columns after the first words hold numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption_justify="left")
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i < words else "right")
    return table


def _share(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Return the change of the total as a share, where there is something to share."""
    total = before["total_cost"]
    return f" ({(after['total_cost'] - total) / total:+.1%})" if total else ""
