"""A model's file beside the run: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from prepos.errors import ConfigError, WriteError, write_error

MODEL_SUFFIXES = (".lp", ".mps")


def check_model_path(path: Path) -> None:
    """Find out before the work whether a model can be written here.

    Raises
    ------
    ConfigError
        Where the ending names no format.
    WriteError
        Where there is no folder to write into.
    """
    if path.suffix.lower() not in MODEL_SUFFIXES:
        raise ConfigError(
            f"--write-model is {path}, expected a file that ends in {' or '.join(MODEL_SUFFIXES)}"
        )
    if not path.parent.is_dir():
        raise WriteError(f"cannot write {path}: {path.parent} is no folder")
    if path.is_dir():
        raise WriteError(f"cannot write {path}: it is a folder")


def write_model(path: Path, write: Callable[[Path], None]) -> None:
    """Let a model be written beside its place and put it there in one step; raises WriteError."""
    partial = path.with_name(f".partial-{path.name}")
    try:
        write(partial)
        os.replace(partial, path)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        partial.unlink(missing_ok=True)
