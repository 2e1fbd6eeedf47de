"""``prepos init``: a workspace to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from prepos.cli.flags import AsJson, Quiet
from prepos.cli.screen import Screen


def init(
    folder: Annotated[
        Path | None, Argument(metavar="[FOLDER]", help="Where to; else this folder.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write a commented configuration and empty tables to fill. Overwrites nothing."""
    from rich.text import Text

    from prepos.config.workspace import WORKSPACE, write_workspace

    written = write_workspace(folder or Path())
    told = Text("\n".join(("Written:", *(f"  {path}" for path in written), "")))
    enter = f"cd {folder} && " if folder else ""
    told.append(
        "\nThe tables hold a header and no rows yet. What to do next:\n"
        "  prepos schema    tells which tables there are, and what each column holds\n"
        f"  {enter}prepos check    tells what is still missing, until nothing is\n"
        f"  {enter}prepos plan    decides what to move"
    )
    home = folder or Path()
    payload = {"config": str(home / WORKSPACE), "files": [str(path) for path in written]}
    Screen(as_json=as_json, quiet=quiet).show(told, payload, folder=home)
