"""What was read, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.cli.faults import fault_lines
from prepos.core.faults import Fault
from prepos.core.inputs import Source


def checked_page(
    sources: Sequence[Source], notices: Sequence[Fault], folder: Path
) -> RenderableType:
    """Return the tables read, what is worth knowing of them, and what to do next."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("table")
    table.add_column("read from")
    table.add_column("rows", justify="right")
    for source in sources:
        table.add_row(source.table, Text(source.path), f"{source.rows:,}")
    told = Text("\n".join(fault_lines(notices)) + "\n", "yellow") if notices else Text()
    end = Text("The input can be planned with.", "bold")
    return Group(
        table, told, end, Text(f"  prepos plan    decides what to move\n\nThe run: {folder}")
    )
