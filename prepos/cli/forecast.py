"""``prepos forecast``: the next orders of every region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Out, Quiet, Sets, read_config, run_folder
from prepos.cli.screen import Screen

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from prepos.core.run import RunFiles

SHOWN = 8
Customers = Annotated[
    bool,
    Option("--customers", help="Tell each customer's next order, too, of those who agreed to it."),
]
Top = Annotated[
    int, Option("--top", metavar="N", min=1, help="With --customers: SKUs of each next order.")
]

Update = Annotated[
    Path | None,
    Option(
        "--update",
        metavar="RUN",
        help="Carry on the fit of an earlier forecast's or plan's run: the periods since are added "
        "and nothing is fitted. `prepos plan` always fits anew.",
    ),
]


def forecast(
    config: ConfigFile = None,
    customers: Customers = False,
    top: Top = 10,
    update: Update = None,
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Forecast what every region will order, as distributions, and write the run's files."""
    from rich.console import Group

    from prepos import pipeline
    from prepos.cli.customers_page import customers_facts, customers_page
    from prepos.cli.paths import from_here
    from prepos.cli.signals_page import signals_facts
    from prepos.core.run import FORECAST

    screen = Screen(as_json=as_json, quiet=quiet)
    chosen = read_config(config, case, sets)
    with screen.progress(chosen.run.log) as progress:
        told: dict[str, Any] = {"top": top} if customers else {}
        told |= {"update": run_folder(update, chosen)} if update else {}
        run = pipeline.make_forecast(chosen, out, progress, **told)
        files = pipeline.load_run(run.folder)
    folder = from_here(run.folder)
    frame = files.frames[FORECAST]
    payload: dict[str, Any] = {
        "run": str(folder),
        "run_id": files.manifest["run_id"],
        "rows": len(frame),
        "units": float(frame["mean"].sum()),
        "units_by_period": {
            f"{start:%Y-%m-%d}": float(units)
            for start, units in frame.groupby("period_start")["mean"].sum().items()
        },
        **signals_facts(files.fitted),
        "notices": [str(notice) for notice in run.notices],
    }
    page = forecast_page(files, folder)
    if customers:
        payload |= customers_facts(files)
        page = Group(customers_page(files), page)
    screen.show(page, payload, folder=folder)


def forecast_page(files: RunFiles, folder: Path) -> RenderableType:
    """Return the forecast by period, and the regions and SKUs that order most."""
    from rich.console import Group
    from rich.text import Text

    from prepos.cli.signals_page import signals_table
    from prepos.core.run import FORECAST, FORECAST_TOTAL

    frame, total = files.frames[FORECAST], files.frames[FORECAST_TOTAL]
    told = Text(f"\n{frame['mean'].sum():,.0f} units are expected", "bold")
    told.append(f" in {total['region_id'].nunique():,} regions and {total['sku'].nunique():,} SKUs")
    steps = f"\nThe run: {folder}\n  prepos explain {folder}  what the forecast is made of"
    trials = signals_table(files.fitted)
    return Group(
        told,
        _grid("period from", frame.assign(at=frame["period_start"].dt.strftime("%Y-%m-%d")), "at"),
        _grid("region", total, "region_id"),
        _grid("SKU", total, "sku"),
        *([] if trials is None else [trials]),
        Text(steps),
    )


def _grid(heading: str, frame: pd.DataFrame, key: str) -> RenderableType:
    """Return expected units by key, the largest first; periods in their order."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    units = frame.groupby(key)["mean"].sum()
    if key != "at":
        units = units.sort_values(ascending=False, kind="stable").head(SHOWN)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(heading, min_width=16)
    table.add_column("units expected", justify="right")
    for name, mean in units.items():
        table.add_row(Text(str(name)), f"{mean:,.0f}")
    return table
