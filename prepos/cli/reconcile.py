"""``prepos reconcile``: what became of a plan, by what other systems answer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Quiet, Sets, read_config
from prepos.cli.publish import DryRun, Wait, refuse_at_once
from prepos.cli.screen import Screen


def reconcile(
    run: Annotated[str, Argument(metavar="RUN", help="A run's id, its folder, current or newest.")],
    receipts: Annotated[
        Path | None,
        Option(
            "--receipts",
            metavar="FILE",
            help="CSV, CSV.gz or Parquet: transfer_id (or its exported key), status (taken, "
            "refused, shipped, received), quantity, at, document, message; `prepos schema "
            "acknowledgements` tells more.",
        ),
    ] = None,
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    dry_run: DryRun = False,
    wait: Wait = 0.0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Take in what other systems say of a plan's lines; without a file, tell where it stands.

    Parts add up; what stands there already is not counted again, and a file with nothing new ends
    in 99. All faults are told at once, with 3, and nothing is written. What was refused goes out
    again by `prepos export RUN --refused`; what is shipped and not received is in the next plan's
    receipts.
    """
    screen = Screen(as_json=as_json, quiet=quiet)
    chosen = read_config(config, case, sets)
    if receipts is not None:
        refuse_at_once(chosen, dry_run=dry_run, wait=wait)
    from prepos.cli.reconcile_page import reconcile_page
    from prepos.pipeline.reconciling import reconcile as take_in

    done = take_in(chosen, run, receipts, dry_run=dry_run, wait_s=wait)
    payload = asdict(done) | {"notices": [str(notice) for notice in done.notices]}
    screen.show(reconcile_page(done), payload, folder=chosen.runs / done.run_id)
