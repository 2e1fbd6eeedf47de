"""The trial on the path: from the inputs to scores of models and peers, written as a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from prepos.compute import Block, Pool, Watch, open_pool
from prepos.config import Config, idle_settings, restore_config
from prepos.core.progress import SILENT, Progress
from prepos.core.run import COVERAGE, KPIS, REJECTS, SCORES, SCORES_BY_CUTOFF, SPEEDS
from prepos.core.snapshot import Snapshot
from prepos.core.types import IntArray
from prepos.errors import ConfigError
from prepos.forecast.backtest import (
    Contest,
    Judged,
    Result,
    gather,
    make_contest,
    run_peer,
    try_model,
)
from prepos.forecast.options import ForecastOptions
from prepos.forecast.peers.peer import Peer
from prepos.forecast.peers.registry import chosen_peers
from prepos.forecast.sampling import sample_skus
from prepos.forecast.spec import ModelSpec
from prepos.forecast.standings import scores_by_cutoff, standings
from prepos.pipeline.handover import Handover, Run, make_handover
from prepos.pipeline.known import Known, make_snapshot
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.score_frames import (
    coverage_frame,
    scores_by_cutoff_frame,
    scores_frame,
    speeds_frame,
)
from prepos.publish import Stopwatch, make_run_id, rejects_frame

KIND = "backtest"
SCHEMA = "prepos/backtest@1"
SIMPLE = ("naive", "moving_average", "smoothing", "counts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a backtest is to try.

    Attributes
    ----------
    origins : int
        Cutoffs, one period apart, the latest such that its whole horizon is known.
    models : tuple of str
        Specs by name, beside the configuration's own model; empty for the simple ones.
    peers : tuple of str
        Peers by name; ``all`` is every one, and none is those that need nothing installed.
    sample_skus : int
        SKUs that are scored, spread evenly over the volumes; 0 is all.
    """

    origins: int = 8
    models: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    sample_skus: int = 0

    def __post_init__(self) -> None:
        if self.sample_skus < 0:
            raise ConfigError(f"--sample-skus is {self.sample_skus}, expected 0 (all) or more")


def run_backtest(
    config: Config,
    trial: Trial,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    today: date | None = None,
) -> Run:
    """Try the configuration's model against others on past cutoffs, and write the scores.

    Raises
    ------
    ConfigError
        If a name is unknown, or the history too short for so many cutoffs.
    ExternalError
        If a peer's library is not installed.
    InputError
        With every fault found, or where there is nothing to judge by.
    WriteError
        If the run cannot be written.
    """
    watch = Stopwatch(progress)
    peers = chosen_peers(trial.peers)
    specs = chosen_specs(config, trial)
    known = open_or_refuse(config, out, watch, today)
    snapshot = make_snapshot(known, config)
    generator = np.random.default_rng(config.run.seed)
    with watch.stage("counting what came"):
        contest = make_contest(snapshot, trial.origins, choose_skus(snapshot, trial, generator))
    with open_pool(config.run.compute) as pool:
        results = try_all(specs, peers, contest, config.spec.origins, pool=pool, watch=watch)
    with watch.stage("comparing"):
        told = standings(results, contest, config.forecast.model, generator)
        frames = {
            SCORES: scores_frame(told),
            SCORES_BY_CUTOFF: scores_by_cutoff_frame(scores_by_cutoff(results, contest)),
            COVERAGE: coverage_frame(results),
            SPEEDS: speeds_frame(results, config.forecast.model),
            REJECTS: rejects_frame(()),
        }
    run = name_trial(config, out, watch, known=known, trial=trial)
    run.write(frames, {KPIS: trial_facts(config, trial, contest)})
    return Run(
        run_id=run.run_id,
        folder=run.folder,
        sources=known.sources,
        notices=(*known.notices, *idle_settings(config)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Modelling:
    """One of our models at one of the cutoffs, by its number."""

    name: str
    spec: ModelSpec
    contest: Contest
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Peering:
    """One peer at all cutoffs: what it said at earlier ones makes its widths."""

    peer: Peer
    contest: Contest
    origins: int


def try_all(
    specs: Mapping[str, ModelSpec],
    peers: Sequence[Peer],
    contest: Contest,
    origins: int,
    *,
    pool: Pool,
    watch: Watch,
) -> list[Result]:
    """Return what each model and peer did; cutoffs of our models are blocks of their own."""
    blocks: list[Block[Modelling | Peering]] = [
        Block(f"trying {name} at {cutoff}", Modelling(name, spec, contest, number))
        for name, spec in specs.items()
        for number, cutoff in enumerate(contest.cutoffs)
    ]
    blocks += [Block(f"trying {peer.name}", Peering(peer, contest, origins)) for peer in peers]
    judged: dict[str, list[Judged]] = {name: [] for name in specs}
    results = []
    made = pool.run(try_one, blocks, watch, title=f"trying, {len(blocks)} pieces in all")
    for block, found in zip(blocks, made, strict=True):
        if isinstance(found, Result):
            results.append(found)
        elif isinstance(block.given, Modelling):
            judged[block.given.name].append(found)
    ours = [gather(name, each, is_peer=False) for name, each in judged.items()]
    return [*ours, *results]


def try_one(given: Modelling | Peering) -> Judged | Result:
    """Forecast, and judge by what came."""
    if isinstance(given, Peering):
        return run_peer(given.peer, given.contest, given.origins)
    return try_model(given.spec, given.contest, given.number, ForecastOptions())


def name_trial(
    config: Config, out: Path | None, watch: Stopwatch, *, known: Known, trial: Trial
) -> Handover:
    """Return the run that is about to be made; what is tried is part of its name."""
    run = make_handover(
        config,
        out,
        watch,
        kind=KIND,
        periods=known.periods,
        tables=known.tables,
        orders=known.orders,
        sources=known.sources,
    )
    run_id = make_run_id(
        known.periods.cutoff,
        kind=KIND,
        tables=known.tables,
        orders=known.orders,
        settings={**config.as_dict(), KIND: asdict(trial)},
    )
    return replace(run, run_id=run_id, folder=out or config.runs / run_id)


def trial_facts(config: Config, trial: Trial, contest: Contest) -> dict[str, Any]:
    """Return what was tried and on what, for ``kpis.json``."""
    return {
        "schema": SCHEMA,
        "judged": config.forecast.model,
        **asdict(trial),
        "cutoffs": [cutoff.isoformat() for cutoff in contest.cutoffs],
        "horizon": contest.snapshot.periods.horizon,
        "scored_skus": len(contest.skus),
        "series": list(contest.series),
        "seed": config.run.seed,
    }


def chosen_specs(config: Config, trial: Trial) -> dict[str, ModelSpec]:
    """Return the configuration's model and those tried beside it, by name, each once."""
    names = dict.fromkeys((config.forecast.model, *(trial.models or SIMPLE)))
    return {
        name: restore_config(config.folder, {"forecast": {"model": name}}).spec for name in names
    }


def choose_skus(snapshot: Snapshot, trial: Trial, generator: np.random.Generator) -> IntArray:
    """Return the SKUs that are scored, chosen on what was known at the first cutoff."""
    count = trial.sample_skus or len(snapshot.orders.skus)
    first = snapshot.back_to(snapshot.periods.horizon + max(trial.origins, 1) - 1)
    return sample_skus(first, count, generator)
