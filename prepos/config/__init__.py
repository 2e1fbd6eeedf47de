"""Which business case is being solved: TOML, case, environment and flags to one frozen `Config`.

``configs/base.toml`` is whole; a file lies on top of it, then a case, then environment variables
such as ``PREPOS_PLAN__BUDGET``, then ``--set plan.budget=5000``. Tables merge, arrays replace.
The options themselves live beside the code they steer; here they are only put together.
"""

from __future__ import annotations

from prepos.config.assemble import Config, change_config, load_config, restore_config
from prepos.config.bundle import bundled
from prepos.config.idle import idle_settings
from prepos.config.options import (
    DefaultConsent,
    PrivacyOptions,
    ReplanOptions,
    RunOptions,
    TimeOptions,
)

__all__ = [
    "Config",
    "DefaultConsent",
    "PrivacyOptions",
    "ReplanOptions",
    "RunOptions",
    "TimeOptions",
    "bundled",
    "change_config",
    "idle_settings",
    "load_config",
    "restore_config",
]
