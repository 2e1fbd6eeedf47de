"""Hand a run's plan to the database that the configuration names."""

from __future__ import annotations

from pathlib import Path

from prepos.config import Config
from prepos.publish import read_run
from prepos.publish.database import Written, write_plan


def hand_to_database(config: Config, run_folder: Path) -> Written | None:
    """Write the plan of a run's folder to ``publish.database``; None where none is configured.

    Raises
    ------
    RunError
        If the run is not as it was written, or holds no plan.
    ExternalError
        If the database does not take it; then nothing of the plan is in it.
    """
    if config.write_back.url is None:
        return None
    return write_plan(read_run(run_folder), config.write_back, config.database, config.folder)
