"""``prepos doctor``: whether runs, pointer, ledger, disk, solver and clock are sound."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from typer import Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Quiet, Sets, read_config
from prepos.cli.publish import refuse_at_once
from prepos.cli.screen import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType

    from prepos.pipeline.doctor import Finding

COLOURS = {"ok": "green", "doubt": "yellow", "broken": "bold red"}


def doctor(
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    fix: Annotated[
        bool,
        Option(
            "--fix",
            help="First remove what killed commands left, and make a lost ledger anew; only while "
            "no other command is at work.",
        ),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Look at everything that publishing stands on; end in 3 where something is broken.

    Runs against their manifests, the pointer, the ledger against the folders, leftovers, the lock,
    the disk, the solver, the libraries' versions, the clock and the time zone.
    """
    screen = Screen(as_json=as_json, quiet=quiet)
    chosen = read_config(config, case, sets)
    refuse_at_once(chosen, dry_run=not fix, wait=0.0)
    from prepos.pipeline.doctor import examine, mend, refuse_broken

    removed = [str(path) for path in mend(chosen)] if fix else []
    found = examine(chosen)
    if as_json:  # one object on standard output, of what is broken or of everything
        refuse_broken(found)
    checks = [asdict(one) for one in found]
    screen.show(doctor_page(found, removed), {"checks": checks, "removed": removed})
    refuse_broken(found)


def doctor_page(found: tuple[Finding, ...], removed: list[str]) -> RenderableType:
    """Return what was looked at, how it stands, and what was found."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("looked at", "", "found"):
        table.add_column(column)
    for one in found:
        table.add_row(one.name, Text(one.state, COLOURS[one.state]), Text(one.message))
    return Group(table, *(Text(f"removed {path}") for path in removed))
