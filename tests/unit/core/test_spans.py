"""Spans of periods have one order, whether counted or listed."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.spans import list_spans, span_number, sum_spans


@pytest.mark.parametrize("periods", range(1, 6))
def test_numbers_are_places_in_the_list(periods: int) -> None:
    """Every span is there once: by its first period, then by its last."""
    first, last = (ends.tolist() for ends in list_spans(periods))
    spans = list(zip(first, last, strict=True))
    assert spans == [(s, t) for s in range(periods) for t in range(s, periods)]
    assert [span_number(s, t, periods) for s, t in spans] == list(range(len(spans)))


def test_sums_are_those_of_the_span() -> None:
    """By hand: periods of 1, 10 and 100."""
    sums = sum_spans(np.array([[1.0], [10.0], [100.0]]))
    assert sums[:, 0].tolist() == [1.0, 11.0, 111.0, 10.0, 110.0, 100.0]
