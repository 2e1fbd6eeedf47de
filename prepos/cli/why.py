"""Why a transfer is planned, and what the forecast of many cells is made of, on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.core.run import FORECAST_TOTAL, LOADS, SIGNALS, TRANSFERS
from prepos.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from prepos.core.run import RunFiles

SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldForecast:
    """What is expected of a region, a SKU, or all over the horizon, and what it is made of."""

    region: str | None
    sku: str | None
    units: float
    signals: dict[str, float]  # units
    largest: dict[str, float]  # units by region or SKU, what was not named


def told_forecast(files: RunFiles, region: str | None, sku: str | None) -> ToldForecast:
    """Return what is to be told; raises ConfigError where nothing is expected of the names."""
    if FORECAST_TOTAL not in files.frames:
        raise ConfigError("the run holds no forecast, expected one of `prepos forecast` or `plan`")
    total, signals = files.frames[FORECAST_TOTAL], files.frames[SIGNALS]
    for column, wanted in (("region_id", region), ("sku", sku)):
        if wanted is not None:
            total, signals = (f[f[column] == wanted] for f in (total, signals))
    if total.empty:
        named = " and ".join(f"{n} {v}" for n, v in (("region", region), ("SKU", sku)) if v)
        raise ConfigError(
            f"{FORECAST_TOTAL} has no {named or 'row'}, expected ids with demand above the floor"
        )
    by_signal = signals.groupby("signal")["mean"].sum().sort_values(ascending=False, kind="stable")
    return ToldForecast(
        region=region,
        sku=sku,
        units=float(total["mean"].sum()),
        signals={str(name): float(units) for name, units in by_signal.items()},
        largest=_largest(total, by="region_id" if sku is not None else "sku"),
    )


def _largest(total: pd.DataFrame, *, by: str) -> dict[str, float]:
    """Return the regions or SKUs that order most."""
    units = total.groupby(by)["mean"].sum().sort_values(ascending=False, kind="stable")
    return {str(name): float(mean) for name, mean in units.head(SHOWN).items()}


def forecast_page(told: ToldForecast, run: Path) -> RenderableType:
    """Return the forecast's signals and its largest parts."""
    of = f"{told.sku or 'all SKUs'} in {told.region or 'all regions'}"
    head = Text(f"\n{told.units:,.2f} units", "bold")
    head.append(f" of {of} are expected over the horizon, because of")
    made = _table("signal", "units", "share")
    for name, units in told.signals.items():
        made.add_row(name.replace("_", " "), f"{units:,.2f}", f"{units / told.units:.0%}")
    most = _table("region" if told.sku else "SKU", "units")
    for name, units in told.largest.items():
        most.add_row(Text(name), f"{units:,.1f}")
    more = "--region R" if told.sku else "--region R --sku K"
    hint = Text(f"prepos explain {run} {more}  tells why one of them; --transfer ID a line")
    return Group(head, made, most, hint)


def transfer_page(line: pd.Series, files: RunFiles) -> RenderableType:
    """Return one transfer: what, when, why, what it costs and saves."""
    currency = files.kpis["currency"]
    head = Text(f"\n{line['quantity']:,} x {line['sku']}", "bold")
    head.append(f"  {line['origin']} → {line['destination']} by {line['lane_id']}\n")
    head.append(f"ships {line['ship_date']:%Y-%m-%d}, arrives {line['arrival_date']:%Y-%m-%d}\n\n")
    head.append(f"{line['reason']}\n", "cyan")
    costs = _table("", currency)
    costs.add_row("expected saving, all costs taken off", f"{line['expected_saving']:,.2f}")
    costs.add_row("lane, by unit, m3 and kg", f"{line['transport_cost']:,.2f}")
    loads = files.frames[LOADS]
    for _, load in loads[loads["load_id"] == line["load_id"]].iterrows():
        sharing = int(files.frames[TRANSFERS]["load_id"].eq(load["load_id"]).sum())
        lines = "1 line" if sharing == 1 else f"{sharing} lines"
        told = f"vehicle {load['load_id']}, {load['fill']:.0%} full, carries {lines}"
        costs.add_row(told, f"{load['cost']:,.2f}")
    chance = Text(f"{line['chance_unused']:.0%} of the units are expected to lie unused at the end")
    return Group(head, costs, chance)


def _table(*columns: str) -> Table:
    """Return an empty table of one column of words and numbers after it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i else "left")
    return table
