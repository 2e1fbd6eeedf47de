"""Let the conversions find what cut the sample; tests here skip without the real data."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "data")]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data sets, or skip."""
    folder = os.environ.get("PREPOS_SHARED_DATA")
    if not folder:
        pytest.skip("PREPOS_SHARED_DATA is not set")
    return Path(folder)
