"""``prepos check``: read the input, and say everything that is wrong with it."""

from __future__ import annotations

from dataclasses import asdict

from prepos.cli.flags import AsJson, Case, ConfigFile, Out, Quiet, Sets, read_config
from prepos.cli.screen import Screen


def check(
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read every table and say all that is wrong, at once: file, line, column, what was expected.

    Refused lines go to rejects.csv of a run folder; nothing is forecast or planned.
    """
    from prepos import pipeline
    from prepos.cli.checked import checked_page
    from prepos.cli.paths import from_here

    screen = Screen(as_json=as_json, quiet=quiet)
    chosen = read_config(config, case, sets)
    with screen.progress(chosen.run.log) as progress:
        run = pipeline.check_inputs(chosen, out, progress)
    folder = from_here(run.folder)
    payload = {
        "run": str(folder),
        "tables": [asdict(source) for source in run.sources],
        "faults": [],
        "notices": [asdict(notice) for notice in run.notices],
    }
    screen.show(checked_page(run.sources, run.notices, folder), payload, folder=folder)
