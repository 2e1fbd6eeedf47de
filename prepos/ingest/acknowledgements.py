"""Read what another system says of a plan's lines, as strictly as any input."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from prepos.core.faults import Findings
from prepos.core.files_of_acknowledgements import ACKNOWLEDGEMENTS
from prepos.ingest.alone import read_alone
from prepos.ingest.options import IngestOptions


def read_answers(
    path: Path, options: IngestOptions, *, work_folder: Path, timezone: str, today: date
) -> tuple[pd.DataFrame, Findings]:
    """Return the answers as given, and what was found, as `read_alone` does.

    ``timezone`` is the run's: an instant with an offset is turned into it.
    """
    return read_alone(
        ACKNOWLEDGEMENTS,
        path,
        options,
        read=ACKNOWLEDGEMENTS.columns,
        work_folder=work_folder,
        timezone=timezone,
        today=today,
    )
