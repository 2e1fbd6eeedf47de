"""Codes of what the tables say together: keys, time, place, sense."""

from __future__ import annotations

from prepos.core.faults import Code

KEYS = (
    Code(
        "PP-KEY-TWICE",
        "one key, two rows that differ",
        "Which one holds cannot be known.",
        "Keep one.",
    ),
    Code(
        "PP-KEY-REPEATED",
        "rows alike to the letter",
        "Order lines add up (ingest.duplicates), rows of other tables count once.",
        "Look whether the export was joined twice.",
    ),
    Code(
        "PP-KEY-UNKNOWN",
        "an id that its table does not have",
        "The id names a product, node or region that is not there.",
        "Add it there, or correct it; ids are compared to the letter.",
    ),
    Code(
        "PP-KEY-SELF",
        "something that leads to itself",
        "A lane or neighbour needs two ends.",
        "Correct one end.",
    ),
    Code(
        "PP-KEY-LANE",
        "an override for a lane that is not there",
        "It would never take effect. Without a lanes table, each origin reaches each forward node.",
        "Correct the pair, or add the lane.",
    ),
    Code(
        "PP-KEY-TORN",
        "an order of several customers or regions",
        "An order is of one customer and goes to one region; each SKU of it counts at the first.",
        "Look whether order_id is used again; if numbers start anew, put the year or shop before.",
    ),
    Code(
        "PP-KEY-CASE",
        "ids that differ in case only",
        "They are taken as two.",
        "Make them one if one is meant.",
    ),
    Code(
        "PP-KEY-CUSTOMER",
        "customers that never ordered",
        "They may be new.",
        "Look whether both tables number customers alike.",
    ),
)

TIMES = (
    Code(
        "PP-TIME-FORMAT",
        "not a date",
        "Dates are ISO: 2025-03-31, or 2025-03-31T09:30:00.",
        "Export ISO dates, or set ingest.dates.",
    ),
    Code(
        "PP-TIME-AMBIGUOUS",
        "day and month cannot be told apart",
        "05/04/2025 is April or May; a guess would move demand by months.",
        'Set ingest.dates = "dmy" or "mdy".',
    ),
    Code(
        "PP-TIME-ORDER",
        "a date in another order than declared",
        "The day or the month comes first.",
        'Set ingest.dates = "dmy" or "mdy".',
    ),
    Code(
        "PP-TIME-SERIAL",
        "Excel's number for a day",
        "Excel counts days; the column was not formatted as a date.",
        "Format it, export again.",
    ),
    Code("PP-TIME-YEAR", "a year that cannot be", "Mostly 26 for 2026.", "Write four digits."),
    Code(
        "PP-TIME-CONSENT",
        "consents of after the cutoff",
        "What a customer will say is not known yet; until then the last word before counts.",
        "None, if that is meant; look at the time zone else.",
    ),
    Code(
        "PP-TIME-FUTURE",
        "an order later than today",
        "Nobody has placed it yet.",
        "Correct the date; look at the clock and the time zone.",
    ),
    Code("PP-TIME-SPAN", "an end before its start", "The span is empty.", "Swap or correct them."),
    Code(
        "PP-TIME-CUTOFF",
        "orders at or after the cutoff",
        "What comes after the moment of decision is never read.",
        "None, if that is meant.",
    ),
    Code(
        "PP-TIME-GAP",
        "weeks without any order",
        "Lost data reads as no demand.",
        "Fill the gap, or start the history after it.",
    ),
    Code(
        "PP-TIME-SHORT",
        "less than a year of history",
        "Seasons cannot be learnt from it.",
        "Give more history if there is any.",
    ),
    Code(
        "PP-TIME-ZONES",
        "times with and without an offset",
        "Those without are taken as the run's time zone.",
        "Export all alike.",
    ),
    Code(
        "PP-TIME-DST",
        "times that the clock skipped",
        "When summer time starts an hour never is; such times are of another zone.",
        "Set time.timezone to the zone of the export.",
    ),
    Code(
        "PP-TIME-STOCK-AGE",
        "stock counted long before the cutoff, or after it",
        "What moved in between is not known.",
        "Take a fresh snapshot.",
    ),
    Code(
        "PP-TIME-RECEIPT",
        "receipts that should have arrived",
        "They count as arrived on the cutoff.",
        "Take them out if the stock holds them already.",
    ),
    Code(
        "PP-TIME-HUB",
        "receipts that have passed their hub",
        "What came by its hub before the cutoff goes on to its node; only what is still ahead of "
        "the hub can be redirected.",
        "None, if that is so; correct at_hub_on if it is late.",
    ),
)

PLACES = (
    Code(
        "PP-PLACE-NONE",
        "an order that no place is given for",
        "region_id, a point, or a postal code is needed.",
        "Fill one in.",
    ),
    Code(
        "PP-PLACE-HALF",
        "half a point",
        "Latitude and longitude only mean something together.",
        "Fill in both or none.",
    ),
    Code(
        "PP-PLACE-LATITUDE",
        "a latitude beyond 90",
        "Often latitude and longitude are swapped.",
        "Swap or correct them.",
    ),
    Code(
        "PP-PLACE-LONGITUDE",
        "a longitude beyond 180",
        "Degrees run from -180 to 180.",
        "Correct it; 190 is -170.",
    ),
    Code(
        "PP-PLACE-METRES",
        "coordinates that look projected",
        "Metres of a map projection instead of degrees.",
        "Convert to WGS 84 (EPSG:4326).",
    ),
    Code(
        "PP-PLACE-NULL-ISLAND",
        "a place at 0, 0",
        "There is only sea; programs write it where nothing is known. Such orders are counted.",
        "Give the true place, or leave both empty.",
    ),
    Code(
        "PP-PLACE-SWAPPED",
        "latitude and longitude look swapped",
        "Swapped, the place lies among the regions; as it is, it lies far away.",
        "Swap them.",
    ),
)

SENSE = (
    Code(
        "PP-SENSE-DEFAULT",
        "empty cells took the default",
        "The value is the same for all.",
        "Fill in what is known; costs and volumes steer the plan.",
    ),
    Code(
        "PP-SENSE-CANCELLED",
        "cancellations were left out",
        "Lines with a quantity of 0 or less do not count; the orders they cancel still do.",
        "None, if that is meant.",
    ),
    Code(
        "PP-SENSE-ANONYMOUS",
        "order lines without a customer",
        "They count in the demand of their region; signals by customer do not see them.",
        "None, if the customers are not known.",
    ),
    Code(
        "PP-SENSE-NO-DEMAND",
        "no orders",
        "There is nothing to learn from.",
        "Look at the cutoff and the file.",
    ),
    Code(
        "PP-SENSE-NO-STOCK", "no stock anywhere", "The plan will be empty.", "Look at the snapshot."
    ),
    Code(
        "PP-SENSE-NO-NODE",
        "no node that sends, or none that receives",
        "Nothing can be moved.",
        "Look at the kinds of the nodes.",
    ),
    Code(
        "PP-SENSE-NO-LANE",
        "a forward node that no lane reaches",
        "With a lanes table, a pair that is not in it has no lane.",
        "Add the lane if it exists.",
    ),
    Code(
        "PP-SENSE-HUB",
        "a hub that no lane leaves",
        "What is taken off there can only stay there.",
        "Add its lanes to the lanes table if they exist.",
    ),
    Code(
        "PP-SENSE-UNITS",
        "a value that looks a factor of 1000 off",
        "Litres for cubic metres, grams for kilograms.",
        "Look at the unit in the column's name.",
    ),
    Code(
        "PP-SENSE-CONSENTS",
        "consent given and taken back at one instant",
        "Which was last cannot be known, so it counts as no.",
        "Give the time to the second, or take one row out.",
    ),
    Code(
        "PP-SENSE-OVERRIDES",
        "overrides that contradict",
        "Both cannot hold, for instance a least above a most.",
        "Take one out.",
    ),
)
