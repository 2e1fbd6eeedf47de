"""The ledger: only added to, on disk when it says so, its damage told."""

from __future__ import annotations

import resource
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prepos.errors import WriteError
from prepos.publish import ledger
from prepos.publish.ledger import (
    BrokenLedgerError,
    Event,
    append_events,
    last_states,
    published_order,
    read_events,
    set_aside,
)


def event(run_id: str, state: str, **changes: str) -> Event:
    """Return something that became of a run."""
    words = {"plan_id": run_id, "kind": "plan", "made_at": "", "at": "", "by": "ann"}
    return Event(
        **{"run_id": run_id, "state": state, "previous": "", "note": "", **words, **changes}
    )


def test_events_are_added_and_read_in_order(tmp_path: Path) -> None:
    """Whatever their words; without a file there are none, not an empty list."""
    assert read_events(tmp_path) is None
    first = event("r1", ledger.MADE, note="x'); DROP TABLE events; --")
    append_events(tmp_path, [first])
    append_events(tmp_path, [event("r1", ledger.PUBLISHED), event("r2", ledger.MADE)])
    assert read_events(tmp_path) == (
        first,
        event("r1", ledger.PUBLISHED),
        event("r2", ledger.MADE),
    )
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]


@pytest.mark.parametrize("words", ["UPDATE events SET state = 'made'", "DELETE FROM events"])
def test_no_event_is_changed(tmp_path: Path, words: str) -> None:
    """The database itself refuses."""
    append_events(tmp_path, [event("r1", ledger.MADE)])
    with (
        sqlite3.connect(tmp_path / "ledger.sqlite") as connection,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        connection.execute(words)
    connection.close()


@pytest.mark.parametrize("start", [0, 20, 4000])
def test_a_damaged_ledger_is_told_and_set_aside(tmp_path: Path, start: int) -> None:
    """Wherever its bytes are wrong; it is kept for whoever wants to look at it."""
    append_events(tmp_path, [event(f"r{number}", ledger.MADE) for number in range(200)])
    path = tmp_path / "ledger.sqlite"
    content = bytearray(path.read_bytes())
    content[start : start + 8000] = b"\xa5" * len(content[start : start + 8000])
    path.write_bytes(content)
    with pytest.raises(BrokenLedgerError, match="is damaged"):
        read_events(tmp_path)
    set_aside(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite.broken"]
    assert read_events(tmp_path) is None


def test_a_full_disk_is_a_write_error_and_loses_nothing(tmp_path: Path) -> None:
    """What was there before is there after."""
    append_events(tmp_path, [event("r1", ledger.MADE)])
    size = (tmp_path / "ledger.sqlite").stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    many = [event(f"r{number}", ledger.MADE, note="x" * 100) for number in range(1000)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(WriteError, match=f"cannot write {tmp_path / 'ledger.sqlite'}"):
            append_events(tmp_path, many)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert read_events(tmp_path) == (event("r1", ledger.MADE),)


def test_a_ledger_that_cannot_be_made_is_a_write_error(tmp_path: Path) -> None:
    """Its place is a folder, or lies in none."""
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(WriteError, match="unable to open"):
        append_events(tmp_path, [])
    with pytest.raises(WriteError, match="unable to open"):
        append_events(tmp_path / "nowhere", [])


def test_intentions_make_a_run_nothing(tmp_path: Path) -> None:
    """What is proposed stays so while it is being published, and if that is given up."""
    words = [
        event("r1", ledger.PROPOSED),
        event("r1", ledger.INTENDED),
        event("r1", ledger.DROPPED),
    ]
    assert last_states(words) == {"r1": ledger.PROPOSED}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from([ledger.PUBLISHED, ledger.ROLLED_BACK]))
    )
)
def test_the_order_of_published_runs(steps: list[tuple[str, str]]) -> None:
    """Each stands in it once, by when it was last published; one rolled back, not at all."""
    order = published_order([event(run, state) for run, state in steps])
    last = {run: (number, state) for number, (run, state) in enumerate(steps)}
    stand = {run: at for run, (at, state) in last.items() if state == ledger.PUBLISHED}
    assert order == sorted(stand, key=lambda run: stand[run])
