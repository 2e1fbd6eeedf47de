"""What is lost is tried again, a bounded number of times."""

from __future__ import annotations

import pytest

from prepos.database.options import DatabaseOptions
from prepos.database.retry import LostError, retried
from prepos.errors import ConfigError, ExternalError

OPTIONS = DatabaseOptions(attempts=4, retry_wait_s=0.5)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the pauses that are asked for, and make none."""
    asked: list[float] = []
    monkeypatch.setattr("prepos.database.retry.time.sleep", asked.append)
    return asked


def failing(times: int, error: Exception, done: list[int]) -> int:
    """Raise the error the first times."""
    done.append(1)
    if len(done) <= times:
        raise error
    return len(done)


def test_pauses_double_until_it_is_done(waits: list[float]) -> None:
    """The third attempt succeeds."""
    done: list[int] = []
    assert retried(lambda: failing(2, LostError("gone"), done), OPTIONS) == 3
    assert waits == [0.5, 1.0]


def test_last_attempt_tells_how_many_there_were(waits: list[float]) -> None:
    """What stays lost is an external fault."""
    done: list[int] = []
    with pytest.raises(ExternalError, match="gone; tried 4 times"):
        retried(lambda: failing(9, LostError("gone"), done), OPTIONS)
    assert len(done) == 4
    assert waits == [0.5, 1.0, 2.0]


def test_what_cannot_be_helped_is_tried_once(waits: list[float]) -> None:
    """Only what is lost may be found."""
    done: list[int] = []
    with pytest.raises(ConfigError, match="wrong"):
        retried(lambda: failing(9, ConfigError("wrong"), done), OPTIONS)
    assert (len(done), waits) == (1, [])


def test_options_name_every_value_that_cannot_be() -> None:
    """All at once."""
    with pytest.raises(ConfigError) as caught:
        DatabaseOptions(attempts=0, retry_wait_s=float("nan"))
    assert str(caught.value) == (
        "database.attempts is 0, expected 1 or more; "
        "database.retry_wait_s is nan, expected 0 or more"
    )
