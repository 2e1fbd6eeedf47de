"""Every code of the station is in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from prepos.core.codes import CODES

STATION = Path(__file__).parents[3] / "prepos" / "regions"


def test_every_code_told_is_explained() -> None:
    """No message of the station carries a code that ``prepos explain`` does not know."""
    told = {
        code
        for file in STATION.glob("*.py")
        for code in re.findall(r'"(PP-[A-Z0-9-]+)"', file.read_text(encoding="utf-8"))
    }
    assert len(told) > 20
    assert sorted(told - CODES.keys()) == []
