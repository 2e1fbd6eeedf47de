"""Read a planner's edited copy of ``transfers.csv``, as strictly as any input."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from prepos.core.faults import Fault, Findings
from prepos.core.files_of_edits import EDITED, READ
from prepos.core.texts import TEXT_TYPE
from prepos.errors import TableError
from prepos.ingest import sql
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import IngestOptions
from prepos.ingest.rules import Reading
from prepos.ingest.stage import stage_table


def read_edited(
    path: Path, options: IngestOptions, *, work_folder: Path, today: date
) -> tuple[pd.DataFrame, Findings]:
    """Return the lines as given, empty ids as empty text, and what was found; faults do not raise.

    Parameters
    ----------
    options : IngestOptions
        Whether odd ids are allowed, and how much memory there is; the dialect is that in which
        ``transfers.csv`` is written.
    work_folder : Path
        Where typed rows go.

    Returns
    -------
    frame
        The columns that are read, and ``line``; of each line whose cells are as they should be.
    """
    ledger = Ledger()
    plain = IngestOptions(allow_odd_ids=options.allow_odd_ids, memory_mb=options.memory_mb)
    columns = ["line", *(column.name for column in READ)]
    with sql.connect(work_folder, memory_mb=options.memory_mb) as connection:
        try:
            stage_table(
                connection,
                EDITED,
                path,
                given_as=str(path),
                work_folder=work_folder,
                reading=Reading(options=plain, timezone="UTC", today=today),
                ledger=ledger,
            )
        except TableError as error:
            return pd.DataFrame({name: [] for name in columns}), Findings(faults=error.faults)
        names = ", ".join(sql.name(name) for name in columns)
        frame = connection.execute(f"SELECT {names} FROM {EDITED.name} ORDER BY line").df()
    return _clean(frame, ledger.findings().faults), ledger.findings()


def _clean(frame: pd.DataFrame, faults: tuple[Fault, ...]) -> pd.DataFrame:
    """Return the lines that no fault names, with texts and days of the house's types."""
    kept = frame[~frame["line"].isin([fault.line for fault in faults])].reset_index(drop=True)
    for name in ("transfer_id", "sku", "origin", "destination", "lane_id"):
        kept[name] = kept[name].astype(TEXT_TYPE).fillna("")
    kept["ship_date"] = kept["ship_date"].astype("datetime64[s]")
    return kept
