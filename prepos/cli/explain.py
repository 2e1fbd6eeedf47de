"""``prepos explain``: codes, transfers, what more at a node is worth, what forecasts hold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from prepos.cli.flags import AsJson, run_folder
from prepos.cli.screen import Screen
from prepos.errors import ConfigError


def explain(
    what: Annotated[str, Argument(metavar="CODE|RUN", help="A code (PP-…), or a run.")],
    transfer: Annotated[
        str | None, Option("--transfer", metavar="ID", help="Why this transfer is planned.")
    ] = None,
    node: Annotated[
        str | None,
        Option(
            "--node",
            metavar="N",
            help="What more room, vehicles or units at this node are worth, and how full it is.",
        ),
    ] = None,
    region: Annotated[
        str | None,
        Option(
            "--region",
            metavar="R",
            help="What this region's forecast is made of; with --sku also why, signal by signal.",
        ),
    ] = None,
    sku: Annotated[
        str | None, Option("--sku", metavar="K", help="What this SKU's forecast is made of.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a code of a message, a planned transfer, a node, or the signals of a forecast."""
    screen = Screen(as_json=as_json)
    if what.upper().startswith("PP-") and not Path(what).is_dir():
        explain_code(what.upper(), screen)
        return
    run = run_folder(Path(what))
    if transfer is not None:
        explain_transfer(run, transfer, screen)
    elif node is not None:
        explain_node(run, node, screen)
    elif region is not None and sku is not None:
        explain_cell(run, region, sku, screen)
    else:
        explain_forecast(run, region, sku, screen=screen)


def explain_code(code: str, screen: Screen) -> None:
    """Print what a code means and what to do; raises ConfigError where there is none."""
    from rich.text import Text

    from prepos.config.keys import nearest
    from prepos.core.codes import CODES

    family = (
        told for name, told in CODES.items() if name.endswith("*") and code.startswith(name[:-1])
    )
    found = CODES.get(code) or next(family, None)
    if found is None:
        known = f"{min(CODES)}{nearest(code, CODES)}"
        raise ConfigError(f"code is {code}, expected one that prepos tells, such as {known}")
    screen.show(Text(found.meaning), {**asdict(found), "code": code})


def explain_transfer(run: Path, transfer_id: str, screen: Screen) -> None:
    """Print one transfer with its reason and costs; raises ConfigError where there is none."""
    from prepos import pipeline
    from prepos.cli.why import transfer_page
    from prepos.core.run import TRANSFERS

    files = pipeline.load_run(run)
    frame = files.frames.get(TRANSFERS)
    rows = None if frame is None else frame[frame["transfer_id"] == transfer_id]
    if frame is None or rows is None or rows.empty:
        held = "none" if frame is None or frame.empty else f"such as {frame['transfer_id'].iloc[0]}"
        raise ConfigError(f"transfer is {transfer_id!r}, expected one of {run / TRANSFERS}: {held}")
    line = rows.iloc[0]
    payload = {name: _json_value(value) for name, value in line.items()}
    screen.show(transfer_page(line, files), {str(k): v for k, v in payload.items()})


def explain_node(run: Path, node_id: str, screen: Screen) -> None:
    """Print what more of anything at a node is worth; raises ConfigError where there is none."""
    from prepos import pipeline
    from prepos.cli.node_page import node_page
    from prepos.pipeline.node import explain_node as told_of

    with screen.progress() as progress:
        told = told_of(pipeline.load_run(run), run, node_id, progress)
    screen.show(node_page(told), asdict(told))


def explain_cell(run: Path, region: str, sku: str, screen: Screen) -> None:
    """Print why a region's forecast of a SKU is what it is; its inputs are opened again."""
    from prepos import pipeline
    from prepos.cli.cell_page import cell_page
    from prepos.pipeline.explaining import explain_cell as told_of

    with screen.progress() as progress:
        told = told_of(pipeline.load_run(run), run, region, sku, progress)
    screen.show(cell_page(told), asdict(told))


def explain_forecast(run: Path, region: str | None, sku: str | None, *, screen: Screen) -> None:
    """Print what each signal adds to the demand expected of a region, a SKU, or all."""
    from prepos import pipeline
    from prepos.cli.why import forecast_page, told_forecast

    told = told_forecast(pipeline.load_run(run), region, sku)
    screen.show(forecast_page(told, run), asdict(told))


def _json_value(value: object) -> object:
    """Return a cell that JSON can hold."""
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}"
    return value.item() if hasattr(value, "item") else value
