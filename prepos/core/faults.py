"""A fault of the input, and where it stands; a notice is a fault that does not stop the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one place.

    ``line`` is the physical line on which the record starts (the header is 1), or the row, from 1,
    for Parquet and databases; 0 when the fault is the whole file's. ``code`` is stable (``PP-…``).
    """

    file: str
    line: int
    column: str
    value: str
    code: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file} line {self.line}" if self.line else self.file
        return f"{place}: {self.message} [{self.code}]"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault or notice."""

    code: str
    title: str
    explanation: str
    remedy: str

    @property
    def meaning(self) -> str:
        """All of it as a text for people."""
        return f"{self.code}: {self.title}\n\n{self.explanation}\n\nWhat to do: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a reading found: faults refuse the input, notices only tell."""

    faults: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.faults + other.faults, self.notices + other.notices)


def merge_findings(findings: Sequence[Findings]) -> Findings:
    """Return all findings as one, in the order given."""
    merged = Findings()
    for found in findings:
        merged = merged + found
    return merged
