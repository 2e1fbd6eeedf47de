"""Blocks on a dask cluster's workers: one of this machine while it is needed, or one that runs.

Dask itself tries a block again whose worker died, and gives it up in the end. A cluster that runs
already needs the same prepos as the command, on its scheduler and on each worker; its workers' own
threads are how many cores a block may use.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from prepos.compute.blocks import (
    TRIES,
    Answer,
    Answers,
    Block,
    Given,
    Made,
    Watch,
    do_packed,
    pack,
    unpack,
    worker_died,
)
from prepos.compute.options import ComputeOptions
from prepos.core.codes_of_runs import CLUSTER_FAILED
from prepos.core.kernels import most_threads
from prepos.errors import ExternalError

CONNECT_S = 10.0  # to reach the scheduler, and until a first worker is there
LOST_S = 60.0  # that the blocks wait without any worker
CLOSE_S = 10.0  # until a cluster is left to end by itself: its workers end with the command
LOOK_S = 1.0  # from one look at the workers to the next
ONE_AT_A_TIME = threading.Lock()  # compiled loops are not called from two threads of a process


class Cluster:
    """Does blocks on dask's workers."""

    def __init__(self, options: ComputeOptions) -> None:
        self._options = options
        self._dask = load_distributed()
        self._opened = ExitStack()
        self._client: Any = None
        self._idle_s = 0.0  # without a worker

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(TimeoutError):
            self._opened.close()

    def run(
        self,
        work: Callable[[Given], Made],
        blocks: Sequence[Block[Given]],
        watch: Watch,
        *,
        title: str,
    ) -> list[Made]:
        """Return what the work makes of each block, in their order."""
        answers, waiting = Answers(blocks, watch), deque(range(len(blocks)))
        busy: dict[Any, int] = {}
        with watch.stage(title):
            self._open()
            try:
                while busy or answers.want_more(waiting):
                    workers = self._count_workers()
                    while len(busy) < max(workers, 1) and answers.want_more(waiting):
                        number = waiting.popleft()
                        busy[self._submit(pack(work, blocks[number]))] = number
                    for future in self._ended(busy):
                        number = busy.pop(future)
                        answers.take(number, self._answer(future, blocks[number].name))
                    answers.settle([*busy.values(), *waiting])
            finally:
                self._client.cancel(list(busy), force=True)
        return answers.in_order()

    def _submit(self, task: bytes) -> Any:
        """Return the future of a block."""
        threads = 0
        if not self._options.scheduler:
            threads = max(1, most_threads() // self._options.worker_count)
        key = f"prepos-{uuid.uuid4().hex}"
        return self._client.submit(do_alone, task, threads, key=key, pure=False)

    def _ended(self, busy: dict[Any, int]) -> list[Any]:
        """Return the futures that ended since the last look."""
        try:
            self._dask.wait(list(busy), timeout=LOOK_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        except self._dask.CancelledError:
            pass  # each future tells by itself
        return [future for future in busy if future.status != "pending"]

    def _answer(self, future: Any, name: str) -> Answer:
        """Return what came of a block; the cluster's own troubles as an error."""
        if future.status == "finished":
            return unpack(future.result())
        if future.status == "error":
            error = future.exception()
            if isinstance(error, self._dask.KilledWorker):
                return Answer(error=worker_died(name, f"the last at {error.last_worker.address}"))
            return Answer(error=cluster_failed(f"{name}: {type(error).__name__}: {error}"))
        return Answer(error=cluster_failed(f"{name}: the scheduler is gone"))

    def _count_workers(self) -> int:
        """Return how many workers there are; raises ExternalError if for long there is none."""
        try:
            count = len(self._client.nthreads())
        except (OSError, self._dask.CancelledError) as error:
            raise cluster_failed(f"the scheduler is gone: {error}") from error
        self._idle_s = 0.0 if count else self._idle_s + LOOK_S
        if self._idle_s > LOST_S:
            raise cluster_failed(f"no worker was there for {LOST_S:.0f} s")
        return count

    def _open(self) -> None:
        """Start or reach the cluster, if that is not done."""
        if self._client is not None:
            return
        self._opened.enter_context(quiet())
        place: Any = self._options.scheduler
        if not place:
            # else a worker that takes longer to start again than 15 s is given up for good
            patience = {"distributed.deploy.lost-worker-timeout": f"{2 * LOST_S:.0f} s"}
            self._opened.enter_context(self._dask.dask.config.set(patience))
            place = self._dask.LocalCluster(
                n_workers=self._options.worker_count,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
                scheduler_kwargs={"allowed_failures": TRIES - 1},
            )
            self._opened.callback(place.close, timeout=CLOSE_S)
        try:
            self._client = self._dask.Client(place, timeout=CONNECT_S)
            self._opened.callback(self._client.close, timeout=CLOSE_S)
            self._client.wait_for_workers(1, timeout=CONNECT_S)
        except (OSError, ValueError, TimeoutError) as error:
            told = str(error) or "no answer"
            raise cluster_failed(
                f"run.scheduler is {self._options.scheduler}: {told}, expected a scheduler with a "
                f"worker within {CONNECT_S:.0f} s"
            ) from error


def load_distributed() -> Any:
    """Return dask's library; raises ExternalError that names what to install."""
    try:
        import distributed
    except ImportError as error:
        raise ExternalError(
            "run.executor is dask and distributed is not installed, expected it: "
            "pip install 'prepos[dask]'"
        ) from error
    return distributed


def do_alone(task: bytes, threads: int) -> bytes:
    """Do a block in a dask worker; 0 threads are as many as the worker has."""
    with ONE_AT_A_TIME:
        return do_packed(task, threads or load_distributed().get_worker().state.nthreads)


def cluster_failed(what: str) -> ExternalError:
    """Return the error that says what the cluster did not do."""
    return ExternalError(f"{what}; `prepos explain {CLUSTER_FAILED}` tells more")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep dask's own log lines from the terminal: what matters is raised."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    kept = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for log, level in zip(logs, kept, strict=True):
            log.setLevel(level)
