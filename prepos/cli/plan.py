"""``prepos plan``: from orders to transfers; beside the base, and as a model for any solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from prepos.cli.flags import AsJson, Case, ConfigFile, Out, Quiet, Sets, read_config, run_folder
from prepos.cli.screen import Screen
from prepos.errors import ConfigError

if TYPE_CHECKING:
    from prepos.config import Config
    from prepos.core.run import RunFiles
    from prepos.pipeline import Run

Model = Annotated[
    Path | None,
    Option(
        "--write-model",
        metavar="FILE",
        help="Write the exact model as .lp or .mps too, for any solver; the plan goes on as usual.",
    ),
]
Compare = Annotated[
    bool,
    Option(
        "--compare",
        help="With --case: plan without the case too, or take that plan from run.folder where it "
        "is, and show what differs.",
    ),
]

Published = Annotated[
    Path | None,
    Option(
        "--published",
        metavar="RUN",
        help="Stand on the plan of this run: what it ships in the first time.frozen periods stays, "
        "after them each unit that deviates costs plan.stability_cost. For example: prepos plan "
        "--published runs/last --set time.frozen=1 --set plan.stability_cost=1",
    ),
]
Strict = Annotated[
    bool,
    Option(
        "--strict",
        help="End with exit code 4 where a minimum fill is not reached; the run is written all the "
        "same, and nothing is published.",
    ),
]


Like = Annotated[
    Path | None,
    Option(
        "--like",
        metavar="RUN",
        help="Make the plan of this run again, from its manifest: same files to the byte, or a "
        "word of which input, spec or version is another. --set lies on top, and then they may be.",
    ),
]


def plan(
    config: ConfigFile = None,
    case: Case = None,
    sets: Sets = None,
    out: Out = None,
    compare: Compare = False,
    model: Model = None,
    published: Published = None,
    like: Like = None,
    strict: Strict = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Decide what to pre-position before the next orders, check it, and write the run's files.

    Moves that together save less than 1 % of what doing nothing costs are held back and told;
    plan.guard = false hands them over.

    Where limits, overrides and frozen lines contradict each other it ends with exit code 4 and
    names the least to change so that there is a plan.
    """
    screen = Screen(as_json=as_json, quiet=quiet)
    if like is not None:
        others = {"-c": config, "--case": case, "--published": published, "--write-model": model}
        refuse_beside_like(others | {"--compare": compare or None, "--strict": strict or None})
        run_again(run_folder(like), out, screen, sets or ())
        return
    if compare and case is None:
        raise ConfigError("--compare is given without a case, expected --case NAME beside it")
    chosen = read_config(config, case, sets)
    published = None if published is None else run_folder(published, chosen)
    if compare and case is not None:
        base = read_config(config, None, sets)
        run_comparison(base, chosen, case, out, screen, model, published, strict=strict)
    else:
        run_plan(chosen, out, screen, model, published, strict=strict)


def refuse_beside_like(given: Mapping[str, object]) -> None:
    """Raise ConfigError naming the flags that say what the repeated run's manifest says."""
    there = [flag for flag, value in given.items() if value is not None]
    if there:
        raise ConfigError(
            f"--like is given with {', '.join(there)}, expected --set, --out and no others: the "
            "rest is as the run's manifest says"
        )


def run_again(like: Path, out: Path | None, screen: Screen, sets: Sequence[str]) -> None:
    """Plan like an earlier run, and say whether it came out the same."""
    from rich.console import Group
    from rich.text import Text

    from prepos import pipeline
    from prepos.cli.paths import from_here
    from prepos.cli.summary import plan_page

    with screen.progress() as progress:
        again = pipeline.repeat_plan(like, out, progress, sets=sets)
        files = pipeline.load_run(again.run.folder)
    folder = from_here(again.run.folder)
    word = f"differs from run {again.like}: {', '.join(again.differs)}"
    told = word if again.differs else f"every file as in run {again.like}"
    notes = "\n".join((told, *again.changes))
    payload = plan_facts(again.run, files, None) | {
        "like": again.like,
        "changes": list(again.changes),
        "differs": list(again.differs),
    }
    page = Group(plan_page(files, folder, again.run.notices), Text(notes, "bold"))
    screen.show(page, payload, folder=folder)


def run_plan(
    config: Config,
    out: Path | None,
    screen: Screen,
    model: Path | None = None,
    published: Path | None = None,
    *,
    strict: bool = False,
) -> None:
    """Plan, and show the plan as the files tell it."""
    from prepos import pipeline
    from prepos.cli.paths import from_here
    from prepos.cli.summary import plan_page
    from prepos.pipeline.publishable import refuse_slacks

    with screen.progress(config.run.log) as progress:
        run = pipeline.make_plan(config, out, progress, model=model, published=published)
        files = pipeline.load_run(run.folder)
    folder = from_here(run.folder)
    if strict:
        refuse_slacks(files, folder)
    page = plan_page(files, folder, run.notices)
    screen.show(page, plan_facts(run, files, model), folder=folder)


def run_comparison(
    base: Config,
    config: Config,
    case: str,
    out: Path | None,
    screen: Screen,
    model: Path | None,
    published: Path | None,
    *,
    strict: bool = False,
) -> None:
    """Plan with a case and without, both on the published plan, and show what differs."""
    from prepos import pipeline
    from prepos.cli.compare_page import Names, compare_page
    from prepos.cli.paths import from_here
    from prepos.pipeline.publishable import refuse_slacks

    with screen.progress(config.run.log) as progress:
        before = pipeline.make_plan(base, None, progress, reuse=True, published=published)
        after = pipeline.make_plan(config, out, progress, model=model, published=published)
        files = pipeline.load_run(after.folder)
        told = pipeline.compare_plans(pipeline.load_run(before.folder), files)
    if strict:
        refuse_slacks(files, from_here(after.folder))
    payload = {
        **plan_facts(after, files, model),
        "base": str(from_here(before.folder)),
        "comparison": asdict(told),
    }
    names = Names(f"Case {case} beside the base", "base", case)
    screen.show(compare_page(told, names), payload, folder=from_here(after.folder))


def plan_facts(run: Run, files: RunFiles, model: Path | None) -> dict[str, Any]:
    """Return what ``--json`` tells of a plan."""
    from prepos.cli.paths import from_here
    from prepos.cli.signals_page import signals_facts
    from prepos.core.run import LOADS, REDIRECTS, TRANSFERS

    return {
        "run": str(from_here(run.folder)),
        "run_id": files.manifest["run_id"],
        "transfers": len(files.frames[TRANSFERS]),
        "redirects": len(files.frames[REDIRECTS]),
        "loads": len(files.frames[LOADS]),
        "kpis": files.kpis,
        **signals_facts(files.fitted),
        "notices": [str(notice) for notice in run.notices],
    } | ({"model": str(model)} if model else {})
