"""Options that steer no single station: time, runs, privacy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from prepos.compute.options import EXECUTORS, ComputeOptions
from prepos.errors import ConfigError

FIRST_YEAR, END_YEAR = 1980, 2200  # as of orders
DAYS = f"a day from {FIRST_YEAR} to {END_YEAR - 1}"
PERIOD_DAYS = {"day": 1, "week": 7}
LOGS = ("text", "json")

Rule = tuple[str, object, str, bool]  # key, value found, value expected, whether it holds


def refuse(section: str, rules: Sequence[Rule]) -> None:
    """Raise ConfigError that names every rule of a section that does not hold."""
    broken = [
        f"{section}.{key} is {found!r}, expected {want}" for key, found, want, ok in rules if not ok
    ]
    if broken:
        raise ConfigError("; ".join(broken))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOptions:
    """The grid of periods."""

    period: str = "week"
    horizon: int = 4  # periods that are planned
    cutoff: date | None = None  # first day that is not known; None = the day after the last order
    frozen: int = 0  # first periods that stay as published
    timezone: str = "UTC"  # of order times that name none

    def __post_init__(self) -> None:
        refuse(
            "time",
            (
                ("period", self.period, "day or week", self.period in PERIOD_DAYS),
                ("horizon", self.horizon, "1 or more", self.horizon >= 1),
                ("frozen", self.frozen, "0 up to the horizon", 0 <= self.frozen <= self.horizon),
                ("cutoff", f"{self.cutoff}", DAYS, self.cutoff is None or is_near(self.cutoff)),
                ("timezone", self.timezone, "a name such as Europe/Paris", is_zone(self.timezone)),
            ),
        )

    @property
    def period_days(self) -> int:
        """Days in a period: 1 or 7."""
        return PERIOD_DAYS[self.period]


def is_near(day: date) -> bool:
    """Return whether a day is one that people plan for; another is a slip, as in year 0026."""
    return FIRST_YEAR <= day.year < END_YEAR


def is_zone(name: str) -> bool:
    """Return whether the time zone is known."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How and where to run."""

    folder: str = "runs"  # relative to the config's folder
    executor: str = "serial"
    workers: int = 0  # 0 = all cores
    scheduler: str | None = None  # address of dask's; None = a cluster of this machine
    seed: int = 0
    currency: str = "USD"
    log: str = "text"  # json: a line of JSON an event, on standard error
    metrics: str | None = None  # Prometheus textfile of the last replan, relative to the folder
    keep: int = 0  # runs kept besides those that are needed; 0 = all

    def __post_init__(self) -> None:
        refuse(
            "run",
            (
                ("folder", self.folder, "a path", bool(self.folder.strip())),
                (
                    "executor",
                    self.executor,
                    f"one of {', '.join(EXECUTORS)}",
                    self.executor in EXECUTORS,
                ),
                ("workers", self.workers, "0 (all cores) or more", self.workers >= 0),
                (
                    "scheduler",
                    self.scheduler,
                    "none or an address such as tcp://10.0.0.7:8786",
                    self.scheduler is None or "://" in self.scheduler,
                ),
                ("keep", self.keep, "0 (all) or more", self.keep >= 0),
                ("seed", self.seed, "0 or more", self.seed >= 0),
                ("currency", self.currency, "a name such as EUR", bool(self.currency.strip())),
                ("log", self.log, f"one of {', '.join(LOGS)}", self.log in LOGS),
            ),
        )

    @property
    def compute(self) -> ComputeOptions:
        """Who does long work in blocks."""
        return ComputeOptions(
            executor=self.executor, workers=self.workers, scheduler=self.scheduler
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanOptions:
    """How a nightly job plans anew."""

    refit_every: int = 4  # periods that a fit of the forecast is carried on; 0 = fit each time

    def __post_init__(self) -> None:
        refuse(
            "replan",
            (("refit_every", self.refit_every, "0 or more periods", self.refit_every >= 0),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultConsent:
    """What holds for customers where no ``consents`` table is given."""

    personal_forecast: bool = True
    offers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyOptions:
    """How far single customers may be seen."""

    k: int = 10  # cells with fewer customers are not shown
    default_consent: DefaultConsent = DefaultConsent()

    def __post_init__(self) -> None:
        refuse("privacy", (("k", self.k, "1 or more", self.k >= 1),))
