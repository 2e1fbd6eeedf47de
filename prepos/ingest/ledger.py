"""Collect faults and notices while everything is still being read, so that all are told at once.

Keeps the first `LISTED` faults of one file, column and code and counts the rest, so that a file
that is wrong throughout stays readable.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from prepos.core.faults import Fault, Findings

LISTED = 1000  # faults told one by one, per file, column and code


@dataclass(slots=True)
class Ledger:
    """What has been found so far."""

    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    _listed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _more: Counter[tuple[str, str]] = field(default_factory=Counter)

    def fault(self, fault: Fault) -> None:
        """Note a fault: the input is refused."""
        key = (fault.file, fault.column, fault.code)
        self._listed[key] += 1
        if self._listed[key] <= LISTED:
            self.faults.append(fault)
        else:
            self._more[fault.file, fault.column] += 1

    def more(self, file: str, column: str, count: int) -> None:
        """Count faults that are not told one by one."""
        self._more[file, column] += count

    def notice(self, file: str, column: str, code: str, message: str, *, line: int = 0) -> None:
        """Note something that does not stop the run."""
        self.notices.append(Fault(file, line, column, "", code, message))

    def findings(self) -> Findings:
        """Return all of it, sorted by place; the counts of what is left out last."""
        more = [
            Fault(
                file,
                0,
                column,
                str(count),
                "PP-FILE-MORE",
                f"{f'column {column}' if column else 'whole lines'}: {count:,} more refused "
                f"beyond the {LISTED:,} listed",
            )
            for (file, column), count in sorted(self._more.items())
            if count > 0
        ]
        return Findings(tuple(sorted(set(self.faults))) + tuple(more), tuple(sorted(self.notices)))
