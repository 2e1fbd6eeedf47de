"""``run.log = "json"``: one object a line, with the same keys whatever happened."""

from __future__ import annotations

import io
import json
import signal
from datetime import datetime
from typing import Any

import pytest

from prepos.cli.json_log import json_log
from prepos.cli.stop import Stopped
from prepos.core.faults import Fault
from prepos.core.progress import Event
from prepos.errors import InputError, SolverError, UnchangedError

FAULT = Fault("stock.csv", 3, "sku", "x", "PP-KEY-UNKNOWN", "sku is 'x'\nand more")


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return what was written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_events_become_lines() -> None:
    """The run's id stays once it is known; the time is an instant in UTC."""
    stream = io.StringIO()
    with json_log(stream, errors=True) as log:
        log.step("reading")
        log.tell(Event(message="reading", stage="reading", rows=7, seconds=0.5))
        log.tell(Event(message="größer", level="warning", run_id="2025"))
        log.tell(Event(message="done"))
    first, second, third = lines(stream)
    assert (first["stage"], first["rows"], first["seconds"]) == ("reading", 7, 0.5)
    assert (first["run_id"], second["run_id"], third["run_id"]) == (None, "2025", "2025")
    assert (second["level"], second["message"]) == ("warning", "größer")
    assert datetime.fromisoformat(first["time"]).utcoffset() is not None
    assert len({tuple(line) for line in (first, second, third)}) == 1


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (SolverError("no plan"), "error"),
        (UnchangedError("same"), "info"),
        (Stopped(signal.SIGTERM), "error"),
    ],
)
def test_what_ends_the_command_is_the_last_line(error: BaseException, level: str) -> None:
    """With the stage it was at; the exit code is the error's, and nothing else is printed."""
    stream = io.StringIO()

    def fail() -> None:
        with json_log(stream, errors=True) as log:
            log.step("planning")
            raise error

    with pytest.raises(SystemExit) as ended:
        fail()
    assert ended.value.code == error.exit_code  # type: ignore[attr-defined]
    (line,) = lines(stream)
    assert (line["level"], line["stage"], line["message"]) == (level, "planning", str(error))


def test_faults_are_lines_too_and_an_error_for_json_goes_on() -> None:
    """Who prints an object on standard output gets the error itself."""
    stream = io.StringIO()
    with pytest.raises(InputError), json_log(stream, errors=False):
        raise InputError("refused", [FAULT])
    assert [line["message"] for line in lines(stream)] == [str(FAULT), "refused"]
