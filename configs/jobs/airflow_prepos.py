"""A DAG for Airflow 3.2 or newer that plans anew every night: copy it into the folder of DAGs.

``PREPOS_CONFIG`` names the configuration. A night without a change is skipped, not failed; a lock
that is held is tried again; bad input and contradicting limits fail at once, for a person.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

CONFIG = Path(os.environ.get("PREPOS_CONFIG", "/etc/prepos/prepos.toml"))
PATIENCE_S = 600.0  # for another command's lock


@dag(
    dag_id="prepos",
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    max_active_runs=1,
    tags=["planning"],
)
def prepos_every_night() -> None:
    """Plan anew, and publish what differs."""

    @task(retries=2, retry_delay=timedelta(minutes=15), execution_timeout=timedelta(hours=4))
    def replan() -> dict[str, str | None]:
        """Return the run that is published now, and the one before it."""
        import prepos
        from prepos.errors import ConfigError, InfeasibleError, InputError, UnchangedError

        config = prepos.load_config(CONFIG, environment=os.environ)
        try:
            done = prepos.replan(config, wait_s=PATIENCE_S)
        except UnchangedError as error:
            raise AirflowSkipException(str(error)) from error
        except (ConfigError, InputError, InfeasibleError) as error:  # no better the second time
            raise AirflowFailException(str(error)) from error
        return {"run_id": done.run_id, "state": done.state, "previous": done.previous}

    replan()


prepos_every_night()
