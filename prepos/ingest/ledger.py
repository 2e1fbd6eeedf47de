"""Collect faults and notices while everything is still being read, so that all are told at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter

from prepos.core.faults import Fault, Findings

_IN_ORDER = attrgetter("file", "line", "column", "value", "code", "message")


@dataclass(slots=True)
class Ledger:
    """What has been found so far."""

    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)

    def fault(self, fault: Fault) -> None:
        """Note a fault: the input is refused."""
        self.faults.append(fault)

    def notice(self, file: str, column: str, code: str, message: str, *, line: int = 0) -> None:
        """Note something that does not stop the run."""
        self.notices.append(Fault(file, line, column, "", code, message))

    def findings(self) -> Findings:
        """Return all of it, each once, sorted by place."""
        return Findings(
            tuple(sorted(set(self.faults), key=_IN_ORDER)),
            tuple(sorted(self.notices, key=_IN_ORDER)),
        )
