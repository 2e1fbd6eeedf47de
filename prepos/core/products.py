"""What a SKU costs, weighs and fills; arrays along the SKU axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.axes import Axis
from prepos.core.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Products:
    """Products by SKU, defaults filled in; every array has shape (K,)."""

    skus: Axis
    unit_volume_m3: FloatArray
    unit_weight_kg: FloatArray
    unit_value: FloatArray  # currency per unit
    shortage_cost: FloatArray  # currency per unit short
    holding_cost: FloatArray  # currency per unit and period
    return_cost: FloatArray  # currency per unit left stranded
    case_pack: IntArray  # units that travel together, at least 1
    minimum_lot: IntArray  # units that one departure takes at least, if any; at least 1
    category: tuple[str, ...]  # "" where not given
    shelf_life_days: FloatArray  # infinite where not given
    launched_on: tuple[str, ...]  # ISO date, "" where not given

    @property
    def least_sent(self) -> IntArray:
        """(K,) units of the minimum lot, in whole cases."""
        return np.asarray(-(-self.minimum_lot // self.case_pack) * self.case_pack)

    def __len__(self) -> int:
        return len(self.skus)
