"""Which two plans are put beside each other."""

from __future__ import annotations

from pathlib import Path

from prepos.config import Config
from prepos.errors import RunError
from prepos.pipeline.history import read_history
from prepos.pipeline.publishable import NEWEST, find_run
from prepos.publish.current import CURRENT


def find_pair(config: Config, before: str, after: str) -> tuple[Path, Path]:
    """Return the folders of two runs by their names.

    Where ``current`` is the newest plan too, it stands beside the one published before it.

    Raises
    ------
    RunError
        If there is no such run, or none was published before.
    """
    one, other = find_run(config, before), find_run(config, after)
    if (before, after) != (CURRENT, NEWEST) or one.name != other.name:
        return one, other
    earlier = [run for run in read_history(config.runs).order if run != one.name]
    if not earlier:
        raise RunError(
            f"run {one.name} is the published plan and the newest, and none was published before "
            "it, expected `prepos diff A B`"
        )
    return find_run(config, earlier[-1]), one
