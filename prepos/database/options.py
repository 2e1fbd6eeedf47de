"""How patient to be with databases, and where passwords stand: ``[database]`` in TOML."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOptions:
    """Times in seconds; what is lost is tried again after pauses that double."""

    passfile: str | None = None  # like ~/.pgpass, mode 600; relative to the config's folder
    connect_timeout_s: int = 10
    statement_timeout_s: int = 600  # for one table; of an embedded database, for all of them
    lock_timeout_s: int = 10  # to wait for whoever holds a table or a file
    attempts: int = 3
    retry_wait_s: float = 0.5  # before the second attempt

    def __post_init__(self) -> None:
        least = {
            "connect_timeout_s": 1,
            "statement_timeout_s": 1,
            "lock_timeout_s": 1,
            "attempts": 1,
            "retry_wait_s": 0,
        }
        problems = [
            f"database.{name} is {getattr(self, name)!r}, expected {minimum} or more"
            for name, minimum in least.items()
            if not getattr(self, name) >= minimum
        ]
        if problems:
            raise ConfigError("; ".join(problems))
