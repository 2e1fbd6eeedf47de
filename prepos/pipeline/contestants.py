"""Who decides in a replay: the baselines, the plan itself, and the plan under other settings.

All of them look ahead by the same forecast unless a setting says otherwise, and all face the same
orders, stock and supply. Baselines serve from the nearest node with stock, as does the plan on mean
demand; the plan serves by ``replay.fulfilment``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd

from prepos.config import Config, change_config
from prepos.core.outlook import Outlook
from prepos.core.policy import Dispatch, Policy
from prepos.core.product_defaults import ProductDefaults
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.core.transfer import Plan, Transfer
from prepos.errors import ConfigError
from prepos.pipeline.outlook import Lookout, Seen
from prepos.plan import Frozen, Question, make_plan, plan_scenarios, sample_paths
from prepos.replay import ReplayOptions
from prepos.replay.policies import POLICIES, Look, Terms, load_policy

PLAN, MEAN, SCENARIOS, FORESIGHT = "prepos", "mean", "scenarios", "foresight"
PATHS = 30  # of demand, that the stochastic program sees
ON_MEANS = ("plan.tranches=false", "replay.fulfilment=nearest")
BLIND = ("nothing",)  # looks at no forecast
FAIR = ("proportional", "newsvendor", "base_stock", MEAN)  # baselines that the plan must beat
USUAL = ("nothing", "nearest", *FAIR, PLAN)
OF_SERVICE = ("fulfilment", "spillover", "whole_orders", "review")  # keys of [replay] in a variant


@dataclass(frozen=True, slots=True, eq=False)
class Contestant:
    """A policy by name, and the rules of service that it is tried under.

    It looks ahead as its configuration believes; whether it looks is not known of one's own.
    """

    name: str
    policy: Policy
    options: ReplayOptions
    config: Config
    looks: bool = True


@dataclass(slots=True, eq=False)
class Planning:
    """The plan as a policy: made anew at each decision, beside what it said the last time."""

    config: Config
    look: Look
    overrides: pd.DataFrame | None = None
    last: tuple[Transfer, ...] | None = field(default=None, init=False)

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what the plan sends and what it holds units to be worth."""
        question = ask(self.config, self.look(snapshot), snapshot, stock)
        question = replace(question, overrides=self.overrides, frozen=self.standing(snapshot))
        plan = make_plan(question, plan_id="replay", stressed=False)
        self.last = plan.transfers
        return as_dispatch(plan, snapshot)

    def standing(self, snapshot: Snapshot) -> Frozen:
        """Return what the last plan said of the days to come, where it costs to say otherwise."""
        if self.last is None or not self.config.plan.stability_cost:
            return Frozen()
        cutoff = snapshot.periods.cutoff
        return Frozen(published=tuple(line for line in self.last if line.ship_date >= cutoff))


@dataclass(frozen=True, slots=True, eq=False)
class Scenarios:
    """A stochastic program over sampled demand paths, made anew at each decision: small cases."""

    config: Config
    look: Look

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what costs least on average over the paths; the same cutoff has the same ones."""
        outlook = self.look(snapshot)
        seed = (self.config.run.seed, snapshot.periods.cutoff.toordinal())
        paths = sample_paths(outlook, PATHS, np.random.default_rng(seed))
        return plan_scenarios(ask(self.config, outlook, snapshot, stock), paths)


def ask(config: Config, outlook: Outlook, snapshot: Snapshot, stock: Stock) -> Question:
    """Return the question of what to send, without overrides and a published plan."""
    return Question(
        outlook=outlook,
        network=snapshot.network,
        products=snapshot.products,
        stock=stock,
        overrides=None,
        options=config.plan,
    )


def as_dispatch(plan: Plan, snapshot: Snapshot) -> Dispatch:
    """Return the plan's transfers by position, with its values of a unit at a node."""
    lanes = {lane.lane_id: number for number, lane in enumerate(snapshot.network.lanes)}
    lines = plan.transfers
    return Dispatch(
        lane=np.array([lanes[line.lane_id] for line in lines], dtype=np.int64),
        sku=snapshot.products.skus.positions([line.sku for line in lines]),
        ships_on=np.array([line.ship_date for line in lines], dtype="datetime64[D]"),
        quantity=np.array([line.quantity for line in lines], dtype=np.int64),
        values=plan.values,
    )


def list_contestants(
    config: Config,
    names: Iterable[str],
    variants: Iterable[str],
    window: int,
    overrides: pd.DataFrame | None,
    *,
    seen: Seen,
) -> tuple[Contestant, ...]:
    """Return who plays, each once: policies by name, then the plan under other settings.

    Parameters
    ----------
    names : iterable of str
        ``prepos``, ``mean``, ``scenarios``, a baseline, or ``module:name`` of one's own.
    variants : iterable of str
        ``KEY=VALUE``, or several with ``;`` between.
    window : int
        Periods that stock is held for.
    seen : Seen
        What is expected, as far as that is known; what is looked up besides is added.

    Raises
    ------
    ConfigError
        If a name is unknown, or a variant would change what is replayed.
    """
    look = Lookout(config, seen)

    def plan(name: str, words: Iterable[str]) -> Contestant:
        changed = change_config(config, list(words))
        policy = Planning(changed, Lookout(changed, seen), overrides)
        return Contestant(name, policy, changed.replay, changed)

    found = []
    for name in dict.fromkeys(names):
        if name in (PLAN, MEAN):
            found.append(plan(name, () if name == PLAN else ON_MEANS))
        elif name == SCENARIOS:
            found.append(Contestant(name, Scenarios(config, look), config.replay, config))
        else:
            refuse_unknown(name)
            terms = Terms(look=look, window=window, review=config.replay.review)
            policy, served = load_policy(name, terms), as_baseline(config, name)
            looks = name in POLICIES and name not in BLIND
            found.append(Contestant(name, policy, served, config, looks))
    for text in dict.fromkeys(variants):
        words = [word.strip() for word in text.split(";")]
        refuse_strange(words)
        found.append(plan(text, words))
    return tuple(found)


def refuse_unknown(name: str) -> None:
    """Raise ConfigError where there is no such policy: one's own is told by a colon."""
    known = (PLAN, MEAN, SCENARIOS, *POLICIES)
    if ":" not in name and name not in known:
        (near,) = get_close_matches(name, known, n=1, cutoff=0.0)
        raise ConfigError(
            f"--policy {name!r}: expected one of {', '.join(known)}, or package.module:name of "
            f"your own; the nearest is {near}"
        )


def as_baseline(config: Config, name: str) -> ReplayOptions:
    """Return the rules a baseline is served by: a policy of one's own may bring values."""
    own = ":" in name or config.replay.fulfilment != "value"
    return config.replay if own else replace(config.replay, fulfilment="nearest")


def refuse_strange(words: Iterable[str]) -> None:
    """Raise ConfigError where a variant is about more than how to forecast, plan and serve."""
    of_products = {f"plan.{each.name}" for each in fields(ProductDefaults)}
    for word in words:
        key = word.partition("=")[0].strip()
        table, _, name = key.partition(".")
        fits = table == "forecast" or (table == "replay" and name in OF_SERVICE)
        if not (fits or (table == "plan" and key not in of_products)):
            rules = ", ".join(f"replay.{each}" for each in OF_SERVICE)
            raise ConfigError(
                f"--variant {word!r}: a variant changes how the plan is made, expected keys of "
                f"forecast, of plan (but for what products cost), or {rules}; "
                "`--sweep` replays anew under any key"
            )
