"""The pointer: there at any moment, one run or the other."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from prepos.errors import RunError, WriteError
from prepos.publish.current import read_current, swap_current


def test_it_points_to_a_run(tmp_path: Path) -> None:
    """A link through which files are read; swapped, nothing else is left."""
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        (tmp_path / run / "kpis.json").write_text(run)
    assert read_current(tmp_path) is None
    for run in ("a", "b"):
        swap_current(tmp_path, run)
        assert read_current(tmp_path) == run
        assert (tmp_path / "current" / "kpis.json").read_text() == run
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "current"]


def test_a_reader_finds_a_run_at_any_moment(tmp_path: Path) -> None:
    """During fifty swaps, each time one of the two, and its file."""
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        (tmp_path / run / "kpis.json").write_text(run)
    swap_current(tmp_path, "a")
    done, seen, missed = threading.Event(), set(), []

    def watch() -> None:
        while not done.is_set():
            try:
                seen.add((tmp_path / "current" / "kpis.json").read_text())
                seen.add(read_current(tmp_path))
            except OSError as error:
                missed.append(error)

    reader = threading.Thread(target=watch)
    reader.start()
    for number in range(50):
        swap_current(tmp_path, "ab"[number % 2])
    done.set()
    reader.join()
    assert missed == []
    assert seen == {"a", "b"}


def test_without_links_it_is_a_text_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the run's id; one kind replaces the other."""

    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    swap_current(tmp_path, "a")
    with monkeypatch.context() as patched:
        patched.setattr(os, "symlink", no_links)
        swap_current(tmp_path, "b")
    assert (tmp_path / "current").read_text() == "b\n"
    assert not (tmp_path / "current").is_symlink()
    assert read_current(tmp_path) == "b"
    swap_current(tmp_path, "c")
    assert (tmp_path / "current").is_symlink()
    assert read_current(tmp_path) == "c"


@pytest.mark.parametrize("text", ["", "../elsewhere", "/etc", "a/b", "."])
def test_a_pointer_to_elsewhere_is_refused(tmp_path: Path, text: str) -> None:
    """Only a sibling's name is one."""
    (tmp_path / "current").write_text(text)
    with pytest.raises(RunError, match="expected the id of a run in"):
        read_current(tmp_path)


def test_a_folder_of_that_name_is_no_pointer(tmp_path: Path) -> None:
    """It is neither read nor replaced."""
    (tmp_path / "current").mkdir()
    with pytest.raises(RunError, match="expected a run's id"):
        read_current(tmp_path)
    with pytest.raises(WriteError, match=f"cannot write {tmp_path / 'current'}"):
        swap_current(tmp_path, "a")
    assert [path.name for path in tmp_path.iterdir()] == ["current"]
