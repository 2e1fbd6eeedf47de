"""What a product has where its own cell is empty; apart from arrays, so that it is read at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from prepos.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDefaults:
    """What a product has where its own cell is empty: part of the configuration's ``[plan]``."""

    shortage_cost: float = 10.0  # currency per unit short
    holding_cost: float = 0.1  # currency per unit and period
    return_cost: float = 1.0  # currency per unit left stranded
    unit_volume_m3: float = 0.01
    unit_weight_kg: float = 1.0
    unit_value: float = 0.0  # currency per unit
    case_pack: int = 1  # units that travel together

    def __post_init__(self) -> None:
        problems = [
            f"plan.{name} is {getattr(self, name)!r}, expected a number of {least} or more"
            for name in self.__slots__
            for least in (1 if name == "case_pack" else 0,)
            if not least <= getattr(self, name) < math.inf
        ]
        if problems:
            raise ConfigError("; ".join(problems))
