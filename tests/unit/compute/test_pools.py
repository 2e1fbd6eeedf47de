"""Blocks one after another, in processes and on dask: the same results, the same errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from prepos.compute import EXECUTORS, Block, ComputeOptions, Pool, open_pool
from prepos.compute import cluster as cluster_module
from prepos.compute import processes as processes_module
from prepos.compute.options import own_cores
from prepos.core.codes import CODES
from prepos.core.kernels import most_threads
from prepos.errors import ExternalError, InputError, InternalError
from tests.pieces import (
    Told,
    be_stubborn,
    die,
    library_threads,
    refuse_odd,
    run_out_of_memory,
    square,
)

ROOT = Path(__file__).parents[3]
NUMBERS = [Block(f"block {number}", number) for number in range(5)]
SOON_S = 5.0
IN_OTHER_PROCESSES = pytest.mark.parametrize("pool", ["process", "dask"], indirect=True)


@pytest.fixture(scope="module", params=EXECUTORS)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Return a pool of two workers; what one test leaves there the next must not feel."""
    if request.param == "dask":
        pytest.importorskip("distributed")
    with open_pool(ComputeOptions(executor=request.param, workers=2)) as opened:
        yield opened


def blocks_that_die(times: int, place: Path) -> list[Block[tuple[int, int, str]]]:
    return [Block(f"block {number}", (number, times, str(place))) for number in range(4)]


def test_results_come_in_the_order_of_the_blocks(pool: Pool) -> None:
    """However long each takes."""
    told = Told()
    assert pool.run(square, NUMBERS, told, title="squaring") == [0, 1, 4, 9, 16]
    names = [block.name for block in NUMBERS]
    if told.notes:
        assert (told.stages, sorted(told.notes)) == (["squaring"], names)
    else:
        assert told.stages == names


def test_no_blocks_make_nothing(pool: Pool) -> None:
    """And wait for nobody."""
    assert pool.run(square, [], Told(), title="squaring") == []


def test_the_first_error_is_raised_as_itself(pool: Pool) -> None:
    """Of the blocks in their order, whichever failed first; with its exit code."""
    with pytest.raises(InputError) as raised:
        pool.run(refuse_odd, NUMBERS, Told(), title="refusing")
    assert (str(raised.value), raised.value.exit_code) == ("1 is odd", 3)


def test_memory_that_runs_out_is_told_as_that(pool: Pool) -> None:
    """Not as a worker's death."""
    with pytest.raises(MemoryError):
        pool.run(run_out_of_memory, NUMBERS[:1], Told(), title="filling")


@IN_OTHER_PROCESSES
def test_linear_algebra_runs_on_a_workers_share(pool: Pool) -> None:
    """As kernels do: together the workers take no more than there are cores."""
    share = max(1, most_threads() // 2)
    for told, running in pool.run(library_threads, NUMBERS[:2], Told(), title="counting"):
        assert told is not None
        assert 1 <= int(told) <= share
        assert all(count <= share for count in running)


def test_fewer_threads_that_were_asked_for_stay_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person set lower is kept, what is higher or no number is not; afterwards all is."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.setenv("MKL_NUM_THREADS", "many")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = dict(os.environ)
    wanted = processes_module.library_threads(3)
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    assert [wanted[name] for name in names] == ["3", "2", "3"]
    with processes_module.surrounded_by(wanted):
        assert os.environ["MKL_NUM_THREADS"] == "3"
    assert dict(os.environ) == before


@IN_OTHER_PROCESSES
def test_an_error_that_cannot_travel_is_told_of(pool: Pool) -> None:
    """By name and words, and where it was raised."""
    with pytest.raises(InternalError, match=r"^StubbornError: 0 and 0"):
        pool.run(be_stubborn, NUMBERS[:1], Told(), title="raising")


@IN_OTHER_PROCESSES
def test_a_block_whose_worker_is_killed_is_tried_again(pool: Pool, tmp_path: Path) -> None:
    """By a signal that cannot be caught; the result is the same."""
    blocks = blocks_that_die(1, tmp_path)
    assert pool.run(die, blocks, Told(), title="dying") == [0, 1, 2, 3]
    assert len(list(tmp_path.iterdir())) == 1


@IN_OTHER_PROCESSES
def test_a_block_that_kills_twice_is_named(pool: Pool, tmp_path: Path) -> None:
    """With a code that is spelled out; the pool goes on for others."""
    with pytest.raises(ExternalError, match=r"^block 1: its worker died 2 times") as raised:
        pool.run(die, blocks_that_die(99, tmp_path), Told(), title="dying")
    assert raised.value.exit_code == 8
    (code,) = [word.strip("`") for word in str(raised.value).split() if word.startswith("PP-")]
    assert CODES[code]
    assert len(list(tmp_path.iterdir())) == 2
    assert pool.run(square, NUMBERS, Told(), title="squaring") == [0, 1, 4, 9, 16]


def test_missing_dask_is_told_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExternalError, match=r"pip install 'prepos\[dask\]'") as raised:
        open_pool(ComputeOptions(executor="dask"))
    assert raised.value.exit_code == 8


@pytest.mark.parametrize("scheduler", ["tcp://127.0.0.1:9", "nowhere://x:1"])
def test_a_scheduler_that_is_not_there_is_told_in_time(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address, and what was expected."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster_module, "CONNECT_S", 0.5)
    options = ComputeOptions(executor="dask", scheduler=scheduler)
    begun = time.monotonic()
    with (
        pytest.raises(ExternalError, match=f"run.scheduler is {scheduler}: .*expected") as raised,
        open_pool(options) as pool,
    ):
        pool.run(square, NUMBERS, Told(), title="squaring")
    assert time.monotonic() - begun < SOON_S
    assert "PP-CLUSTER-FAILED" in str(raised.value)


def test_a_cluster_that_runs_already_is_used() -> None:
    """And left running."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0"
    ) as running:
        options = ComputeOptions(executor="dask", scheduler=running.scheduler_address)
        with open_pool(options) as pool:
            assert pool.run(square, NUMBERS, Told(), title="squaring") == [0, 1, 4, 9, 16]
        assert running.status.name == "running"


def test_all_cores_work_unless_told_otherwise() -> None:
    """Cores that the process may use."""
    assert ComputeOptions().worker_count == own_cores() >= 1
    assert ComputeOptions(workers=3).worker_count == 3


ENDLESS = """
import sys
from prepos.cli.stop import Stopped, stop_on_signals
from prepos.compute import Block, ComputeOptions, open_pool
from tests.pieces import Told, sleep_in
if __name__ == "__main__":
    options = ComputeOptions(executor="process", workers=1)
    try:
        with stop_on_signals(), open_pool(options) as pool:
            pool.run(sleep_in, [Block("sleeping", sys.argv[1])], Told(), title="sleeping")
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_no_worker_outlives_its_command(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C reaches all of a terminal's processes; one that is killed can end nobody."""
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    place = tmp_path / "told"
    place.mkdir()
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = subprocess.Popen(
        [sys.executable, str(script), str(place)],
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
        stderr=subprocess.PIPE,
    )
    worker = wait_for_worker(place)
    if number == signal.SIGINT:
        os.killpg(command.pid, number)
    else:
        command.send_signal(number)
    assert command.communicate(timeout=SOON_S)[1] == b""
    assert command.returncode == code
    wait_for_end(worker)


def wait_for_worker(place: Path) -> int:
    """Return the number of the worker process that told where it is."""
    begun = time.monotonic()
    while not (told := list(place.glob("*.pid"))):
        assert time.monotonic() - begun < 60.0
        time.sleep(0.01)
    return int(told[0].stem)


def wait_for_end(process: int) -> None:
    """Wait until there is no such process; fail where it takes too long."""
    begun = time.monotonic()
    while True:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{process}/stat").exists():
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            if state == "Z":  # ended; nobody has asked how
                return
        assert time.monotonic() - begun < SOON_S
        time.sleep(0.01)
