"""Codes of a planner's edited plan."""

from __future__ import annotations

from prepos.core.faults import Code

EDITS = (
    Code(
        "PP-EDIT-LINE",
        "a line of an edited plan cannot stand",
        "A line moves whole case packs of a known SKU on a lane, on a day on which that leaves, "
        "within the periods planned. Its transfer_id is that of the line that was edited, or empty "
        "where the line is added; then the lane may be told by its two nodes.",
        "Put in what was expected, or leave the line out. `prepos schema edited` tells what is "
        "read.",
    ),
)
