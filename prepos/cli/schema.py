"""``prepos schema``: the contract of the input tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from prepos.cli.flags import AsJson
from prepos.cli.screen import Screen, write_out
from prepos.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table as Grid

    from prepos.core.columns import Column


def schema(
    table: Annotated[
        str | None,
        Argument(metavar="[TABLE]", help="One table, or kpis for kpis.json; else a list of all."),
    ] = None,
    text: Annotated[bool, Option("--text", help="Tell it in a grid for reading.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell which tables prepos reads and writes, and what each column holds.

    One table is printed as Frictionless Table Schema (JSON), for editors and validators; the
    measures of a plan (kpis) as JSON Schema.
    """
    import json

    from prepos.core.kpis import kpis_schema
    from prepos.core.tables import ALL_TABLES

    if table == "kpis":
        write_out(json.dumps(kpis_schema(), indent=2, ensure_ascii=False) + "\n")
        return
    if table is None:
        described = {name: t.schema() for name, t in ALL_TABLES.items()}
        Screen(as_json=as_json, quiet=as_json).show(table_list(), described)
        return
    if table not in ALL_TABLES:
        from prepos.config.keys import nearest

        known = f"{', '.join(ALL_TABLES)}, kpis{nearest(table, ALL_TABLES)}"
        raise ConfigError(f"table is {table!r}, expected one of {known}")
    if text and not as_json:
        Screen().show(column_grid(ALL_TABLES[table].columns), {})
    else:
        write_out(json.dumps(ALL_TABLES[table].schema(), indent=2, ensure_ascii=False) + "\n")


def table_list() -> Grid:
    """Return every table with its meaning."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    from prepos.core.tables import ALL_TABLES, TABLES

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("table", "", "what it holds", "columns (* needed)"):
        grid.add_column(heading, no_wrap=heading == "table")
    for name, table in ALL_TABLES.items():
        columns = ", ".join(f"{c.name}{'*' if c.required else ''}" for c in table.columns)
        role = ("needed" if table.required else "") if name in TABLES else "written"
        grid.add_row(name, role, Text(table.meaning), Text(columns, "dim"))
    return grid


def column_grid(columns: tuple[Column, ...]) -> Grid:
    """Return one table's columns: what they hold, in which unit, and what an empty cell means."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("column", "needed", "holds", "unit", "if empty", "meaning"):
        grid.add_column(heading, no_wrap=heading == "column")
    for column in columns:
        cells = (column.expectation, column.unit, column.default, column.meaning)
        grid.add_row(column.name, "yes" if column.required else "", *map(Text, cells))
    return grid
