"""``prepos diff``: what one plan moves, costs and serves otherwise than another."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from typer import Argument

from prepos.cli.flags import AsJson, Case, ConfigFile, Quiet, Sets, read_config
from prepos.cli.screen import Screen


def diff(
    before: Annotated[
        str, Argument(metavar="[A]", help="A run's id, its folder, or current.")
    ] = "current",
    after: Annotated[
        str, Argument(metavar="[B]", help="Likewise; or newest, the plan made last.")
    ] = "newest",
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show what plan B adds, removes and changes beside plan A, by lane and by value.

    Without names it is the newest plan beside the published one; where that is the newest, beside
    the one published before it. What the earlier plan was to ship before the later one's first day
    is told apart, as shipped since. --json lists every transfer.
    """
    from prepos import pipeline
    from prepos.cli.compare_page import Names, compare_page
    from prepos.cli.paths import from_here
    from prepos.pipeline.beside import find_pair
    from prepos.pipeline.publishable import read_plan

    chosen = read_config(config, case, sets)
    folders = find_pair(chosen, before, after)
    plans = [read_plan(folder) for folder in folders]
    told = pipeline.compare_plans(*plans)
    edited = plans[1].manifest.get("edited")
    by = f", edited from {edited['from']} by {edited['by']}," if edited else ""
    names = Names(f"Run {told.after}{by} beside {told.before}", "before", "after")
    page = compare_page(told, names)
    Screen(as_json=as_json, quiet=quiet).show(page, asdict(told), folder=from_here(folders[1]))
