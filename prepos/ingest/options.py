"""How to read the user's tables: what the configuration's ``[ingest]`` steers."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.errors import ConfigError

DUPLICATES = ("sum", "drop", "refuse")
CANCELLATIONS = ("refuse", "drop")
DELIMITERS = (",", ";", "\t", "|")
DECIMALS = (".", ",")
SHIPPED = ("add", "ignore")
DATES = ("ymd", "dmy", "mdy")


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """Choices of the reader; a dialect holds for every CSV table."""

    duplicates: str = "sum"  # order lines alike to the letter
    cancellations: str = (
        "refuse"  # order lines with a quantity of 0 or less; "drop" leaves them out
    )
    allow_odd_ids: bool = False  # ids that start with = + - @
    max_stock_age_days: int = 7
    shipped: str = "add"  # what reconciled plans have on its way, to the receipts
    delimiter: str = ","
    decimal: str = "."
    dates: str = "ymd"  # order of year, month and day
    memory_mb: int = 512  # that reading may take before it spills to disk

    def __post_init__(self) -> None:
        choices = {
            "duplicates": DUPLICATES,
            "cancellations": CANCELLATIONS,
            "delimiter": DELIMITERS,
            "decimal": DECIMALS,
            "dates": DATES,
            "shipped": SHIPPED,
        }
        problems = [
            f"ingest.{name} is {getattr(self, name)!r}, "
            f"expected one of {', '.join(repr(word) for word in words)}"
            for name, words in choices.items()
            if getattr(self, name) not in words
        ]
        problems += [
            f"ingest.{name} is {getattr(self, name)!r}, expected {least} or more"
            for name, least in (("max_stock_age_days", 0), ("memory_mb", 128))
            if getattr(self, name) < least
        ]
        if self.delimiter == self.decimal:
            problems.append(
                f"ingest.delimiter and ingest.decimal are both {self.decimal!r}, expected two signs"
            )
        if problems:
            raise ConfigError("; ".join(problems))
