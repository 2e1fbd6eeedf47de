"""Try again what was lost on the way, a bounded number of times."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from prepos.database.options import DatabaseOptions
from prepos.errors import ExternalError

Result = TypeVar("Result")


class LostError(ExternalError):
    """A connection was lost, refused or locked out: another attempt may find it."""


def retried(task: Callable[[], Result], options: DatabaseOptions) -> Result:
    """Return what the task returns, begun anew each time it ends in a LostError.

    Raises
    ------
    ExternalError
        With the last attempt's words, once all are used up.
    """
    for attempt in range(1, options.attempts):
        try:
            return task()
        except LostError:
            time.sleep(options.retry_wait_s * 2 ** (attempt - 1))
    try:
        return task()
    except LostError as error:
        raise ExternalError(f"{error}; tried {options.attempts} times") from error
