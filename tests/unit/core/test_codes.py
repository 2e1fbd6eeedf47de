"""Every code that prepos tells is spelled out, and tells what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prepos.core.codes import CODES

SOURCES = sorted((Path(__file__).parents[3] / "prepos").rglob("*.py"))


def test_every_code_in_the_source_is_explained() -> None:
    """A code without an explanation helps nobody."""
    told = {
        code
        for source in SOURCES
        for code in re.findall(r'"(PP-[A-Z]+(?:-[A-Z0-9]+)+)"', source.read_text("utf-8"))
    }
    assert len(told) > 40
    assert sorted(told - set(CODES)) == []


@pytest.mark.parametrize("code", CODES)
def test_explanation_says_what_and_what_to_do(code: str) -> None:
    """Each has a title, a meaning and a remedy."""
    told = CODES[code]
    assert told.code == code
    assert all((told.title, told.explanation, told.remedy))
