"""Kernels compile with or without a place for their cache, and say so by nothing but speed."""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel, vector_kernel

SOURCE = """
def add_one(values, result):
    for number in each(values.shape[0]):
        result[number] = values[number] + 1.0
"""


def test_code_without_a_file_is_compiled_all_the_same() -> None:
    """A function of no file can keep no cache, as in a folder that may not be written to."""
    room: dict[str, object] = {"each": each}
    exec(SOURCE, room)
    for compiled in (kernel, vector_kernel, serial_kernel):
        result = np.zeros(3)
        compiled(room["add_one"])(np.arange(3.0), result)  # type: ignore[type-var]
        assert result.tolist() == [1.0, 2.0, 3.0]


@kernel
def _divide(values: np.ndarray, by: float, result: np.ndarray) -> None:
    """Divide each."""
    for number in each(values.shape[0]):
        result[number] = values[number] / by


def test_division_by_zero_is_numpys() -> None:
    """No loop raises in mid-air: a division by 0 is infinite, as in numpy."""
    result = np.zeros(2)
    _divide(np.array([1.0, -1.0]), 0.0, result)
    assert result.tolist() == [np.inf, -np.inf]
