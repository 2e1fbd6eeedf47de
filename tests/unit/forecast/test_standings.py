"""Who did how well, and by how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.forecast.backtest import Contest, Result, make_contest, run_model, run_peer
from prepos.forecast.options import ForecastOptions
from prepos.forecast.peers.registry import PEERS
from prepos.forecast.scores import LEVELS, SETS, unit_sums
from prepos.forecast.spec import ModelSpec
from prepos.forecast.standings import Standing, scores_by_cutoff, standings
from tests.unit.forecast.snapshots import make_snapshot, random_lines

MODELS = ("moving_average", "naive")


@pytest.fixture(scope="module")
def contest() -> Contest:
    """Return three cutoffs of six SKUs in four regions."""
    snapshot = make_snapshot(random_lines(2, weeks=30, orders=500))
    return make_contest(snapshot, 3, np.arange(6))


@pytest.fixture(scope="module")
def results(contest: Contest) -> list[Result]:
    """Return two models, a peer, and a peer of a model's name."""
    found = [run_model(kind, ModelSpec(kind=kind), contest, ForecastOptions()) for kind in MODELS]
    peer = run_peer(PEERS["exponential"], contest, 4)
    return [*found, peer, replace(peer, name="moving_average")]


def told_of(results: list[Result], contest: Contest, seed: int = 1) -> list[Standing]:
    """Return the standings with the moving average judged."""
    return standings(results, contest, "moving_average", np.random.default_rng(seed))


def test_everybody_stands_in_every_set_and_span(results: list[Result], contest: Contest) -> None:
    """A set without units has no row; the rest have one for each."""
    told = told_of(results, contest)
    arenas = {(each.cells, each.span) for each in told}
    assert len(told) == len(results) * len(arenas)
    assert {("sold", "next"), ("sold", "sum"), ("all", "next"), ("all", "sum")} <= arenas
    for cells, span in arenas:
        number = ("next", "sum").index(span)
        assert unit_sums(contest.truths, number, SETS[cells]).sum() > 0


def test_the_judged_model_is_even_with_itself(results: list[Result], contest: Contest) -> None:
    """In every draw; a peer that has its name is another."""
    told = told_of(results, contest)
    for each in told:
        if each.name == "moving_average" and not each.is_peer:
            assert each.wql_ratio == pytest.approx((1.0, 1.0, 1.0))
            assert each.wrmsse_ratio == pytest.approx((1.0, 1.0, 1.0))
    twins = [e for e in told if e.is_peer and (e.cells, e.span) == ("sold", "sum")]
    assert twins[0].wql_ratio == twins[1].wql_ratio != (1.0, 1.0, 1.0)


def test_ratios_are_those_of_the_scores(results: list[Result], contest: Contest) -> None:
    """The judged model's score over the row's, inside its interval."""
    told = {(e.name, e.is_peer, e.cells, e.span): e for e in told_of(results, contest)}
    for (_, _, cells, span), each in told.items():
        ours = told["moving_average", False, cells, span]
        if each.wql > 0 and each.wrmsse > 0:
            assert each.wql_ratio[0] == pytest.approx(ours.wql / each.wql)
            assert each.wrmsse_ratio[0] == pytest.approx(ours.wrmsse / each.wrmsse)
        for ratio, low, high in (each.wql_ratio, each.wrmsse_ratio):
            assert low <= high
            assert np.isfinite([ratio, low, high]).all()


def test_the_naive_loses_on_noise(results: list[Result], contest: Contest) -> None:
    """Orders without a trend are forecast better by a mean of eight weeks than by the last."""
    told = {(e.name, e.cells, e.span): e for e in told_of(results[:2], contest)}
    assert told["naive", "all", "sum"].wql_ratio[2] < 1.0
    assert told["naive", "all", "sum"].wrmsse_ratio[2] < 1.0


def test_scores_are_those_of_a_plain_loop(results: list[Result], contest: Contest) -> None:
    """WQL and bias of the moving average over all cells, from the lines up."""
    told = {(e.name, e.is_peer, e.cells, e.span): e for e in told_of(results, contest)}
    means = units = 0.0
    for truth, back in zip(contest.truths, contest.backs, strict=True):
        history = contest.snapshot.back_to(back).history()
        means += history.spread(history.units[:, -8:].mean(axis=1)).sum()
        units += truth.units[0].sum()
    found = told["moving_average", False, "all", "next"]
    assert found.bias == pytest.approx(means / units - 1.0)
    assert found.units == units
    assert 0.0 < found.wql < 2.0 * max(LEVELS)


def test_the_same_seed_gives_the_same_intervals(results: list[Result], contest: Contest) -> None:
    """And another seed others, but the same scores."""
    first, again, other = (told_of(results, contest, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert [each.wql for each in first] == [each.wql for each in other]


def test_cutoffs_make_up_the_whole(results: list[Result], contest: Contest) -> None:
    """Losses in units add up over the cutoffs; there is one row for each."""
    whole = {(e.name, e.is_peer, e.cells, e.span): e for e in told_of(results, contest)}
    rows = scores_by_cutoff(results, contest)
    assert {cutoff for cutoff, _ in rows} == {*contest.cutoffs}
    for key, each in whole.items():
        parts = [s for _, s in rows if (s.name, s.is_peer, s.cells, s.span) == key]
        assert sum(part.units for part in parts) <= each.units
        if len(parts) == len(contest.cutoffs):
            loss = sum(part.wql * part.units for part in parts)
            assert loss / each.units == pytest.approx(each.wql)
