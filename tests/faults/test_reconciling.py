"""Every change that `prepos reconcile` makes fails in turn: a file is taken in whole, or not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from prepos.cli import main
from prepos.core.run import TRANSFERS
from prepos.publish import ledger
from prepos.publish.acknowledgements import read_acknowledgements
from tests.answers import HEADER
from tests.faults.nursery import Nursery
from tests.faults.test_writes import DONE, KILLED, NO_ROOM, SAME, each_fault
from tests.published import Office


@pytest.fixture
def answers(planned: Office, tmp_path: Path) -> tuple[Office, Path]:
    """Return an office with a published run, and answers to three of its lines."""
    office = planned.copy(tmp_path)
    office.publish(office.ids[2])
    lines = pd.read_csv(office.runs / office.ids[2] / TRANSFERS, dtype=str)["transfer_id"][:3]
    rows = [f"{name},shipped,,2025-03-04,D{name}," for name in lines]
    file = office.folder / "answers.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    return office, file


@pytest.mark.parametrize("how", ["kill", "full"])
def test_a_file_is_taken_in_or_not(
    answers: tuple[Office, Path], nursery: Nursery, tmp_path: Path, how: str
) -> None:
    """All its answers are told or none is, as the exit code says; the next command takes it in."""
    office, file = answers
    words = ["reconcile", "current", "--receipts", str(file), "-c", office.file, "--quiet"]
    whole = tmp_path / "ledger.sqlite"
    shutil.copyfile(office.runs / ledger.LEDGER, whole)
    struck, events = 0, office.events()
    for at, ended in each_fault(nursery, words, how):
        struck += 1
        assert ended.code in ({KILLED, DONE} if how == "kill" else {DONE, NO_ROOM}), (at, ended)
        assert "Traceback" not in ended.told, ended
        told = read_acknowledgements(office.runs)
        assert told is not None
        assert len(told) in (0, 3), (at, ended)
        if ended.code != KILLED:
            assert len(told) == (3 if ended.code == DONE else 0), (at, ended)
        assert main(words) == (SAME if told else DONE)
        again = read_acknowledgements(office.runs)
        assert again is not None
        assert {one.document for one in again} == {f"D{one.transfer_id}" for one in again}
        assert (len(again), office.events()) == (3, events)
        (kept,) = (office.runs / "receipts" / office.ids[2]).iterdir()
        assert kept.read_bytes() == file.read_bytes()
        shutil.rmtree(office.runs / "receipts")
        shutil.copyfile(whole, office.runs / ledger.LEDGER)
    assert struck > 5
