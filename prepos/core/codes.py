"""Every ``PP-…`` code: what it means, why it matters, what to do; for ``prepos explain PP-…``.

A code is public and stable: its meaning never changes, and one no longer used stays here.
"""

from __future__ import annotations

from prepos.core.codes_of_edits import EDITS
from prepos.core.codes_of_exports import EXPORTS
from prepos.core.codes_of_files import DATABASES, DIALECT, FILES, IDS, VALUES
from prepos.core.codes_of_map import LANES, LAYERS, PLACINGS
from prepos.core.codes_of_receipts import RECEIPTS
from prepos.core.codes_of_runs import RUNS
from prepos.core.codes_of_tables import KEYS, PLACES, SENSE, TIMES
from prepos.core.faults import Code

_GROUPS = (
    FILES,
    DATABASES,
    DIALECT,
    VALUES,
    IDS,
    KEYS,
    TIMES,
    PLACES,
    SENSE,
    LAYERS,
    PLACINGS,
    LANES,
    RUNS,
    EDITS,
    EXPORTS,
    RECEIPTS,
)

CODES: dict[str, Code] = {code.code: code for group in _GROUPS for code in group}
