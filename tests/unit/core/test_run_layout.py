"""The names of a run's columns, and what a verdict says."""

import pytest

from prepos.core.faults import Fault
from prepos.core.run import (
    ALLOCATION,
    DATE,
    FORECAST,
    INTEGER,
    NUMBER,
    TEXT,
    TRANSFERS,
    column_type,
    line_of,
    quantile_column,
)
from prepos.core.verdict import Check, Verdict, code_of


@pytest.mark.parametrize(
    ("level", "name"),
    [(0.05, "q05"), (0.5, "q50"), (0.99, "q99"), (0.975, "q97.5"), (0.005, "q00.5")],
)
def test_quantiles_are_named_by_their_per_cent(level: float, name: str) -> None:
    """Two digits before the point, so that names sort as levels do."""
    assert quantile_column(level) == name
    assert column_type(FORECAST, name) == NUMBER


@pytest.mark.parametrize(
    ("file", "column", "kind"),
    [
        (TRANSFERS, "sku", TEXT),
        (TRANSFERS, "quantity", INTEGER),
        (TRANSFERS, "ship_date", DATE),
        (ALLOCATION, "plan", TEXT),
        (ALLOCATION, "units", NUMBER),
        (TRANSFERS, "quality", TEXT),
    ],
)
def test_columns_have_the_types_of_the_contract(file: str, column: str, kind: str) -> None:
    """Ids are text, to the letter; what the contract does not know is text as well."""
    assert column_type(file, column) == kind


def test_lines_count_the_header_of_csv_alone() -> None:
    """The first row of a CSV stands on line 2, of Parquet in row 1."""
    assert (line_of(TRANSFERS, 0), line_of(ALLOCATION, 0)) == (2, 1)


def test_a_verdict_passes_only_if_every_check_does() -> None:
    """One broken value fails it, and its faults are the checks' faults in order."""
    fault = Fault("kpis.json", 0, "bound", "1", code_of("bound"), "bound is 1, expected 2")
    sound = Check(name="lane", compared=3)
    broken = Check(name="bound", compared=1, broken=1, worst=1.0, faults=(fault,))
    assert Verdict(run_id="r", checks=(sound,)).passed
    verdict = Verdict(run_id="r", checks=(sound, broken))
    assert not verdict.passed
    assert verdict.faults == (fault,)
    assert verdict.check("bound") is broken
    assert fault.code == "PP-VERIFY-BOUND"
