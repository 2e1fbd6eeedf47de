"""The nightly job, killed or refused at some of its changes of files, first to last."""

from __future__ import annotations

from pathlib import Path

import pytest

from prepos.publish import check_run
from prepos.publish.current import read_current
from tests.faults.nursery import Nursery
from tests.published import Office

KILLED, DONE, NO_ROOM, SAME = -9, 0, 7, 99
STEP = 41  # of the job's changes one in so many fails


@pytest.mark.parametrize(("how", "first"), [("kill", 5), ("once", 12), ("full", 19)])
def test_a_job_that_fails_leaves_the_plan_of_before(
    planned: Office, tmp_path: Path, nursery: Nursery, how: str, first: int
) -> None:
    """And the next one does what it did not."""
    office, ends = planned.copy(tmp_path), []
    office.publish(office.ids[0])
    words = ["replan", "-c", office.file, "--set", "plan.budget=14", "--quiet"]
    for at in range(first, 1000, STEP):
        ended = nursery.run(words, how=how, at=at)
        ends.append(ended.code)
        assert ended.code in {KILLED if how == "kill" else NO_ROOM, DONE, SAME}, (at, ended)
        assert "Traceback" not in ended.told, ended
        check_run(office.runs / "current")
        if ended.code in {DONE, SAME}:
            break
        if ended.code == NO_ROOM:
            assert read_current(office.runs) == office.ids[0], (at, ended)
    assert ends[0] in {KILLED, NO_ROOM}
    assert ends[-1] in {DONE, SAME}
    assert nursery.run(words).code == SAME
    assert read_current(office.runs) != office.ids[0]
