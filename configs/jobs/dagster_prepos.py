"""A Dagster asset and its nightly schedule: ``dagster dev -f dagster_prepos.py``.

``PREPOS_CONFIG`` names the configuration. The asset is the published plan; a night without a
change materialises it as it was, and says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import dagster

import prepos
from prepos.errors import ConfigError, InfeasibleError, InputError, UnchangedError

CONFIG = Path(os.environ.get("PREPOS_CONFIG", "/etc/prepos/prepos.toml"))
PATIENCE_S = 600.0  # for another command's lock


@dagster.asset(
    group_name="planning",
    retry_policy=dagster.RetryPolicy(max_retries=2, delay=900),
)
def published_plan() -> dagster.MaterializeResult:
    """Plan anew, and tell which plan is published."""
    config = prepos.load_config(CONFIG, environment=os.environ)
    try:
        done = prepos.replan(config, wait_s=PATIENCE_S)
    except UnchangedError as error:
        return dagster.MaterializeResult(metadata={"state": "unchanged", "why": str(error)})
    except (ConfigError, InputError, InfeasibleError) as error:  # no better the second time
        raise dagster.Failure(description=str(error), allow_retries=False) from error
    return dagster.MaterializeResult(
        metadata={
            "state": done.state,
            "run_id": done.run_id,
            "previous": done.previous or "none",
            "folder": dagster.MetadataValue.path(str(done.folder)),
        }
    )


every_night = dagster.ScheduleDefinition(
    name="prepos_every_night", cron_schedule="30 2 * * *", target=[published_plan]
)
definitions = dagster.Definitions(assets=[published_plan], schedules=[every_night])
