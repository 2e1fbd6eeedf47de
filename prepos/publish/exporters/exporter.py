"""What an exporter is: a name, what it would misread, and the files it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import Breach
from prepos.publish.exporters.sheet import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """One format.

    Attributes
    ----------
    name : str
        As ``--format`` takes it.
    meaning : str
        What it makes, in a line.
    check : batch and options to breaches
        What the target would refuse or misread; raises ConfigError where an option is missing.
    make : batch and options to files
        Only called where nothing is broken.
    """

    name: str
    meaning: str
    check: Callable[[Batch, ExportOptions], Iterator[Breach]]
    make: Callable[[Batch, ExportOptions], Files]
