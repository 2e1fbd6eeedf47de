"""Settings that the contract names and nothing reads yet: told, so that nobody relies on them."""

from __future__ import annotations

from prepos.config.assemble import Config
from prepos.config.bundle import bundled
from prepos.config.keys import fit
from prepos.config.layers import read_toml
from prepos.core.faults import Fault

IDLE = ("privacy.default_consent.offers",)


def idle_settings(config: Config) -> tuple[Fault, ...]:
    """Return a notice for each setting that was changed although nothing reads it yet."""
    base = read_toml(bundled("configs", "base.toml"), "base.toml")
    found = []
    for key in IDLE:
        value = config.settings[key]
        default = fit(base[key].value, type(value))
        if value != default:
            found.append(
                Fault(
                    file="configuration",
                    line=0,
                    column=key,
                    value=str(value),
                    code="PP-CONFIG-IDLE",
                    message=f"{key} is {value}, and nothing reads it yet, expected {default}",
                )
            )
    return tuple(found)
