"""The replay on the path: from the inputs to what each policy would have cost, written as a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from prepos.compute import open_pool
from prepos.config import Config, change_config, idle_settings
from prepos.core.periods import Periods
from prepos.core.progress import SILENT, Progress
from prepos.core.run import KPIS, REJECTS, REPLAY, REPLAY_BY_PERIOD, REPORT
from prepos.errors import ConfigError, InputError
from prepos.pipeline.contestants import FAIR, PLAN, USUAL
from prepos.pipeline.gains import Gain, best_of, weigh_gains
from prepos.pipeline.handover import Run, make_handover
from prepos.pipeline.known import Known
from prepos.pipeline.matches import Played, make_match, play
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.replay_frames import Outcome, replay_by_period_frame, replay_frame
from prepos.publish import Stopwatch, rejects_frame
from prepos.replay import measure, total
from prepos.report.page import replay_report

KIND = "replay"
SCHEMA = "prepos/replay@1"
PERIODS = 8  # replayed where nobody says from when


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is to be replayed, and who is to decide.

    Attributes
    ----------
    first, last : date or None
        None: from the cutoff on where orders after it are known, else the last eight periods; up to
        the last whole period that is known.
    policies : tuple of str
        By name; empty for the usual ones.
    variants : tuple of str
        The plan under other settings besides: ``KEY=VALUE``, several with ``;`` between.
    sweep : str
        ``KEY=VALUE,VALUE``: everything once for each value; empty for once as it is.
    bound : bool
        Whether perfect foresight is worked out.
    """

    first: date | None = None
    last: date | None = None
    policies: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    sweep: str = ""
    bound: bool = True

    def mapping(self) -> dict[str, Any]:
        """Return it as the manifest tells it: days in ISO."""
        days = {"first": self.first, "last": self.last}
        return asdict(self) | {name: day and day.isoformat() for name, day in days.items()}


def run_replay(
    config: Config,
    stretch: Stretch,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    today: date | None = None,
) -> Run:
    """Serve past orders anew under each policy, and write what that would have cost.

    Raises
    ------
    ConfigError
        If a name or a setting is unknown, or the days are not whole periods that are known.
    InputError
        With every fault found.
    SolverError
        If no plan was found in time at some decision.
    WriteError
        If the run cannot be written.
    """
    watch = Stopwatch(progress)
    cutoff, until = config.time.cutoff, stretch.last and stretch.last + timedelta(days=1)
    matches = []
    with open_pool(config.run.compute) as pool:
        for setting in list_settings(stretch.sweep):
            changed = change_config(config, [setting]) if setting else config
            changed = replace(changed, time=replace(changed.time, cutoff=until))
            known = open_or_refuse(changed, out, watch, today)
            periods = replayed_periods(known, stretch, cutoff)
            matches.append(
                make_match(
                    changed,
                    known,
                    periods,
                    setting=setting,
                    names=stretch.policies or USUAL,
                    variants=stretch.variants,
                    bound=stretch.bound,
                )
            )
        outcomes = [weigh(played) for played in play(matches, pool, watch)]
    run = make_handover(
        config,
        out,
        watch,
        kind=KIND,
        periods=known.periods,
        tables=known.tables,
        orders=known.orders,
        sources=known.sources,
        wishes={KIND: stretch.mapping()},
    )
    frames = {
        REPLAY: replay_frame(outcomes),
        REPLAY_BY_PERIOD: replay_by_period_frame(outcomes),
        REJECTS: rejects_frame(()),
    }
    kpis = facts(config, stretch, periods, outcomes)
    run.write(frames, {KPIS: kpis}, pages={REPORT: replay_report(frames[REPLAY], kpis)})
    notices = (*known.notices, *idle_settings(config))
    return Run(run_id=run.run_id, folder=run.folder, sources=known.sources, notices=notices)


def list_settings(sweep: str) -> list[str]:
    """Return ``KEY=VALUE`` for each value of a sweep; one empty setting without a sweep."""
    if not sweep:
        return [""]
    key, equals, values = sweep.partition("=")
    listed = [value.strip() for value in values.split(",") if value.strip()]
    if not equals or not key.strip() or not listed:
        raise ConfigError(
            f"--sweep {sweep!r}: expected KEY=VALUE,VALUE such as plan.shortage_cost=1,2,4"
        )
    return [f"{key.strip()}={value}" for value in listed]


def replayed_periods(known: Known, stretch: Stretch, cutoff: date | None) -> Periods:
    """Return the whole periods that are replayed; raises ConfigError where they are not known.

    ``known`` reaches up to the last day asked for, or the last there is an order of.
    """
    days, end = known.periods.days, known.periods.cutoff
    if known.orders is None or not len(known.orders):
        raise InputError(f"no order was placed before {end}, expected some to replay")
    first_day, last_day = (known.orders.at[i].astype("datetime64[D]").item() for i in (0, -1))
    last = end - timedelta(days=1)
    first = stretch.first or cutoff
    if first is None or (first >= end and stretch.first is None):
        first = end - timedelta(days=days * PERIODS)
    count = (end - first).days // days
    whole = first + timedelta(days=days * max(count, 1) - 1)
    fits = count >= 1 and (stretch.last is None or whole == last)
    rules = (
        ("--to", last, f"{last_day}, the last order's day, or earlier", last <= last_day),
        ("--to", last, f"the end of a period of {days} days from {first}, such as {whole}", fits),
        (
            "--from",
            first,
            f"{first_day + timedelta(days=days)} or later: a period must be known before",
            first >= first_day + timedelta(days=days),
        ),
    )
    problems = [f"{flag} is {found}, expected {want}" for flag, found, want, ok in rules if not ok]
    if problems:
        raise ConfigError("; ".join(problems))
    return Periods(cutoff=first, days=days, horizon=count)


def weigh(played: Played) -> Outcome:
    """Return what one setting's replays measured."""
    match, replayed = played.match, played.replayed
    config, network = match.config, match.course.network
    bound = played.bounds[0] if played.bounds else None
    price = config.plan.carbon_price
    by_period = {
        name: measure(each, network, carbon_price=price) for name, each in replayed.items()
    }
    costs = {
        name: np.array([period.total_cost for period in periods])
        for name, periods in by_period.items()
    }
    generator = np.random.default_rng(config.run.seed)
    least = None if bound is None else bound.by_period
    gains: dict[str, Gain] = weigh_gains(costs, least, FAIR, generator)
    return Outcome(
        setting=match.setting,
        periods=match.course.periods,
        totals={name: total(each, network, carbon_price=price) for name, each in replayed.items()},
        by_period=by_period,
        gains=gains,
        bound=bound,
        best_baseline=best_of(costs, FAIR),
    )


def facts(
    config: Config, stretch: Stretch, periods: Periods, outcomes: list[Outcome]
) -> dict[str, Any]:
    """Return what was replayed and how, for ``kpis.json``."""
    return {
        "schema": SCHEMA,
        "currency": config.run.currency,
        "judged": PLAN,
        "window": {
            "from": periods.cutoff.isoformat(),
            "to": periods.end(periods.horizon - 1).isoformat(),
            "period_days": periods.days,
            "periods": periods.horizon,
        },
        "variants": list(stretch.variants),
        "sweep": stretch.sweep,
        "settings": [
            {
                "setting": each.setting,
                "best_baseline": each.best_baseline,
                "bound": None if each.bound is None else each.bound.bound,
                "bound_gap": None if each.bound is None else each.bound.gap,
            }
            for each in outcomes
        ],
    }
