"""The contract of the tables that a backtest writes: column, type, unit, meaning.

Stands on ``core.columns``; joined with the other tables of a run in ``core.files``. Only the speeds
differ from one run to the next on the same input.
"""

from __future__ import annotations

from prepos.core.columns import (
    Column,
    Kind,
    Table,
    choice_column,
    date_column,
    number_column,
    text_column,
    whole_column,
)

MODEL = text_column("model", "the model's or peer's name", required=True)
SOURCE = choice_column("source", ("ours", "peer"), "whose it is", required=True)
CELLS = choice_column(
    "cells",
    ("sold", "all", "smooth", "erratic", "intermittent", "lumpy", "unsold"),
    "which region x SKU cells: those that had sold before the cutoff, all, or one class of series",
    required=True,
)
SPAN = choice_column(
    "span", ("next", "sum"), "the next period, or the horizon's sum", required=True
)
UNITS = number_column("units", "sold in these cells", unit="units", required=True)
WRMSSE = number_column("wrmsse", "root mean squared scaled error, weighted by units", required=True)
WQL = number_column("wql", "twice the pinball loss per unit sold", required=True)
BIAS = Column(
    name="bias",
    kind=Kind.NUMBER,
    meaning="share forecast too much; negative is too little",
    required=True,
)
FILL = number_column(
    "fill", "share served locally from the same stock for all", required=True, maximum=1
)
SCORED = (MODEL, SOURCE, CELLS, SPAN, UNITS, WRMSSE, WQL, BIAS, FILL)
LEVELS = (50, 90, 95, 99)  # per cent

SCORES = Table(
    name="scores",
    meaning="a backtest's scores; ratios are the judged model's loss over the row's",
    label="score of {model} over {cells}, {span}",
    key=("model", "source", "cells", "span"),
    columns=(
        *SCORED,
        *(
            number_column(f"{measure}_ratio{end}", meaning, required=True)
            for measure in ("wrmsse", "wql")
            for end, meaning in (
                ("", "the judged model's over this one's"),
                ("_low", "lower end of its 95 % interval"),
                ("_high", "upper end of its 95 % interval"),
            )
        ),
    ),
)

SCORES_BY_CUTOFF = Table(
    name="scores_by_cutoff",
    meaning="a backtest's scores, cutoff by cutoff",
    label="score of {model} over {cells}, {span}, at {cutoff}",
    key=("cutoff", "model", "source", "cells", "span"),
    columns=(
        date_column("cutoff", "first day that was not known", required=True),
        *SCORED,
    ),
)

COVERAGE = Table(
    name="coverage",
    meaning="how often units stayed below a quantile, by decile of the mean, busy cells alone",
    label="coverage of {model}, {span}, decile {decile}",
    key=("model", "source", "span", "decile"),
    columns=(
        MODEL,
        SOURCE,
        SPAN,
        whole_column("decile", "1 holds the least means", required=True, above=0),
        whole_column("cells", "over all cutoffs", required=True),
        number_column("mean", "expected of each", unit="units", required=True),
        UNITS,
        *(
            number_column(f"below_{level}", f"nominal {level} %", required=True, maximum=1)
            for level in LEVELS
        ),
    ),
)

SPEEDS = Table(
    name="speeds",
    meaning="how long one forecast takes, median over the cutoffs",
    label="speed of {model}",
    key=("model", "source"),
    columns=(
        MODEL,
        SOURCE,
        number_column("series", "cells forecast that had sold", required=True),
        number_column("fit_seconds", "for the means alone", unit="s", required=True),
        number_column("seconds", "with the widths and their backcasts", unit="s", required=True),
        number_column("series_per_second", "of the whole", required=True),
        number_column("times", "time a series takes, over the judged model's", required=True),
    ),
)

SCORE_TABLES = (SCORES, SCORES_BY_CUTOFF, COVERAGE, SPEEDS)
