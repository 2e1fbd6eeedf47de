"""Places: what numpy finds, whatever the length and however much there is."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.places import places_from


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 1000])
@pytest.mark.parametrize("share", [0.0, 0.02, 1.0])
def test_places_are_those_of_the_values_from_the_least_on(size: int, share: float) -> None:
    """Empty, sparse and full arrays; a value that is just the least is one of them."""
    rng = np.random.default_rng(size)
    values = (rng.random(size) < share).astype(np.float32) * np.float32(0.05)
    assert places_from(values, 0.05).tolist() == np.flatnonzero(values).tolist()
    assert places_from(values, 0.0).tolist() == list(range(size))
