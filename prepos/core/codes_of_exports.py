"""Codes of what another system would refuse or misread; nothing is exported where one stands."""

from __future__ import annotations

from prepos.core.faults import Code

EXPORTS = (
    Code(
        "PP-EXPORT-QUANTITY",
        "a transfer moves nothing",
        "A quantity of 0 or less is taken without a word by some systems, and means nothing.",
        "Take the line out of the plan, or correct it.",
    ),
    Code(
        "PP-EXPORT-SAME-PLACE",
        "origin and destination are the same place to the target",
        "Two nodes may have got the same name there: by publish.locations, or by a pattern that "
        "does not hold the node. Some systems book such a move all the same.",
        "Give each node a name of its own in publish.locations.",
    ),
    Code(
        "PP-EXPORT-KEY",
        "a transfer stands in the plan twice",
        "Its key names it to the target; of two lines with one key the second replaces the first.",
        "Take one of the two lines out.",
    ),
    Code(
        "PP-EXPORT-TEXT",
        "a name is not what the target can read",
        "It is empty, has blanks around it, or signs in it that end a line or a cell.",
        "Name the place otherwise in publish.locations; an item is named by the products table.",
    ),
    Code(
        "PP-EXPORT-LONG",
        "a text is longer than the target's field",
        "It would be cut, and then name something else, or the line would be refused.",
        "Name the place otherwise in publish.locations; an item is named by the products table.",
    ),
    Code(
        "PP-EXPORT-DAY",
        "a day is one that the target refuses",
        "A line cannot arrive before it leaves; OpenBoxes takes no delivery within a week.",
        "Plan earlier, or leave the line out with --only.",
    ),
    Code(
        "PP-EXPORT-COMMENT",
        "the target takes the line for a comment",
        "frePPLe skips what begins with #.",
        "Name the place otherwise in publish.locations; an item is named by the products table.",
    ),
    Code(
        "PP-EXPORT-ENCODING",
        "a text has letters that the file's encoding has not",
        "The mapping file says how the file is encoded; some letters of this text are not in it.",
        "Set encoding in the mapping file, such as utf-8.",
    ),
)
