"""The list of commands, and how a command ends: its exit code, and an error in plain words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

from typer import Exit, Option, Typer

import prepos
from prepos.cli.backtest import backtest
from prepos.cli.check import check
from prepos.cli.demo import demo
from prepos.cli.diff import diff
from prepos.cli.doctor import doctor
from prepos.cli.explain import explain
from prepos.cli.export import export
from prepos.cli.faults import as_told, report_error
from prepos.cli.forecast import forecast
from prepos.cli.init import init
from prepos.cli.plan import plan
from prepos.cli.publish import publish, rollback
from prepos.cli.reconcile import reconcile
from prepos.cli.replan import replan
from prepos.cli.replay import replay
from prepos.cli.schema import schema
from prepos.cli.screen import open_streams
from prepos.cli.stop import Stopped, stop_on_signals
from prepos.cli.verify import verify
from prepos.errors import PreposError

COMMANDS: tuple[tuple[Callable[..., None], tuple[str, ...]], ...] = (  # command, its examples
    (demo, ("prepos demo", "prepos demo --json", "prepos demo --set plan.near=1")),
    (init, ("prepos init", "prepos init my-stock")),
    (check, ("prepos check", "prepos check -c peak/prepos.toml --json")),
    (
        forecast,
        (
            "prepos forecast",
            "prepos forecast --set time.cutoff=2026-11-02 --out runs/trial",
            "prepos forecast --customers --top 5",
            "prepos forecast --update runs/trial --set time.cutoff=2026-11-09",
        ),
    ),
    (
        plan,
        (
            "prepos plan",
            "prepos plan --case peak --set plan.budget=5000",
            "PREPOS_PLAN__NEAR=2 prepos plan --json",
            "prepos plan --case tight_capacity --compare",
            "prepos plan --write-model model.lp",
            "prepos plan --like runs/2026-11-02-91b7c7277e --out runs/trial",
        ),
    ),
    (
        replan,
        (
            "prepos replan -c prepos.toml",
            "prepos replan --wait 600 --set run.log=json",
            "prepos replan --dry-run --json",
        ),
    ),
    (
        backtest,
        (
            "prepos backtest",
            "prepos backtest --peer all --origins 12",
            "prepos backtest --set run.executor=process",
            "prepos backtest --model smoothing --peer exponential --sample-skus 200 --json",
        ),
    ),
    (
        replay,
        (
            "prepos replay",
            "prepos replay --from 2026-08-03 --to 2026-10-25 --set replay.supply=cover",
            "prepos replay --variant plan.tranches=false --variant replay.fulfilment=nearest",
            "prepos replay --sweep plan.shortage_cost=1,2,4 --policy nothing --policy prepos",
            "prepos replay --policy prepos --policy rules:MyRule --json",
            "prepos replay --set run.executor=process --set run.workers=4",
        ),
    ),
    (verify, ("prepos verify runs/2026-11-02-91b7c7277e", "prepos verify runs/trial --json")),
    (
        explain,
        (
            "prepos explain PP-FILE-NO-ROWS",
            "prepos explain runs/trial",
            "prepos explain runs/trial --transfer T92400890358b",
            "prepos explain runs/trial --node FW1",
            "prepos explain runs/trial --node FW1 --json",
            "prepos explain runs/trial --region R1",
            "prepos explain runs/trial --sku milk",
            "prepos explain runs/trial --region R1 --sku milk",
        ),
    ),
    (
        export,
        (
            "prepos export current --format odoo --set publish.odoo.version=19",
            "prepos export runs/trial --format tryton --format xlsx --dry-run",
            "prepos export runs/trial --format mapping --mapping sap.toml --out outbox",
            "prepos export current --refused --format tryton --out again",
        ),
    ),
    (
        reconcile,
        (
            "prepos reconcile current",
            "prepos reconcile 2026-11-02-91b7c7277e --receipts answers.csv",
            "prepos reconcile current --receipts answers.parquet --dry-run --json",
        ),
    ),
    (
        publish,
        (
            "prepos publish runs/2026-11-02-91b7c7277e",
            "prepos publish 2026-11-02-91b7c7277e --dry-run",
            "prepos publish newest --wait 600",
            "prepos publish current --edited transfers-edited.csv",
        ),
    ),
    (rollback, ("prepos rollback", "prepos rollback --to 2026-10-26-5d0c2e91aa")),
    (
        diff,
        (
            "prepos diff",
            "prepos diff current 2026-11-02-91b7c7277e",
            "prepos diff runs/trial runs/other --json",
        ),
    ),
    (doctor, ("prepos doctor", "prepos doctor --fix", "prepos doctor --json")),
    (schema, ("prepos schema", "prepos schema orders", "prepos schema lanes --json")),
)

PURPOSE = (
    "Pre-position stock near the customers before they order.\n\n"
    "prepos reads orders, stock and lanes, forecasts every region's demand, and plans what to move "
    "where: proven to be near the best there is, and checked line by line."
)

app = Typer(
    name="prepos",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="New here? [bold]prepos demo[/bold] plans real orders and says what to move.",
)
for command, examples in COMMANDS:
    shown = "\n\n".join(f"$ {example}" for example in examples)
    app.command(epilog=f"[bold]Examples[/bold]\n\n{shown}")(command)


def _tell_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        sys.stdout.write(f"prepos {prepos.__version__}\n")
        raise Exit


@app.callback(help=PURPOSE)
def _prepos(
    version: Annotated[
        bool, Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the flags that go before a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error is told in plain words, not as a trace."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    try:
        with stop_on_signals():
            app(args=given, prog_name="prepos")
    except PreposError as error:
        return report_error(error, as_json="--json" in given)
    except Exception as error:
        told = as_told(error)
        if told is None:
            raise
        return report_error(told, as_json="--json" in given)
    except Stopped as stopped:
        sys.stderr.write(f"prepos: {stopped}\n")
        return stopped.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
