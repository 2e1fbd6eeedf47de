"""Replays and backtests on workers: the same bytes as without, whether a worker dies or not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from prepos import pipeline
from prepos.compute import Block, ComputeOptions, Pool, open_pool
from prepos.config import Config
from prepos.core.progress import Event
from prepos.core.run import MANIFEST, SPEEDS
from prepos.errors import ExternalError
from tests.faults.nursery import Nursery
from tests.pieces import PLACE, Told, own_pid
from tests.published import Office
from tests.unit.compute.test_pools import wait_for_end, wait_for_worker
from tests.unit.test_pipeline import TODAY

SOON_S = 5.0
FIRST = date(2025, 2, 3)  # three periods are known from there on
STRETCH = pipeline.Stretch(
    first=FIRST,
    policies=("nothing", "base_stock", "prepos"),
    variants=("plan.near=1",),
    sweep="plan.holding_cost=0.01,0.1",
)
TRIAL = pipeline.Trial(origins=2, models=("naive",), peers=("exponential",))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder in which workers leave word; they know it from their start."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("place")
        patch.setenv(PLACE, str(folder))
        yield folder


@pytest.fixture(scope="module", params=["process", "dask"])
def pool(request: pytest.FixtureRequest, place: Path) -> Iterator[Pool]:
    """Return a pool of two workers, or one of dask's: to start takes longer than what they do."""
    workers = 2
    if request.param == "dask":
        pytest.importorskip("distributed")
        workers = 1
    with open_pool(ComputeOptions(executor=request.param, workers=workers)) as opened:
        yield opened


@pytest.fixture(scope="module")
def config(planned: Office, place: Path) -> Config:
    """Return the configuration of a small workspace; a policy that kills has killed its fill."""
    (place / "death0").touch()
    return planned.config()


@pytest.fixture
def on_workers(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pool do what commands do in blocks."""
    for module in ("prepos.pipeline.replay", "prepos.pipeline.backtest"):
        monkeypatch.setattr(f"{module}.open_pool", lambda _: nullcontext(pool))


def replayed(config: Config, out: Path, stretch: pipeline.Stretch = STRETCH) -> dict[str, bytes]:
    """Return a replay's files but for the manifest, which tells timings."""
    return files_of(pipeline.run_replay(config, stretch, out, today=TODAY).folder)


def tried(config: Config, out: Path) -> dict[str, bytes]:
    """Return a backtest's files but for the manifest and the speeds."""
    return files_of(pipeline.run_backtest(config, TRIAL, out, today=TODAY).folder)


def files_of(folder: Path) -> dict[str, bytes]:
    told = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {name: content for name, content in told.items() if name not in (MANIFEST, SPEEDS)}


@pytest.fixture(scope="module")
def serial(config: Config, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Return the files of both as they are made one after another."""
    folder = tmp_path_factory.mktemp("serial")
    deadly = pipeline.Stretch(first=FIRST, policies=("tests.pieces:deadly_once",))
    return {
        "replay": replayed(config, folder / "replay"),
        "backtest": tried(config, folder / "backtest"),
        "deadly": replayed(config, folder / "deadly", deadly),
    }


@pytest.mark.usefixtures("on_workers")
def test_workers_make_the_same_bytes(
    config: Config, serial: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """Of a replay with variants, a sweep and the bound, and of a backtest with a peer."""
    assert len(serial["replay"]) >= 3
    assert replayed(config, tmp_path / "replay") == serial["replay"]
    assert tried(config, tmp_path / "backtest") == serial["backtest"]


@pytest.mark.usefixtures("on_workers")
def test_a_killed_worker_changes_no_byte(
    config: Config, serial: dict[str, dict[str, bytes]], place: Path, tmp_path: Path
) -> None:
    """It is killed in the midst of a replay, and the replay is done again."""
    (place / "death0").unlink()
    deadly = pipeline.Stretch(first=FIRST, policies=("tests.pieces:deadly_once",))
    assert replayed(config, tmp_path / "replay", deadly) == serial["deadly"]
    assert (place / "death0").exists()


@dataclass
class Killer:
    """Listens to a command, and kills one of its workers once a first piece is tried."""

    pids: Sequence[int]
    killed: list[int] = field(default_factory=list)

    def step(self, name: str, total: int | None = None) -> None:
        """Let it be."""

    def tell(self, event: Event) -> None:
        if event.message.startswith("trying ") and not self.killed:
            self.killed.append(self.pids[-1])
            os.kill(self.killed[0], signal.SIGKILL)


@pytest.mark.usefixtures("on_workers")
def test_a_worker_that_is_killed_from_outside_changes_no_byte(
    config: Config, pool: Pool, serial: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    """In the midst of a backtest: its block is tried again, by one that takes its place."""
    before = pool.run(
        own_pid, [Block(f"{number}", number) for number in range(6)], Told(), title=""
    )
    killer = Killer(sorted(set(before)))
    done = pipeline.run_backtest(config, TRIAL, tmp_path / "backtest", killer, today=TODAY)
    assert files_of(done.folder) == serial["backtest"]
    assert len(killer.killed) == 1
    wait_for_end(killer.killed[0])


@pytest.mark.usefixtures("on_workers")
def test_a_policy_that_kills_twice_is_named(config: Config, place: Path, tmp_path: Path) -> None:
    """And nothing is written."""
    deadly = pipeline.Stretch(first=FIRST, policies=("tests.pieces:deadly_always",))
    with pytest.raises(ExternalError, match=r"^replaying tests\.pieces:deadly_always: its "):
        replayed(config, tmp_path / "replay", deadly)
    assert not (tmp_path / "replay").exists()
    for told in place.glob("death[1-9]*"):
        told.unlink()


def test_a_stopped_command_leaves_no_worker(
    office: Office, nursery: Nursery, tmp_path: Path
) -> None:
    """SIGTERM ends it in five seconds, its worker being in the midst of a block."""
    words = ["replay", "-c", office.file, "--from", FIRST, "--no-bound", "--json"]
    words += ["--policy", "tests.pieces:Sleeper", "--set", "run.executor=process"]
    told = tmp_path / "told"
    told.mkdir()
    end = nursery.start([*words, "--out", tmp_path / "run"], surroundings={PLACE: str(told)})
    worker = wait_for_worker(told)
    begun = time.monotonic()
    os.kill(nursery.pid, signal.SIGTERM)
    ended = end()
    assert time.monotonic() - begun < SOON_S
    assert ended.code == 143, ended
    assert "Traceback" not in ended.told
    wait_for_end(worker)
    assert not (tmp_path / "run").exists()
