"""``prepos backtest``: who forecasts best on these orders."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Out, Quiet, Sets, read_config
from prepos.cli.screen import Screen

Origins = Annotated[
    int, Option("--origins", metavar="N", help="Past cutoffs to forecast from, one period apart.")
]
Models = Annotated[
    list[str] | None,
    Option(
        "--model",
        metavar="NAME",
        help="A model of ours to try beside forecast.model; else the simple ones. Repeatable.",
    ),
]
Peers = Annotated[
    list[str] | None,
    Option(
        "--peer",
        metavar="NAME",
        help="A peer to try, or all; else those that need no extra. Repeatable.",
    ),
]
SampleSkus = Annotated[
    int,
    Option(
        "--sample-skus",
        metavar="N",
        help="Score so many SKUs, spread evenly over the volumes; 0 is all.",
    ),
]


def backtest(
    config: ConfigFile = None,
    origins: Origins = 8,
    models: Models = None,
    peers: Peers = None,
    sample_skus: SampleSkus = 0,
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Try the forecast against other models and peers on past cutoffs, and write the scores.

    Cutoffs are done beside each other with run.executor=process or dask.
    """
    from prepos import pipeline
    from prepos.cli.paths import from_here
    from prepos.cli.scores_page import scores_page
    from prepos.core.run import COVERAGE, SCORES, SPEEDS

    screen = Screen(as_json=as_json, quiet=quiet)
    settings = read_config(config, case, sets)
    trial = pipeline.Trial(
        origins=origins,
        models=tuple(models or ()),
        peers=tuple(peers or ()),
        sample_skus=sample_skus,
    )
    with screen.progress(settings.run.log) as progress:
        run = pipeline.run_backtest(settings, trial, out, progress)
        files = pipeline.load_run(run.folder)
    folder = from_here(run.folder)
    tables = {"scores": SCORES, "coverage": COVERAGE, "speeds": SPEEDS}
    payload: dict[str, Any] = {
        "run": str(folder),
        "run_id": files.manifest["run_id"],
        **files.kpis,
        **{name: files.frames[file].to_dict("records") for name, file in tables.items()},
        "notices": [str(notice) for notice in run.notices],
    }
    screen.show(scores_page(files, folder), payload, folder=folder)
