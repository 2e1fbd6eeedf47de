"""What ``prepos forecast --customers`` shows and hands on."""

from __future__ import annotations

import json
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

from prepos.cli import main
from prepos.cli.customers_page import NOBODY
from prepos.config import bundled
from prepos.core.run import CUSTOMERS, RunFiles

SAMPLE = str(bundled("data", "sample", "prepos.toml"))
TABLE = pd.DataFrame(
    {
        "customer_id": ["c1", "c1", "c2", "c2"],
        "sku": ["milk", "tea", "tea", "[b]bread[/b]"],
        "rank": [1, 2, 1, 2],
        "chance": [0.8, 0.25, 0.5, 0.125],
        "times_bought": [7, 2, 3, 0],
        "expected_orders": [1.5, 1.5, 3.25, 3.25],
        "chance_of_order": [0.7, 0.7, 0.9, 0.9],
    }
)


@pytest.fixture
def asked(
    pipeline: ModuleType, files: RunFiles, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, int]]:
    """Return what the path was asked for beside its positions; its run tells of two customers."""
    seen: list[dict[str, int]] = []
    files.frames[CUSTOMERS] = TABLE
    run = pipeline.make_forecast()

    def forecast(*_: object, **more: int) -> SimpleNamespace:
        seen.append(more)
        return run

    monkeypatch.setattr(pipeline, "make_forecast", forecast)
    return seen


def test_customers_are_shown(asked: list[dict[str, int]], capsys: pytest.CaptureFixture) -> None:
    """The likeliest to order come first, with what is likeliest in their order."""
    assert main(["forecast", "-c", SAMPLE, "--customers", "--top", "2"]) == 0
    shown = capsys.readouterr().out
    assert "5 orders are expected of 2 customers" in shown
    assert shown.index("c2") < shown.index("c1")
    assert "tea 50%, [b]bread[/b] 12%" in shown
    assert asked == [{"top": 2}]


def test_customers_are_told_to_programs(
    asked: list[dict[str, int]], capsys: pytest.CaptureFixture
) -> None:
    """JSON holds how many there are; without the flag nobody is asked about."""
    assert main(["forecast", "-c", SAMPLE, "--customers", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["customers"], told["customers_expected_orders"]) == (2, 4.75)
    assert main(["forecast", "-c", SAMPLE, "--json"]) == 0
    assert "customers" not in json.loads(capsys.readouterr().out)
    assert asked == [{"top": 10}, {}]


def test_of_nobody_it_is_said_why(
    asked: list[dict[str, int]], files: RunFiles, capsys: pytest.CaptureFixture
) -> None:
    """Where no customer agreed the page and the JSON say so, and where to look."""
    files.frames[CUSTOMERS] = TABLE.iloc[:0]
    assert main(["forecast", "-c", SAMPLE, "--customers"]) == 0
    assert "privacy.default_consent.personal_forecast" in capsys.readouterr().out.replace("\n", "")
    assert main(["forecast", "-c", SAMPLE, "--customers", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["customers_told"] == NOBODY


def test_top_is_at_least_one(asked: list[dict[str, int]]) -> None:
    """No SKUs at all is wrong use."""
    assert main(["forecast", "-c", SAMPLE, "--customers", "--top", "0"]) == 2
    assert asked == []
