"""What other systems answered so far: as the ledger tells it, else as the kept files do."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from prepos import pipeline
from prepos.core.acknowledged import Acknowledgement
from prepos.core.faults import Fault
from prepos.publish.acknowledgements import read_acknowledgements
from prepos.publish.ledger import BrokenLedgerError
from prepos.publish.receipts import list_kept


class Told(NamedTuple):
    """All answers to all plans, and what is worth knowing of how they were come by."""

    answers: tuple[Acknowledgement, ...]
    notices: tuple[Fault, ...] = ()


def read_told(runs: Path) -> Told:
    """Return all answers; writes nothing, and needs no lock."""
    try:
        answers = read_acknowledgements(runs)
    except BrokenLedgerError:
        answers = None
    if answers is not None:
        return Told(answers)
    return pipeline.retell(runs) if any(list_kept(runs)) else Told(())
