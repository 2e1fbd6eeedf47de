"""A model's file is written whole or not at all, and a wrong path is told before the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from prepos.errors import ConfigError, WriteError
from prepos.publish import check_model_path, write_model


@pytest.mark.parametrize("name", ["model.txt", "model", "model.lp.gz"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    """The two that are known are named; it is wrong use."""
    with pytest.raises(ConfigError, match=r"expected a file that ends in \.lp or \.mps") as caught:
        check_model_path(tmp_path / name)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["model.lp", "model.MPS"])
def test_both_formats_are_taken(name: str, tmp_path: Path) -> None:
    """In either case of letters."""
    check_model_path(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_no_folder_and_a_folder_are_told(tmp_path: Path) -> None:
    """Where it cannot be written is told before hours of work."""
    with pytest.raises(WriteError, match="nowhere is no folder"):
        check_model_path(tmp_path / "nowhere" / "model.lp")
    (tmp_path / "model.lp").mkdir()
    with pytest.raises(WriteError, match="it is a folder"):
        check_model_path(tmp_path / "model.lp")


def test_a_model_takes_the_place_of_another(tmp_path: Path) -> None:
    """Whole, under its own name, with nothing beside it."""
    path = tmp_path / "model.lp"
    path.write_text("old")
    write_model(path, lambda place: place.write_text("new"))
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_model_that_cannot_be_written_leaves_the_other(tmp_path: Path) -> None:
    """A full disk is told with the place; the old file stays as it was."""
    path = tmp_path / "model.lp"
    path.write_text("old")

    def fill_the_disk(place: Path) -> None:
        place.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(WriteError, match=r"cannot write .*model\.lp: No space left"):
        write_model(path, fill_the_disk)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
