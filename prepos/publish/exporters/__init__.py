"""Files for other systems, one module a format: what each takes, and what it would misread.

An exporter is given a `Batch` and yields breaches, then files of `Sheet`; nothing is written where
anything is broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prepos.core.lazily import lazy_names

if TYPE_CHECKING:
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

_HOMES = {
    "EXPORTERS": "prepos.publish.exporters.registry",
    "Batch": "prepos.publish.exporters.batch",
    "ExportOptions": "prepos.publish.exporters.options",
    "check_place": "prepos.publish.exporters.write",
    "faults_of": "prepos.publish.exporters.rules",
    "make_batch": "prepos.publish.exporters.batch",
    "write_files": "prepos.publish.exporters.write",
}
__getattr__ = lazy_names(__name__, _HOMES)
