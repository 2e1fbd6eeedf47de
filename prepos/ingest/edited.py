"""Read a planner's edited copy of ``transfers.csv``, as strictly as any input."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from prepos.core.faults import Findings
from prepos.core.files_of_edits import EDITED, READ
from prepos.ingest.alone import read_alone
from prepos.ingest.options import IngestOptions


def read_edited(
    path: Path, options: IngestOptions, *, work_folder: Path, today: date
) -> tuple[pd.DataFrame, Findings]:
    """Return the lines as given, and what was found, as `read_alone` does."""
    return read_alone(
        EDITED, path, options, read=READ, work_folder=work_folder, timezone="UTC", today=today
    )
