"""Files for other systems, one module a format: what each takes, and what it would misread.

An exporter is given a `Batch` and yields breaches, then files of `Sheet`; nothing is written where
anything is broken.
"""

from __future__ import annotations

from prepos.publish.exporters.batch import Batch, make_batch
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.registry import EXPORTERS
from prepos.publish.exporters.rules import faults_of
from prepos.publish.exporters.write import check_place, write_files

__all__ = [
    "EXPORTERS",
    "Batch",
    "ExportOptions",
    "check_place",
    "faults_of",
    "make_batch",
    "write_files",
]
