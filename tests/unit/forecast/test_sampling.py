"""A sample of SKUs, and a snapshot of them alone."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.forecast.sampling import sample_skus, with_skus
from tests.unit.forecast.snapshots import make_snapshot, random_lines, weekly


def test_every_stratum_of_volume_gives_one() -> None:
    """Of twelve SKUs that sell 1 to 12 units, four are one of each three next in volume."""
    lines = [line for n in range(1, 13) for line in weekly("r", f"s{n:02d}", [n])]
    snapshot = make_snapshot(lines)
    for seed in range(20):
        chosen = sample_skus(snapshot, 4, np.random.default_rng(seed))
        assert sorted(chosen.tolist()) == chosen.tolist()
        assert sorted((chosen // 3).tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize("count", [6, 7, 1000])
def test_all_are_taken_where_there_are_no_more(count: int) -> None:
    """A sample as large as the whole is the whole."""
    snapshot = make_snapshot(random_lines(1), skus=[f"s{n}" for n in range(6)])
    assert sample_skus(snapshot, count, np.random.default_rng(0)).tolist() == list(range(6))


def test_a_snapshot_of_some_skus_keeps_their_history_to_the_unit() -> None:
    """Orders, products and categories are those of the SKUs; the rest is as it was."""
    names = [f"s{n}" for n in range(6)]
    snapshot = make_snapshot(random_lines(2), skus=names, category=list("aabbcc"))
    chosen = np.array([1, 4])
    small = with_skus(snapshot, chosen)
    assert list(small.orders.skus) == ["s1", "s4"]
    assert small.products.category == ("a", "c")
    assert len(small.products.unit_value) == 2
    whole, part = snapshot.history(), small.history()
    kept = np.isin(whole.sku, chosen)
    np.testing.assert_array_equal(part.units, whole.units[kept])
    np.testing.assert_array_equal(chosen[part.sku], whole.sku[kept])
    assert small.periods == snapshot.periods
    assert small.network is snapshot.network
