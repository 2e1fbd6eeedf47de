"""Links: lift above chance, the strongest kept, the latest baskets looked at."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.signals import links as source
from prepos.signals.links import (
    RARE_ORDERS,
    affordable,
    learn_links,
    linked_units,
    make_baskets,
    take_baskets,
)
from prepos.signals.together import learn_within
from tests.unit.forecast.snapshots import Line, make_snapshot


def dense(matrix: np.ndarray) -> np.ndarray:
    """Return the links (K, K) of baskets given as ones and zeros (B, K)."""
    basket, sku = np.nonzero(matrix)
    baskets = make_baskets(basket, sku, len(matrix))
    links = learn_links(baskets, baskets, matrix.shape[1])
    full = np.zeros((matrix.shape[1], matrix.shape[1]))
    full[np.repeat(np.arange(len(full)), np.diff(links.start)), links.sku] = links.excess
    return full


def test_excess_is_zero_at_chance() -> None:
    """SKUs bought independently have no lift; one always bought beside another has."""
    lift = dense(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0]] * 50))
    assert lift[0, 1] == pytest.approx((100 - 50) / (100 + RARE_ORDERS))
    assert lift[0, 2] == 0.0
    assert (np.diag(lift) == 0).all()


def test_links_are_those_of_plain_counting() -> None:
    """On random baskets the excess is joint count above chance over count and shrinkage."""
    rng = np.random.default_rng(3)
    held = (rng.random((300, 8)) < rng.random(8)).astype(float)
    count, joint = held.sum(axis=0), held.T @ held
    expected = np.maximum(joint - np.outer(count, count / 300), 0.0) / (
        count[:, None] + RARE_ORDERS
    )
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(dense(held), expected, atol=1e-6)


def test_only_the_strongest_links_are_kept() -> None:
    """Of more partners than are kept, those with the most excess stay, the first of two alike."""
    partners = source.STRONGEST + 5
    together = np.zeros((2 * partners, partners + 1))
    together[:partners, 0] = 1
    together[np.arange(partners), 1 + np.arange(partners)] = 1
    basket, sku = np.nonzero(together)
    baskets = make_baskets(basket, sku, len(together))
    links = learn_links(baskets, baskets, partners + 1)
    assert links.sku[: links.start[1]].tolist() == list(range(1, source.STRONGEST + 1))


def test_units_bring_what_goes_with_them() -> None:
    """Two units of X bring two times the excess of Y; hardly any units bring nothing."""
    baskets = make_baskets(np.repeat(np.arange(50), 2), np.tile([0, 1], 50), 100)
    links = learn_links(baskets, baskets, 3)
    units = np.array([[2.0, 0.0, 0.0], [source.FAINT / 2, 0.0, 0.0]], dtype=np.float32)
    brought = linked_units(units, links)
    assert brought[0, 1] == pytest.approx(2.0 * links.excess[0])
    assert not brought[1].any()


def test_the_latest_baskets_are_looked_at() -> None:
    """Baskets are taken from the end until the pairs are spent, restocks left out."""
    sizes = np.array([2.0, source.LARGE_ORDER + 1.0, 3.0, 0.0, 2.0])
    assert affordable(sizes, 13).tolist() == [False, False, True, False, True]
    baskets = make_baskets(np.array([1, 0, 1]), np.array([5, 6, 7]), 2)
    assert take_baskets(baskets, np.array([1, 0])).sku.tolist() == [5, 7, 6]


def test_together_of_an_empty_past_is_nothing() -> None:
    """Before the first order there is nothing to link."""
    snapshot = make_snapshot([Line("o", "c", "r", "s", -3.0)])
    assert learn_within(snapshot, 100, until_day=-7.0).start.tolist() == [0, 0]
