"""Regions as H3 cells."""

from __future__ import annotations

import h3
import numpy as np

from prepos.regions.cells import make_cells

# the example of the H3 documentation: latlng_to_cell(37.7752702151959, -122.418307270836, 9)
SAN_FRANCISCO = (37.7752702151959, -122.418307270836, "8928308280fffff")


def test_cell_is_that_of_the_documentation() -> None:
    """A known point makes the known cell, whose centre is the region's."""
    areas = make_cells(np.array([SAN_FRANCISCO[0]]), np.array([SAN_FRANCISCO[1]]), 9)
    (region,) = areas.regions
    assert region.region_id == SAN_FRANCISCO[2]
    assert (region.latitude, region.longitude) == h3.cell_to_latlng(SAN_FRANCISCO[2])


def test_points_fall_in_their_cell_or_nowhere() -> None:
    """Points that made the cells are in them, whatever their order; others are nowhere."""
    north, east = np.array([52.5, 48.1, 52.5]), np.array([13.4, 11.6, 13.4])
    areas = make_cells(north, east, 5)
    np.testing.assert_array_equal(make_cells(north[::-1], east[::-1], 5).axis.ids, areas.axis.ids)
    found = areas.locate(np.append(north, -33.9), np.append(east, 151.2))
    assert found[0] == found[2] != found[1]
    assert found[3] == -1
    assert areas.nowhere == "lies in no cell that is a region"


def test_only_cells_beside_each_other_touch() -> None:
    """A cell and one of its ring touch both ways; a cell far away touches none."""
    home = h3.latlng_to_cell(48.0, 11.0, 5)
    beside = sorted(h3.grid_ring(home, 1))[0]
    far = h3.latlng_to_cell(40.0, -100.0, 5)
    north, east = np.array([h3.cell_to_latlng(cell) for cell in (home, beside, far)]).T
    areas = make_cells(north, east, 5)
    pairs = {(areas.axis[a], areas.axis[b]) for a, b in zip(*areas.touching(), strict=True)}
    assert pairs == {(home, beside), (beside, home)}
