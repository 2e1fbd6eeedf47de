"""Answers in the ledger: only added to, beside what became of runs; and the files they came in."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from prepos.errors import WriteError
from prepos.publish import ledger
from prepos.publish.acknowledgements import (
    append_acknowledgements,
    moving_digest,
    read_acknowledgements,
)
from prepos.publish.receipts import keep_file, list_kept
from tests.answers import answer
from tests.unit.publish.test_ledger import event

FIRST = answer("refused", 4, message="x'); DROP TABLE acknowledgements; --")


def test_answers_are_added_and_read_in_order(tmp_path: Path) -> None:
    """Without a ledger they are not known; in one that has none, there are none."""
    assert read_acknowledgements(tmp_path) is None
    append_acknowledgements(tmp_path, [FIRST])
    assert read_acknowledgements(tmp_path) is None  # half a ledger: made by who was killed
    ledger.append_events(tmp_path, [event("r1", ledger.MADE)])
    append_acknowledgements(tmp_path, [answer("taken"), answer("shipped")])
    assert read_acknowledgements(tmp_path) == (FIRST, answer("taken"), answer("shipped"))
    (tmp_path / "other").mkdir()
    ledger.append_events(tmp_path / "other", [event("r1", ledger.MADE)])
    assert read_acknowledgements(tmp_path / "other") == ()


@pytest.mark.parametrize(
    "words", ["UPDATE acknowledgements SET quantity = 5", "DELETE FROM acknowledgements"]
)
def test_no_answer_is_changed(tmp_path: Path, words: str) -> None:
    """The database itself refuses."""
    append_acknowledgements(tmp_path, [FIRST])
    with (
        closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        connection.execute(words)


def test_what_moves_has_a_digest() -> None:
    """The order and hour of telling do not change it, nor does a line that has not left."""
    assert moving_digest([answer("taken"), answer("refused", day=2)]) is None
    told = [answer("taken"), answer("shipped", 4, 2)]
    digest = moving_digest(told)
    assert digest is not None
    assert digest == moving_digest([*reversed(told), answer("taken", transfer_id="T2")])
    assert digest == moving_digest([answer("taken", by="bob"), answer("shipped", 4, 2, file="g")])
    assert digest != moving_digest([answer("taken"), answer("shipped", 5, 2)])
    assert digest != moving_digest([*told, answer("received", 4, 3)])


def test_files_are_kept_under_their_sum(tmp_path: Path) -> None:
    """Once, as they were, with an ending that tells how they are read."""
    text, packed, rows = (tmp_path / name for name in ("a.txt", "b.csv.gz", "c.pq"))
    text.write_text("a")
    packed.write_bytes(gzip.compress(b"b"))
    rows.write_text("c")
    runs = tmp_path / "runs"
    kept = [keep_file(runs, "r1", file) for file in (text, packed, rows, text)]
    assert kept[0] == kept[3]
    assert [path.name[64:] for path in kept] == [".csv", ".csv.gz", ".parquet", ".csv"]
    assert [path.read_bytes() for path in kept[:3]] == [
        file.read_bytes() for file in (text, packed, rows)
    ]
    kept[0].write_text("half")  # what is not as it was is written anew
    assert keep_file(runs, "r1", text).read_text() == "a"
    kept[0].with_name("x.csv.aside").write_text("")
    assert list(list_kept(runs)) == [("r1", path) for path in sorted(set(kept))]


def test_a_file_that_cannot_be_kept_is_a_write_error(tmp_path: Path) -> None:
    """A file lies where the folder is to be."""
    (tmp_path / "receipts").write_text("")
    (tmp_path / "a.csv").write_text("a")
    with pytest.raises(WriteError, match="cannot write"):
        keep_file(tmp_path, "r1", tmp_path / "a.csv")
