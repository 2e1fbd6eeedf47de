"""The run folder: whole or not at all."""

import os
import sys
import threading
from pathlib import Path

import pytest

from prepos.errors import WriteError
from prepos.publish import check_writable, seal, staged_folder
from prepos.publish.exchange import exchange


def make_run(folder: Path, text: str = "old") -> None:
    """Write a sealed run with one file."""
    folder.mkdir(parents=True)
    (folder / "kpis.json").write_text(text)
    seal(folder, {})


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    """The files are there at the end, and nothing else lies beside the folder."""
    folder = tmp_path / "runs" / "r1"
    with staged_folder(folder) as stage:
        (stage / "a.csv").write_text("x")
        assert not folder.exists()
    assert (folder / "a.csv").read_text() == "x"
    assert [path.name for path in folder.parent.iterdir()] == ["r1"]


def test_an_earlier_run_is_swapped(tmp_path: Path) -> None:
    """What was there before is gone, file by file, and nothing is left beside it."""
    make_run(tmp_path / "r1")
    with staged_folder(tmp_path / "r1") as stage:
        (stage / "b.csv").write_text("new")
    assert [path.name for path in (tmp_path / "r1").iterdir()] == ["b.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no system call exchanges folders")
def test_a_run_is_there_at_any_moment_of_a_swap(tmp_path: Path) -> None:
    """A reader that looks all the time finds the earlier one or the new one."""
    make_run(tmp_path / "r1", "0")
    done, missed = threading.Event(), []

    def watch() -> None:
        while not done.is_set():
            if not (tmp_path / "r1" / "kpis.json").exists():
                missed.append(1)

    reader = threading.Thread(target=watch)
    reader.start()
    for number in range(20):
        with staged_folder(tmp_path / "r1") as stage:
            (stage / "kpis.json").write_text(f"{number}")
    done.set()
    reader.join()
    assert missed == []
    assert (tmp_path / "r1" / "kpis.json").read_text() == "19"
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]


@pytest.mark.parametrize("whole", [True, False], ids=["in one step", "in two"])
def test_folders_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    """With or without the system's help, the new one is there and nothing is left."""
    if not whole:
        monkeypatch.setattr("prepos.publish.folder.exchange", lambda *_: False)
    make_run(tmp_path / "r1")
    with staged_folder(tmp_path / "r1") as stage:
        (stage / "b.csv").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]
    assert [path.name for path in (tmp_path / "r1").iterdir()] == ["b.csv"]
    assert not exchange(tmp_path / "r1", tmp_path / "nowhere")


def test_a_failure_leaves_the_earlier_run(tmp_path: Path) -> None:
    """An exception on the way changes nothing."""
    make_run(tmp_path / "r1")
    with pytest.raises(FileNotFoundError), staged_folder(tmp_path / "r1") as stage:
        (stage / "gone" / "kpis.json").write_text("half")
    assert (tmp_path / "r1" / "kpis.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]


def test_a_failed_swap_puts_the_earlier_run_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the second rename fails, the first is undone and the error says where."""
    make_run(tmp_path / "r1")
    calls = []

    def replace(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        os.rename(source, target)

    monkeypatch.setattr("prepos.publish.folder.exchange", lambda *_: False)
    monkeypatch.setattr("prepos.publish.folder.os.replace", replace)
    with (
        pytest.raises(WriteError, match=r"cannot write .*r1: No space left on device"),
        staged_folder(tmp_path / "r1") as stage,
    ):
        (stage / "b.csv").write_text("new")
    assert (tmp_path / "r1" / "kpis.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]


def test_a_place_that_cannot_be_written_is_told_early(tmp_path: Path) -> None:
    """A file in the way of the parent folder is found before any work."""
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(WriteError, match=r"cannot write .*r1"):
        check_writable(tmp_path / "runs" / "r1")


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    """The check makes no folder and changes no run."""
    make_run(tmp_path / "r1")
    check_writable(tmp_path / "r1")
    check_writable(tmp_path / "r2")
    assert [path.name for path in tmp_path.iterdir()] == ["r1"]
    assert (tmp_path / "r1" / "kpis.json").read_text() == "old"


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    """A file that no run wrote would be lost: it is named instead."""
    make_run(tmp_path / "r1")
    (tmp_path / "r1" / "notes.txt").write_text("mine")
    with pytest.raises(WriteError, match=r"it holds notes.txt, which is no file of a run"):
        check_writable(tmp_path / "r1")


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    """A file where the folder should be is no run."""
    (tmp_path / "r1").write_text("mine")
    with pytest.raises(WriteError, match="it holds a file of that name"):
        check_writable(tmp_path / "r1")


def test_a_foreign_folder_is_not_replaced(tmp_path: Path) -> None:
    """A folder without a manifest that lists its files is no run."""
    (tmp_path / "r1").mkdir()
    (tmp_path / "r1" / "manifest.json").write_text("{}")
    with pytest.raises(WriteError, match="which is no file of a run"):
        check_writable(tmp_path / "r1")
