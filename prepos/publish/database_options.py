"""Where plans are written besides their folders: the configuration's ``[publish.database]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from prepos.database.address import parse_address
from prepos.errors import ConfigError

PREFIX = re.compile(r"[a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBackOptions:
    """The database that takes plans, and what its tables are called."""

    url: str | None = None  # of a database, not of a table
    schema: str | None = None  # None is where a name without one is made
    prefix: str = "prepos_"  # of the tables' names
    forecast: bool = False  # the forecast as well

    def __post_init__(self) -> None:
        if self.url is not None:
            parse_address("publish.database.url", self.url, whole=True)
        if not PREFIX.fullmatch(self.prefix):
            raise ConfigError(
                f"publish.database.prefix is {self.prefix!r}, "
                "expected small letters, digits and underscores"
            )
