"""An error is told in plain words, with its faults grouped."""

from __future__ import annotations

import json

import pytest

from prepos.cli.faults import error_lines, error_payload, report_error
from prepos.core.faults import Fault
from prepos.core.ways_out import Change, WayOut
from prepos.errors import ConfigError, InfeasibleError, InputError, WriteError


def fault(file: str, line: int, code: str = "PP-V001") -> Fault:
    """Return a fault in a line."""
    return Fault(file, line, "quantity", "x", code, f"quantity is 'x' in {line}")


def test_error_is_one_line() -> None:
    """A single thing is a single line."""
    assert error_lines(ConfigError("plan.gap is 2")) == ["prepos: plan.gap is 2"]


def test_many_things_are_counted_and_listed() -> None:
    """Faults of a configuration stand below each other."""
    assert error_lines(ConfigError("a is 1\nb is 2")) == [
        "prepos: 2 things are wrong:",
        "  a is 1",
        "  b is 2",
    ]


def test_faults_are_grouped_by_file_and_code() -> None:
    """The first few of each are shown, in order, and all are counted."""
    faults = [*(fault("b.csv", n) for n in (9, 2, 5, 7)), fault("a.csv", 0, "PP-F001")]
    assert error_lines(InputError("input cannot be used", faults)) == [
        "prepos: input cannot be used",
        "",
        "a.csv",
        "  PP-F001",
        "    quantity is 'x' in 0",
        "",
        "b.csv",
        "  PP-V001 (4 times)",
        "    line 2: quantity is 'x' in 2",
        "    line 5: quantity is 'x' in 5",
        "    line 7: quantity is 'x' in 7",
        "    … and 1 more",
        "",
        "5 faults in all; `prepos explain PP-F001` tells more about a code",
    ]


def change(name: str, place: str, words: str) -> Change:
    """Return something to change from 6 to 4."""
    return Change(name=name, place=place, unit="units", now=6.0, to=4.0, words=words)


WAYS = (
    WayOut(changes=(change("pin", "S DC -> A", "change the pin"),), penalty=2.0, cost=1250.5),
    WayOut(
        changes=(change("storage_m3", "A", "raise A"), change("storage_m3", "B", "raise B")),
        penalty=3.0,
        cost=1214.0,
    ),
)


def test_ways_out_are_listed_with_what_the_plan_costs() -> None:
    """The least change first; the cheapest plan is said to be; each change has a line."""
    assert error_lines(InfeasibleError("limits contradict: x", WAYS)) == [
        "prepos: limits contradict: x",
        "",
        "ways out, the least change first:",
        "  1. change the pin",
        "     the plan then costs 1,250.50",
        "  2. raise A",
        "     and raise B",
        "     the plan then costs 1,214.00, the cheapest",
    ]
    (_, _, title, *_, last) = error_lines(InfeasibleError("x", WAYS[:1]))
    assert (title, last) == ("way out:", "     the plan then costs 1,250.50")
    assert error_lines(InfeasibleError("x")) == ["prepos: x"]


def test_json_holds_every_way_out() -> None:
    """With what to change, from what to what, and its cost; other errors have none."""
    payload = error_payload(InfeasibleError("x", WAYS))
    assert [way["cost"] for way in payload["ways_out"]] == [1250.5, 1214.0]
    assert payload["ways_out"][0]["changes"] == (
        {
            "name": "pin",
            "place": "S DC -> A",
            "unit": "units",
            "now": 6.0,
            "to": 4.0,
            "words": "change the pin",
        },
    )
    assert error_payload(InfeasibleError("x"))["ways_out"] == []
    assert "ways_out" not in error_payload(ConfigError("x"))


def test_json_holds_every_fault() -> None:
    """Nothing is left out for a program."""
    payload = error_payload(InputError("bad", [fault("a.csv", n) for n in range(9)]))
    assert payload["exit_code"] == 3
    assert len(payload["faults"]) == 9
    assert payload["faults"][1] == {
        "file": "a.csv",
        "line": 1,
        "column": "quantity",
        "value": "x",
        "code": "PP-V001",
        "message": "quantity is 'x' in 1",
    }


def test_report_goes_where_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """A person reads standard error, a program the object on standard output."""
    assert report_error(WriteError("runs cannot be written"), as_json=False) == 7
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "prepos: runs cannot be written\n")
    assert report_error(WriteError("runs cannot be written"), as_json=True) == 7
    shown = capsys.readouterr()
    assert json.loads(shown.out)["message"] == "runs cannot be written"
    assert shown.err == ""


def test_nothing_that_is_told_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Names and cells come from anybody: what is no letter is spelled out."""
    assert report_error(WriteError("held by \x1b[31mann\r\x07 über\nand more"), as_json=False) == 7
    told = capsys.readouterr().err
    assert "\\x1b[31mann\\r\\x07 über\n" in told
    assert "\x1b" not in told
