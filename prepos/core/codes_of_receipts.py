"""Codes of what comes back from other systems, and of what is on its way by that."""

from __future__ import annotations

from prepos.core.faults import Code

RECEIPTS = (
    Code(
        "PP-RECEIPT-PLAN",
        "an answer is to a line of another plan",
        "An exported key names its plan: prepos.<plan>_<transfer>. Each plan is reconciled by "
        "itself.",
        "Reconcile the plan that the key names with the lines that are its own.",
    ),
    Code(
        "PP-RECEIPT-ID",
        "an answer is to a line that the plan does not have",
        "A line is named by its transfer_id, or by the key under which it was exported. A "
        "document's key names many lines.",
        "Put in the line's own id; `transfers.csv` lists them, and `prepos export --format csv` "
        "the keys beside them.",
    ),
    Code(
        "PP-RECEIPT-UNITS",
        "more units are told of than were planned",
        "Parts of one status add up: two shipments of 6 are 12. An answer that stands there "
        "already, with the same time, quantity and document, is not counted again.",
        "Correct the quantity, or give repeated answers the time and document that they had.",
    ),
    Code(
        "PP-RECEIPT-ORDER",
        "answers cannot have happened in this order",
        "What has left cannot be refused, and nothing is told of before it happens.",
        "Correct the times, or refuse only the units that have not left.",
    ),
    Code(
        "PP-RECEIPT-CONFLICT",
        "two answers contradict each other",
        "They are of one line, status, time and document and tell different quantities or reasons; "
        "or one instant's refuse units and ship or take them.",
        "Give each its own document number or time, or leave out the one that is wrong.",
    ),
    Code(
        "PP-RECEIPT-REPEATED",
        "answers stand in the file twice",
        "Lines alike in transfer, status, time, quantity and document are one answer.",
        "Nothing, if they are one. Two parts of one instant need document numbers of their own.",
    ),
    Code(
        "PP-RECEIPT-UNPUBLISHED",
        "the plan that is reconciled was never published",
        "As far as the ledger knows. What is shipped is on its way all the same, and counts.",
        "Nothing, if the plan was carried out.",
    ),
    Code(
        "PP-RECEIPT-RETOLD",
        "what other systems answered is read from the files that were kept",
        "The ledger was lost; the files in receipts/ beside the runs are read again. When each was "
        "reconciled, and by whom, is not known.",
        "Nothing; `prepos doctor --fix` writes them into the new ledger.",
    ),
    Code(
        "PP-RECEIPT-LOST",
        "a file of answers that was kept cannot be read again",
        "The ledger was lost, and so was the run that the file is of, or the file itself is "
        "damaged. What it told to be on its way is missing from the next plan's stock.",
        "Reconcile the file anew if the run can be had, or put what is on its way into the "
        "receipts table.",
    ),
    Code(
        "PP-SHIPPED-ADDED",
        "what earlier plans have on its way is added to the receipts",
        "Lines that were reconciled as shipped before the cutoff, and not wholly received. They "
        "stand in the run's in_transit.csv.",
        "Nothing. A line of your receipts table that names the transfer_id stands instead; "
        'ingest.shipped = "ignore" adds none.',
    ),
    Code(
        "PP-SHIPPED-OVERDUE",
        "what is on its way should have arrived",
        "The planned day has passed and nobody told that it was received. It counts as arriving "
        "on the day of the cutoff.",
        "Reconcile it as received, or ask where it is.",
    ),
    Code(
        "PP-SHIPPED-STRANGE",
        "what is on its way has no place in the tables",
        "Its node or SKU is in none of them any more, so it is not added to the receipts.",
        "Nothing, if the node or SKU was given up; else put it back into the tables.",
    ),
    Code(
        "PP-SHIPPED-OTHER",
        "receipts tell of a published line what cannot be",
        "They name its transfer_id with another SKU, or with more units than it has. Of another "
        "SKU nothing is taken off the line; of more units the line is taken to have left whole.",
        "Correct transfer_id in the receipts. A line that several plans have is best named by the "
        "key under which it was exported, prepos.<plan>_<transfer>.",
    ),
)
