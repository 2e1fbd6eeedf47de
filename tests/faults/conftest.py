"""What the tests of faults share: children that run commands, and three runs to run them on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nursery import Nursery
from tests.published import Office


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Return the parent of children that run commands."""
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def office(planned: Office, tmp_path: Path) -> Office:
    """Return three runs, of which two were published."""
    office = planned.copy(tmp_path)
    for run in office.ids[:2]:
        office.publish(run)
    return office
