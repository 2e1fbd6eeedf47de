"""Killed at random moments while a reader looks at the published plan all the time."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from prepos.publish import check_run
from prepos.publish.current import read_current
from tests.faults.nursery import Nursery
from tests.published import Office

KILLS = int(os.environ.get("PREPOS_TEST_KILLS", "40"))  # 200 before a release
LONGEST_S = 0.2  # about what a command takes
PAUSE_S = 0.002  # between two looks


def watch(runs: Path, stop: Event, looks: object, told: object) -> None:
    """Look at the published plan until told to stop; tell how often, and what was wrong."""
    count = 0
    while not stop.is_set():
        try:
            folder = (runs / "current").resolve(strict=True)
            check_run(folder)
        except Exception as error:
            told.put(f"look {count}: {error!r}")  # type: ignore[attr-defined]
        count += 1
        time.sleep(PAUSE_S)
    looks.put(count)  # type: ignore[attr-defined]


@pytest.fixture
def reader(planned: Office, tmp_path: Path) -> Iterator[Office]:
    """Return an office whose published plan is watched; fails where a look at it failed."""
    office = planned.copy(tmp_path)
    for run in office.ids[:2]:
        office.publish(run)
    context = get_context("spawn")
    stop, looks, told = context.Event(), context.Queue(), context.Queue()
    process = context.Process(target=watch, args=(office.runs, stop, looks, told), daemon=True)
    process.start()
    yield office
    stop.set()
    count = looks.get(timeout=60)
    process.join(timeout=60)
    assert told.empty(), told.get()
    assert count > KILLS


def test_the_published_plan_is_there_and_whole_at_every_look(reader: Office) -> None:
    """Publishing, going back and planning over the published run, each killed at some moment."""
    rng, killed, begun = random.Random(6), 0, 0
    with Nursery() as nursery:
        while killed < KILLS:
            end = nursery.start(draw_words(rng, reader, begun))
            time.sleep(rng.uniform(0.0, LONGEST_S))
            os.kill(nursery.pid, signal.SIGKILL)
            killed += end().code == -signal.SIGKILL
            begun += 1
            assert read_current(reader.runs) in reader.ids
        ended = nursery.run(["publish", reader.ids[0], "-c", reader.file, "--quiet"])
        assert ended.code in {0, 99}, ended
    assert read_current(reader.runs) == reader.ids[0]
    assert not (reader.runs / "lock").exists()
    for run in reader.ids:
        check_run(reader.runs / run)


def draw_words(rng: random.Random, office: Office, number: int) -> list[str]:
    """Return a command that changes what is published, or writes it anew."""
    settled = ["-c", office.file, "--quiet"]
    current = read_current(office.runs)
    others = [run for run in office.ids if run != current]
    return [
        ["publish", rng.choice(others), *settled],
        ["rewrite", str(office.runs / str(current))],
        ["rollback", *settled],
    ][number % 3]
