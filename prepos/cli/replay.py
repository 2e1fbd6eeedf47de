"""``prepos replay``: what the plan would have been worth on real orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from typer import Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Out, Quiet, Sets, read_config
from prepos.cli.screen import Screen

From = Annotated[
    datetime | None,
    Option(
        "--from",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="First day replayed; else eight periods before the end.",
    ),
]
To = Annotated[
    datetime | None,
    Option(
        "--to",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="Last day replayed; else the last one known.",
    ),
]
Policies = Annotated[
    list[str] | None,
    Option(
        "--policy",
        metavar="NAME",
        help="Who decides: prepos, mean, scenarios, a baseline (nothing, proportional, nearest, "
        "newsvendor, base_stock), or module:name of your own; else the usual ones. Repeatable.",
    ),
]
Variants = Annotated[
    list[str] | None,
    Option(
        "--variant",
        metavar="KEY=VALUE",
        help="The plan under other settings besides, several with ; between. Repeatable.",
    ),
]
Sweep = Annotated[
    str,
    Option(
        "--sweep",
        metavar="KEY=VALUE,VALUE",
        help="Replay everything once for each value; report.html draws the frontier.",
    ),
]
Bound = Annotated[
    bool, Option("--bound/--no-bound", help="Work out what perfect foresight would have cost.")
]


def replay(
    config: ConfigFile = None,
    first: From = None,
    last: To = None,
    policies: Policies = None,
    variants: Variants = None,
    sweep: Sweep = "",
    bound: Bound = True,
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Serve past orders anew under the plan and under simpler rules, and tell what each costs.

    The run holds every measure in replay.csv, by period in replay.parquet, and report.html: service
    against cost drawn, a point for each policy and swept value, a page to open in a browser.

    Policies, variants and sweep points go beside each other with run.executor=process or dask.
    """
    from prepos import pipeline
    from prepos.cli.paths import from_here
    from prepos.cli.replay_page import replay_page
    from prepos.core.run import REPLAY

    screen = Screen(as_json=as_json, quiet=quiet)
    settings = read_config(config, case, sets)
    stretch = pipeline.Stretch(
        first=first.date() if first else None,
        last=last.date() if last else None,
        policies=tuple(policies or ()),
        variants=tuple(variants or ()),
        sweep=sweep,
        bound=bound,
    )
    with screen.progress(settings.run.log) as progress:
        run = pipeline.run_replay(settings, stretch, out, progress)
        files = pipeline.load_run(run.folder)
    folder = from_here(run.folder)
    told = files.frames[REPLAY]
    payload: dict[str, Any] = {
        "run": str(folder),
        "run_id": files.manifest["run_id"],
        **files.kpis,
        "policies": told.astype(object).where(told.notna(), None).to_dict("records"),
        "notices": [str(notice) for notice in run.notices],
    }
    screen.show(replay_page(files, folder, run.notices), payload, folder=folder)
