"""The contract of what other systems answer to a plan's lines: `prepos reconcile --receipts`."""

from __future__ import annotations

from prepos.core.acknowledged import STATUSES
from prepos.core.columns import (
    Table,
    choice_column,
    id_column,
    instant_column,
    text_column,
    whole_column,
)

ACKNOWLEDGEMENTS = Table(
    name="acknowledgements",
    meaning="what another system says of a plan's lines: one row an answer, several to a line",
    label="{transfer_id} {status}",
    columns=(
        id_column(
            "transfer_id",
            "as planned, or as exported: prepos.<plan>_<transfer>, prepos.<transfer>",
            required=True,
        ),
        choice_column("status", STATUSES, "what became of the units", required=True),
        whole_column(
            "quantity",
            "of this answer; parts of one status add up",
            unit="units",
            above=0,
            default="the whole line, but for what is refused of it",
        ),
        instant_column("at", "when it happened, in the run's time zone", required=True),
        text_column(
            "document", "the other system's number; tells two answers of one instant apart"
        ),
        text_column("message", "why it was refused"),
    ),
)
