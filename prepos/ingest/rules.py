"""The contract's columns as SQL: what a cell's text is worth, and whether it honours the rule.

Cells come as text (`NULL` where empty). Per column there is a value, tried and never failing, a
test that it holds, and the typed result. Everything that a million lines pay for is kept cheap: the
thorough tests run on cells that look unusual at a glance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from prepos.core.columns import FALSE_WORDS, TRUE_WORDS, Column, Kind
from prepos.ingest import sql
from prepos.ingest.gate import LONGEST_ID
from prepos.ingest.options import IngestOptions
from prepos.ingest.typed import sql_type

FIRST_YEAR, FIRST_ORDER_YEAR, LAST_YEAR = 1900, 1980, 2200  # outside is a slip, as in year 0026
FIRST_ORDER_DAY = date(FIRST_ORDER_YEAR, 1, 1)
BLANKS = r"[\s\x{a0}\x{200b}\x{feff}]"
_UNSAFE = (  # control signs, ANSI escapes, marks that reverse or hide text, ways up a folder
    r"[\x00-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]"
    r"|^[.][.]?$|[.][.][/\\]"
)
_NAIVE = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.]\d{1,9})?)?)?"
_OFFSET = r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}([.]\d{1,9})?)? ?(Z|[+-]\d{2}(:?\d{2})?)"
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m.%d.%Y", "%m-%d-%Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_WEEKDAY = "(mon|tue|wed|thu|fri|sat|sun)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the rules need to know besides the contract.

    What the gate knows of a whole file need not be looked for in each of its cells: ``plain``,
    ``short`` and ``underscored`` are those of `gate.Scan`. The dialect may be ``fixed``: no setting
    is to be named as a remedy then.
    """

    options: IngestOptions
    timezone: str
    today: date
    plain: bool = False
    short: bool = False
    underscored: bool = True
    fixed: bool = False

    @property
    def tomorrow(self) -> date:
        """The first day on which nobody can have ordered."""
        return self.today + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One column's checks as SQL over ``cell`` (the text) and ``value`` (what it is worth)."""

    column: Column
    cell: str
    value: str
    holds: str
    typed: str
    usual: str  # true where one glance tells that the rule holds and nothing is to be said

    @property
    def bad(self) -> str:
        """SQL that is true where the cell breaks its rule; never null."""
        empty = str(self.column.required).upper()
        holds = f"coalesce({self.holds}, FALSE)"
        return f"CASE WHEN {self.cell} IS NULL THEN {empty} ELSE NOT {holds} END"

    @property
    def clear(self) -> str:
        """SQL that is true where nothing is to be said of the cell; cheap, may be null."""
        empty = "" if self.column.required else f"{self.cell} IS NULL OR "
        return f"({empty}({self.usual}))"


def make_rule(column: Column, position: int, reading: Reading) -> Rule:
    """Return the rule of a column that stands at a position of the header."""
    cell, value = f"c{position}", f"v{position}"
    tried, holds, typed = _rule_parts(column, cell, value, reading)
    usual = holds
    if column.kind is Kind.ID:
        usual = f"NOT {_unusual_id(cell, reading)}"
    elif column.kind is Kind.INSTANT:
        usual = f"{holds} AND strlen({cell}) <= 19"  # an offset makes it longer
    return Rule(column=column, cell=cell, value=tried, holds=holds, typed=typed, usual=usual)


def _rule_parts(column: Column, cell: str, value: str, reading: Reading) -> tuple[str, str, str]:
    """Return the SQL of value, test and typed result by the column's kind."""
    match column.kind:
        case Kind.ID:
            return _id_rule(column, cell, value, reading)
        case Kind.TEXT:
            return f"trim({cell})", f"{value} <> ''" if column.required else "TRUE", value
        case Kind.WHOLE | Kind.NUMBER:
            return _number_rule(column, cell, value, reading)
        case Kind.DATE:
            return _date_rule(column, cell, value, reading)
        case Kind.INSTANT:
            return _instant_rule(column, cell, value, reading)
        case Kind.BOOLEAN:
            return _boolean_rule(cell, value)
        case Kind.CHOICE:
            return _choice_rule(column, cell, value)
        case Kind.WEEKDAYS:
            return _weekdays_rule(cell, value)


def odd_start(cell: str) -> str:
    """Return SQL: an id that a spreadsheet would run as a formula."""
    return f"regexp_matches({cell}, '^[=+@-]')"


def _unusual_id(cell: str, reading: Reading) -> str:
    """Return SQL: the id needs a closer look; what the file cannot hold is not looked for."""
    if not reading.plain:
        return f"({cell} IS NOT NULL)"
    start = f"{cell} < '0' OR ({cell} >= '=' AND {cell} < 'A')"  # signs, of which some are odd
    return f"({start})" if reading.short else f"({start} OR strlen({cell}) > {LONGEST_ID})"


def _id_rule(column: Column, cell: str, value: str, reading: Reading) -> tuple[str, str, str]:
    """Ids keep every letter but blanks around them."""
    trimmed = f"regexp_replace({cell}, '^{BLANKS}+|{BLANKS}+$', '', 'g')"
    unusual = _unusual_id(cell, reading)
    unsafe = f"regexp_matches({value}, {sql.literal(_UNSAFE)})"
    if reading.plain:  # of all that is unsafe it can only hold this
        unsafe = f"{value} = '.'"
    wrong = f"{unsafe} OR length({value}) > {LONGEST_ID}"
    if not reading.options.allow_odd_ids:
        wrong += f" OR {odd_start(value)}"
    if column.required:
        wrong += f" OR {value} = ''"
    tried = cell if reading.plain else trimmed  # a plain file has no blanks around its cells
    holds = f"CASE WHEN {unusual} THEN NOT ({wrong}) ELSE TRUE END"
    return tried, holds, f"nullif({value}, '')" if not reading.plain else value


def _number_rule(column: Column, cell: str, value: str, reading: Reading) -> tuple[str, str, str]:
    """Numbers are finite and within bounds; whole ones have no fraction."""
    text = cell
    if reading.options.decimal == ",":
        text = f"CASE WHEN contains({cell}, '.') THEN NULL ELSE replace({cell}, ',', '.') END"
    tests = [f"isfinite({value})"]
    if reading.underscored:  # DuckDB reads 1_000
        tests.append(f"(strlen({cell}) < 3 OR NOT contains({cell}, '_'))")
    if column.kind is Kind.WHOLE:
        tests.append(f"{value} = trunc({value})")
    for sign, bound in ((">=", column.minimum), (">", column.above), ("<=", column.maximum)):
        if bound is not None:
            tests.append(f"{value} {sign} {bound!r}")
    tried = f"TRY_CAST({text} AS DOUBLE)"
    return tried, " AND ".join(tests), f"TRY_CAST({value} AS {sql_type(column.kind)})"


def _in_span(column: Column, value: str, reading: Reading) -> str:
    """Return SQL: people plan in that year, or can have ordered on that day."""
    first, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 1, 1)
    if column.name == "ordered_at":
        first, end = FIRST_ORDER_DAY, reading.tomorrow
    return f"{value} >= {sql.day(first)} AND {value} < {sql.day(end)}"


def _strptime(cell: str, reading: Reading) -> str:
    """Return SQL: the cell read in the declared order of day, month and year."""
    first = _DAY_FIRST if reading.options.dates == "dmy" else _MONTH_FIRST
    formats = ", ".join(sql.literal(f"{days}{time}") for days in first for time in _TIMES)
    return f"try_strptime({cell}, [{formats}])"


def _date_rule(column: Column, cell: str, value: str, reading: Reading) -> tuple[str, str, str]:
    """Dates are days; midnight may stand behind them."""
    if reading.options.dates != "ymd":
        tried = f"coalesce({_strptime(cell, reading)}::DATE, TRY_CAST({cell} AS DATE))"
    else:
        tried = f"TRY_CAST({cell} AS DATE)"
    midnight = r"[\d/.-]{8,10}[T ]00:00(:00([.]0+)?)?"
    shape = (
        f"CASE WHEN strlen({cell}) <= 10 THEN {cell} < ':' "
        f"ELSE regexp_full_match({cell}, '{midnight}') END"
    )
    return tried, f"{shape} AND {_in_span(column, value, reading)}", value


def _instant_rule(column: Column, cell: str, value: str, reading: Reading) -> tuple[str, str, str]:
    """Instants are local times; one with an offset is turned into the run's time zone."""
    zone = sql.literal(reading.timezone)
    here = f"timezone({zone}, TRY_CAST(replace({cell}, ' +', '+') AS TIMESTAMPTZ))"
    careful = (
        f"CASE WHEN regexp_full_match({cell}, '{_NAIVE}') THEN TRY_CAST({cell} AS TIMESTAMP) "
        f"WHEN {has_offset(cell)} THEN {here} END"
    )
    if reading.options.dates != "ymd":
        return (
            f"coalesce({_strptime(cell, reading)}, {careful})",
            _in_span(column, value, reading),
            value,
        )
    common = f"strlen({cell}) = 10 OR (strlen({cell}) = 19 AND {cell}[17] = ':')"  # no offset fits
    tried = f"CASE WHEN {common} THEN TRY_CAST({cell} AS TIMESTAMP) ELSE {careful} END"
    return tried, _in_span(column, value, reading), value


def has_offset(cell: str) -> str:
    """Return SQL: the instant names its distance from UTC."""
    return f"regexp_full_match({cell}, '{_OFFSET}')"


def _words(words: tuple[str, ...]) -> str:
    """Return an SQL list of words."""
    return "(" + ", ".join(sql.literal(word) for word in words) + ")"


def _boolean_rule(cell: str, value: str) -> tuple[str, str, str]:
    """Booleans are read in their usual spellings."""
    holds = f"{value} IN {_words(TRUE_WORDS + FALSE_WORDS)}"
    typed = (
        f"CASE WHEN {value} IN {_words(TRUE_WORDS)} THEN TRUE "
        f"WHEN {value} IN {_words(FALSE_WORDS)} THEN FALSE END"
    )
    return f"lower(trim({cell}))", holds, typed


def _choice_rule(column: Column, cell: str, value: str) -> tuple[str, str, str]:
    """Set words are read in any case."""
    holds = f"{value} IN {_words(column.choices)}"
    return f"lower(trim({cell}))", holds, f"CASE WHEN {holds} THEN {value} END"


def _weekdays_rule(cell: str, value: str) -> tuple[str, str, str]:
    """Weekdays are three letters each, with commas, blanks or semicolons between."""
    tried = f"regexp_replace(lower(trim({cell})), '[,; ]+', ',', 'g')"
    return tried, f"regexp_full_match({value}, '{_WEEKDAY}(,{_WEEKDAY})*')", value
