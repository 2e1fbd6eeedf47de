"""What all tests share: properties are tried on the same examples each time, however slow.

And a workspace with three runs, which takes longer to plan than to copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.published import Office

settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return a workspace with three runs whose plans differ, none of them published; to copy."""
    from tests.published import make_office

    return make_office(tmp_path_factory.mktemp("planned"))
