"""A stretch of the past under one setting, and the pieces that its replays are made of.

What is expected at each decision is worked out first, once for all who believe the same; then each
policy plays by itself, and perfect foresight beside them. None of it depends on another piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from prepos.compute import Block, Pool, Watch
from prepos.config import Config
from prepos.core.outlook import Outlook
from prepos.core.periods import Periods
from prepos.core.replayed import Course, Replayed
from prepos.core.snapshot import Snapshot
from prepos.errors import InputError
from prepos.forecast.make import make_forecast
from prepos.pipeline.contestants import Contestant, list_contestants
from prepos.pipeline.fewer import busiest_nodes, keep_nodes
from prepos.pipeline.known import Known, make_snapshot
from prepos.pipeline.outlook import Seen, belief_of, forecast_of, look_ahead
from prepos.plan import Foresight, foresee, planning_window
from prepos.replay import make_course, replay_orders


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Match:
    """What every policy faces under one setting.

    Attributes
    ----------
    names, variants : tuple of str
        Who plays.
    bound : bool
        Whether perfect foresight is worked out.
    """

    setting: str
    config: Config
    known: Known
    course: Course
    names: tuple[str, ...]
    variants: tuple[str, ...]
    bound: bool

    @property
    def at(self) -> str:
        """The setting, as the name of a piece of work ends."""
        return f" at {self.setting}" if self.setting else ""

    def contestants(self, seen: Seen | None = None) -> tuple[Contestant, ...]:
        """Return who plays; ``seen`` is what is expected, as far as that is known."""
        known, config = self.known, self.config
        return list_contestants(
            config,
            self.names,
            self.variants,
            planning_window(known.network, known.periods, config.plan).horizon,
            known.tables.get("overrides"),
            seen={} if seen is None else seen,
        )

    def snapshot_at(self, period: int) -> Snapshot:
        """Return what was known at the first day of a replayed period."""
        then = replace(self.known.periods, cutoff=self.course.periods.start(period))
        return make_snapshot(replace(self.known, periods=then), self.config)


@dataclass(frozen=True, slots=True, eq=False)
class Expecting:
    """What is expected at the first day of a period, as some configurations believe.

    They share one forecast, and differ in what of it they look at.
    """

    match: Match
    period: int
    configs: tuple[Config, ...]

    @property
    def cutoff(self) -> date:
        """The first day that is not known."""
        return self.match.course.periods.start(self.period)


@dataclass(frozen=True, slots=True, eq=False)
class Playing:
    """One policy's replay, by its number among those who play; ``seen`` is what is expected."""

    match: Match
    number: int
    seen: Seen


@dataclass(frozen=True, slots=True, eq=False)
class Foreseeing:
    """What perfect foresight costs."""

    match: Match


def expect(piece: Expecting) -> tuple[Outlook, ...]:
    """Forecast from one cutoff, and return what each of the configurations expects."""
    snapshot, first = piece.match.snapshot_at(piece.period), piece.configs[0]
    forecast = make_forecast(snapshot, first.spec, first.forecast)
    return tuple(look_ahead(config, snapshot.network, forecast) for config in piece.configs)


def play_one(piece: Playing | Foreseeing) -> Replayed | Foresight:
    """Serve the orders anew under one policy, or work the bound out."""
    match = piece.match
    if isinstance(piece, Foreseeing):
        return foresee(match.course, match.config.plan)
    each = match.contestants(dict(piece.seen))[piece.number]
    return replay_orders(match.course, each.policy, each.options, match.snapshot_at)


def make_match(
    config: Config,
    known: Known,
    periods: Periods,
    *,
    setting: str,
    names: tuple[str, ...],
    variants: tuple[str, ...],
    bound: bool,
) -> Match:
    """Return what is faced over the periods; late service has no bound."""
    known = narrowed(config, known, periods)
    if known.orders is None:
        raise InputError("orders were not loaded, expected them for a replay")
    course = make_course(
        known.orders, periods, known.products, known.network, known.stock, config.replay
    )
    return Match(
        setting=setting,
        config=config,
        known=known,
        course=course,
        names=names,
        variants=variants,
        bound=bound and config.replay.unserved == "lost",
    )


def narrowed(config: Config, known: Known, periods: Periods) -> Known:
    """Return what is known on the map with so many forward nodes as ``replay.forward_nodes``."""
    count = config.replay.forward_nodes
    if count is None or known.orders is None:
        return known
    past = make_snapshot(replace(known, periods=periods), config).orders
    kept = busiest_nodes(known.network, past, count)
    network, stock = keep_nodes(known.network, known.stock, kept)
    return replace(known, network=network, stock=stock)


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What happened under each policy of a match, and the bound where it was wanted."""

    match: Match
    replayed: dict[str, Replayed] = field(default_factory=dict)
    bounds: list[Foresight] = field(default_factory=list)  # one or none


def play(matches: Sequence[Match], pool: Pool, watch: Watch) -> list[Played]:
    """Replay every match under each of its policies, all of them beside each other."""
    playing = [match.contestants() for match in matches]
    seen = expect_all(matches, playing, pool, watch)
    blocks: list[Block[Playing | Foreseeing]] = []
    takers: list[tuple[Played, str]] = []
    found = [Played(match) for match in matches]
    for played, contestants, expected in zip(found, playing, seen, strict=True):
        match = played.match
        for number, each in enumerate(contestants):
            own = believed(expected, belief_of(each.config))
            blocks.append(Block(f"replaying {each.name}{match.at}", Playing(match, number, own)))
            takers.append((played, each.name))
        if match.bound:
            blocks.append(Block(f"foreseeing{match.at}", Foreseeing(match)))
            takers.append((played, ""))
    made = pool.run(play_one, blocks, watch, title=f"replaying, {len(blocks)} pieces in all")
    for (played, name), piece in zip(takers, made, strict=True):
        if isinstance(piece, Replayed):
            played.replayed[name] = piece
        else:
            played.bounds.append(piece)
    return found


def expect_all(
    matches: Sequence[Match],
    playing: Sequence[Sequence[Contestant]],
    pool: Pool,
    watch: Watch,
) -> list[Seen]:
    """Return what is expected at each decision of each match, each worked out once."""
    wanted: dict[tuple[int, int, str], dict[str, Config]] = {}
    for place, (match, contestants) in enumerate(zip(matches, playing, strict=True)):
        for each in contestants:
            decisions = range(0, match.course.periods.horizon, each.options.review)
            for period in decisions if each.looks else ():
                configs = wanted.setdefault((place, period, forecast_of(each.config)), {})
                configs.setdefault(belief_of(each.config), each.config)
    pieces = [
        Expecting(matches[place], period, tuple(configs.values()))
        for (place, period, _), configs in wanted.items()
    ]
    blocks = [Block(f"forecasting from {piece.cutoff}{piece.match.at}", piece) for piece in pieces]
    title = f"forecasting, {len(blocks)} cutoffs in all"
    made = pool.run(expect, blocks, watch, title=title) if blocks else []
    seen: list[Seen] = [{} for _ in matches]
    for (place, *_), piece, outlooks in zip(wanted, pieces, made, strict=True):
        for config, outlook in zip(piece.configs, outlooks, strict=True):
            seen[place][piece.cutoff, belief_of(config)] = outlook
    return seen


def believed(seen: Seen, belief: str) -> Seen:
    """Return what those expect who believe so."""
    return {key: outlook for key, outlook in seen.items() if key[1] == belief}
