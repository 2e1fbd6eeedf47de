"""What the plan would have been worth on real orders, beside fair baselines and perfect foresight.

Run it as a script: ``PREPOS_SHARED_DATA=FOLDER python tests/bench/bench_worth.py [journey ...]``.
Each world is written as the contract's tables and replayed by the path that `prepos replay` takes,
week by week; told is what each policy saves, how much of the way to the bound of perfect foresight
it goes, and what the plan leaves to that bound over what the best fair baseline leaves (below 1 is
better), with 95 % intervals over weeks. ``--parts`` leaves out one part of the plan after another,
``--signals`` one signal after another; told of each is what it is worth: what a week costs more
without it, in the world's currency.

Nothing was chosen on the last eight weeks of a set, which are the default; ``--earlier`` replays
weeks before those, on which everything was chosen.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "data"), str(ROOT / "tests" / "integration" / "real")]

import complete_journey  # noqa: E402
import made_orders  # noqa: E402
import online_retail  # noqa: E402
import superstore  # noqa: E402

from prepos.cli.doubts import held_line, why_little  # noqa: E402
from prepos.config import load_config  # noqa: E402
from prepos.core.run import REPLAY, REPLAY_BY_PERIOD  # noqa: E402
from prepos.forecast.bootstrap import draw, interval  # noqa: E402
from prepos.pipeline import Stretch, load_run, make_plan, run_replay  # noqa: E402
from prepos.pipeline.contestants import PLAN  # noqa: E402
from prepos.pipeline.gains import BLOCK, DRAWS  # noqa: E402

WEEKS = 8
PARTS = (
    "replay.fulfilment=nearest",
    "plan.tranches=false",
    "plan.guard=false",
    "plan.cover=1",
    "plan.cover=3",
    "replay.review=2",
    "forecast.shrinkage=false",
)
SEEDS = (1, 2, 3)  # of the made-up worlds
UNGUARDED = ("plan.guard=false",)  # what the guard saves is told where it bites
SIGNALS = ("pool", "neighbours", "together", "due", "new_buyers")
SUPPLIED = ("replay.opening=cover", "replay.supply=cover")
ROOMS = (0.3, 0.7, 1.5)
SHARES = (0.8, 1.1, 1.5)  # of the need: opening stock and supply over four weeks' mean demand


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One set of tables, and how it is replayed.

    Attributes
    ----------
    variants : tuple of str
        Of the plan, that are always told.
    asks_why : bool
        Whether the plan of the first day is asked why it moves so little.
    """

    name: str
    config: Path
    first: date
    sets: tuple[str, ...]
    variants: tuple[str, ...] = ()
    asks_why: bool = False


def journey(source: Path, folder: Path, words: argparse.Namespace) -> Iterator[World]:
    """Yield Complete Journey's busiest stores and types, by room; the middle one by stock, too."""
    first = date(2017, 7, 3) if words.earlier else date(2017, 10, 30)
    for room in ROOMS:
        config = complete_journey.prepare(
            source,
            folder / f"journey-{room}",
            cutoff=pd.Timestamp(first),
            room=room,
            busiest=(words.regions, words.skus),
        )
        for share in SHARES if room == ROOMS[1] else SHARES[1:2]:
            name = f"journey, room {room}, stock {share}"
            sets = (*SUPPLIED, f"replay.stock_share={share}")
            yield World(name=name, config=config, first=first, sets=sets)


def retail(source: Path, folder: Path, words: argparse.Namespace) -> Iterator[World]:
    """Yield Online Retail, countries as regions."""
    config = online_retail.prepare(source, folder / "retail")
    online_retail.leave_out(folder / "retail", online_retail.bad_debts(folder / "retail"))
    first = date(2011, 8, 8) if words.earlier else date(2011, 10, 10)
    sets = (*SUPPLIED, "ingest.cancellations=drop", "replay.stock_share=1.1")
    yield World(name="online retail", config=config, first=first, sets=sets, variants=UNGUARDED)


def fictional(source: Path, folder: Path, words: argparse.Namespace) -> Iterator[World]:
    """Yield Superstore, H3 cells as regions; its orders are fictional."""
    config = superstore.prepare(source, folder / "superstore")
    first = date(2017, 8, 28) if words.earlier else date(2017, 10, 30)
    yield World(name="superstore", config=config, first=first, sets=SUPPLIED, variants=UNGUARDED)


def synthetic(source: Path, folder: Path, words: argparse.Namespace) -> Iterator[World]:
    """Yield made-up worlds by seed and room, then one where there is nothing to be gained.

    ``made_orders.py`` tells the laws. Their size is their own, whatever --regions and --skus say.
    """
    first = made_orders.START + timedelta(weeks=made_orders.KNOWN_WEEKS)
    first -= timedelta(weeks=words.weeks) if words.earlier else timedelta(0)
    sets = (*SUPPLIED, "replay.stock_share=1.1")
    family = [(seed, made_orders.REGIONAL, room) for seed in SEEDS for room in ROOMS[:2]]
    for seed, law, room in [*family, (SEEDS[0], made_orders.ALIKE, ROOMS[1])]:
        alike = law is made_orders.ALIKE
        name = f"synthetic {seed}{', alike' if alike else ''}, room {room}"
        config = made_orders.prepare(folder / name, seed=seed, law=law, room=room, cutoff=first)
        variants = UNGUARDED if alike else ()
        yield World(
            name=name, config=config, first=first, sets=sets, variants=variants, asks_why=alike
        )


WORLDS: dict[str, Callable[[Path, Path, argparse.Namespace], Iterator[World]]] = {
    "journey": journey,
    "retail": retail,
    "superstore": fictional,
    "synthetic": synthetic,
}


def show(world: World, words: argparse.Namespace, folder: Path) -> None:
    """Replay a world and print a line for each policy."""
    config = load_config(world.config, sets=[*world.sets, *(words.set or ())])
    last = world.first + timedelta(weeks=words.weeks, days=-1)
    variants = world.variants + (PARTS if words.parts else ())
    if words.signals:
        variants += tuple(f'forecast.without=["{name}"]' for name in SIGNALS)
    stretch = Stretch(first=world.first, last=last, variants=variants)
    started = time.perf_counter(), time.process_time()
    run = run_replay(config, stretch, folder / "out", today=date(2026, 1, 1))
    spent = time.perf_counter() - started[0], time.process_time() - started[1]
    files = load_run(run.folder)
    told, (setting,) = files.frames[REPLAY], files.kpis["settings"]
    worth = worth_a_week(files.frames[REPLAY_BY_PERIOD], variants)
    print(
        f"\n{world.name}: {world.first} to {last}, {spent[0]:.0f} s, CPU {spent[1]:.0f} s; "
        f"bound {setting['bound']:,.0f} (gap {setting['bound_gap']:.3%}), "
        f"best fair baseline {setting['best_baseline']}"
    )
    for row in told.to_dict("records"):
        print(
            f"  {row['policy']:36s} {row['total_cost']:12,.0f} saved {row['saving']:7.1%} closed "
            f"{row['gap_closed']:6.1%} left {row['left_ratio']:.3f} "
            f"[{row['left_ratio_low']:.3f}-{row['left_ratio_high']:.3f}] "
            f"local {row['local_share']:5.1%} moved {row['moved']:9,.0f} "
            f"stranded {row['stranded']:7,.0f}{worth.get(row['policy'], '')}",
            flush=True,
        )
    if world.asks_why:
        kpis = load_run(make_plan(config, folder / "plan", today=date(2026, 1, 1)).folder).kpis
        print(f"  the plan of {world.first}: {held_line(kpis)}{why_little(kpis, 0)}")


def worth_a_week(told: pd.DataFrame, variants: Iterable[str]) -> dict[str, str]:
    """Return what each variant's weeks cost more than the plan's, with a 95 % interval."""
    costs = told.pivot(index="period_start", columns="policy", values="total_cost")
    generator = np.random.default_rng(0)
    times = draw(len(costs), 1, block=BLOCK, generator=generator, draws=DRAWS).periods
    found = {}
    for name in variants:
        more = (costs[name] - costs[PLAN]).to_numpy()
        low, high = interval(times @ more / times.sum(axis=1))
        found[name] = f" worth {more.mean():+,.0f} a week [{low:+,.0f} to {high:+,.0f}]"
    return found


def main() -> None:
    """Read the words, and replay world after world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*", default=["journey"], choices=[*WORLDS])
    parser.add_argument("--regions", type=int, default=40)
    parser.add_argument("--skus", type=int, default=1000)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--earlier", action="store_true")
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--signals", action="store_true")
    parser.add_argument("--only", default="", help="worlds whose name holds this text")
    parser.add_argument("--set", action="append")
    words = parser.parse_args()
    source = Path(os.environ["PREPOS_SHARED_DATA"])
    with tempfile.TemporaryDirectory() as folder:
        for name in words.worlds:
            for world in WORLDS[name](source, Path(folder), words):
                if words.only in world.name:
                    show(world, words, Path(folder))


if __name__ == "__main__":
    main()
