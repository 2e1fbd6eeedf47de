"""What other systems answer, in a line, for tests."""

from __future__ import annotations

from typing import Any

from prepos.core.acknowledged import Acknowledgement

HEADER = "transfer_id,status,quantity,at,document,message"


def answer(
    status: str, quantity: int | None = None, day: int = 1, **changes: Any
) -> Acknowledgement:
    """Return an answer to a line of 10 units, on a day of March 2025."""
    told: dict[str, Any] = {
        "run_id": "r1",
        "transfer_id": "T1",
        "status": status,
        "quantity": quantity,
        "at": f"2025-03-{day:02d}T00:00:00",
        "document": "",
        "message": "",
        "sku": "007",
        "destination": "SP1",
        "planned": 10,
        "arrives_on": "2025-03-05",
        "file": "f",
        "told_at": "",
        "by": "ann",
    }
    return Acknowledgement(**told | changes)
