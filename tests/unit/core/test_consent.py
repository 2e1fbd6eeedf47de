"""Consent: the latest word counts, doubt means no."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from prepos.core.axes import make_axis
from prepos.core.consent import consented_customers

CUSTOMERS = make_axis("customer_id", ["a", "b"])
AT = date(2024, 7, 1)


def ask(rows: list[tuple[str, str, bool, object]], *, default: bool = True) -> bool:
    """Say whether customer ``a`` agreed to a personal forecast."""
    table = pd.DataFrame(rows, columns=["customer_id", "purpose", "granted", "at"])
    agreed = consented_customers(
        table, CUSTOMERS, purpose="personal_forecast", at=AT, default=default
    )
    assert not agreed[1], "customer b never said anything"
    return bool(agreed[0])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], False),  # a table without a row means no
        ([("a", "personal_forecast", True, date(2024, 1, 1))], True),
        ([("a", "offers", True, date(2024, 1, 1))], False),  # another purpose
        ([("a", "personal_forecast", True, date(2024, 7, 1))], True),  # at the day counts
        ([("a", "personal_forecast", True, date(2024, 7, 2))], False),  # not known yet
        (
            [  # withdrawn later, whatever the order of rows
                ("a", "personal_forecast", False, date(2024, 2, 1)),
                ("a", "personal_forecast", True, date(2024, 1, 1)),
            ],
            False,
        ),
        (
            [  # granted again, by the hour
                ("a", "personal_forecast", True, pd.Timestamp("2024-02-01 10:00")),
                ("a", "personal_forecast", False, pd.Timestamp("2024-02-01 09:00")),
            ],
            True,
        ),
        (
            [  # one instant, two words
                ("a", "personal_forecast", True, date(2024, 2, 1)),
                ("a", "personal_forecast", False, date(2024, 2, 1)),
            ],
            False,
        ),
        (
            [  # a future withdrawal does not count yet
                ("a", "personal_forecast", True, date(2024, 2, 1)),
                ("a", "personal_forecast", False, date(2024, 8, 1)),
            ],
            True,
        ),
        ([("stranger", "personal_forecast", True, date(2024, 1, 1))], False),
    ],
)
def test_latest_word_counts(rows: list[tuple[str, str, bool, object]], expected: bool) -> None:
    """The latest row at or before the day decides, and doubt means no."""
    assert ask(rows) is expected


@pytest.mark.parametrize("default", [True, False])
def test_without_a_table_the_default_holds(default: bool) -> None:
    """Where no table is given, everyone is as the configuration says."""
    agreed = consented_customers(
        None, CUSTOMERS, purpose="personal_forecast", at=AT, default=default
    )
    assert agreed.tolist() == [default, default]
