"""Codes of a run's files: missing or altered ones, and what a second opinion found."""

from __future__ import annotations

from prepos.core.faults import Code
from prepos.core.verdict import CHECKS, code_of

WORKER_DIED, CLUSTER_FAILED = "PP-WORKER-DIED", "PP-CLUSTER-FAILED"

WORKERS = (
    Code(
        WORKER_DIED,
        "workers died of the same block of work, and it was given up",
        "A replay's policies, a backtest's cutoffs and the like are done by worker processes. One "
        "that is killed, mostly because the machine has no more memory, is replaced and its block "
        "tried again; the second time the command ends, and nothing is written.",
        "Look for a killed process in the system's log. Set run.workers lower, so that each has "
        'more memory, or run.executor = "serial". A script of your own must call prepos below '
        "`if __name__ == '__main__':`.",
    ),
    Code(
        CLUSTER_FAILED,
        "the dask cluster could not be reached, or failed",
        "run.scheduler names a scheduler that does not answer, has no workers or went away; or its "
        "workers lack prepos, which they need in the same version as the command.",
        "Look at the scheduler and its workers. Without run.scheduler a cluster of this machine is "
        'started; run.executor = "process" needs no dask.',
    ),
)

PUBLISHING = (
    Code(
        "PP-LOCK-STALE",
        "a lock was left behind, and is taken over",
        "Its process ended without giving it back: it was killed, or the machine went down. Only a "
        "lock of the same machine is taken over, when its process is surely gone.",
        "Nothing. If it comes again, look for what kills the command: `prepos doctor` helps.",
    ),
    Code(
        "PP-LEDGER-REBUILT",
        "the ledger of runs was missing or damaged, and is made anew",
        "ledger.sqlite tells what became of every run. The runs' manifests and the pointer tell "
        "which runs there are and which one is published; what other systems answered is read from "
        "the files in receipts/. The rest of it is lost.",
        "Go back by name, `prepos rollback --to RUN`. A damaged ledger is kept as "
        "ledger.sqlite.broken.",
    ),
    Code(
        "PP-LEDGER-BEHIND",
        "the run is published, but the ledger could not be told so",
        "The pointer decides which run is published. The disk may be full, or gone.",
        "See to the disk; the next `prepos publish`, `rollback` or `doctor --fix` writes it.",
    ),
    Code(
        "PP-POINTER-BROKEN",
        "runs/current does not name a run",
        "It is a link to a run's folder beside it, or a text file with a run's id; nothing else.",
        "`prepos publish RUN` or `prepos rollback` write it anew.",
    ),
    Code(
        "PP-DOCTOR",
        "something that publishing stands on is broken",
        "prepos doctor looked at runs, pointer, ledger, disk, solver, libraries and clock.",
        "The message says what was found. An altered run: `prepos rollback`, or plan again.",
    ),
    Code(
        "PP-RUN-NOT-REMOVED",
        "a run beyond run.keep could not be removed",
        "What was published stands; only an old run's folder could not be cleared away.",
        "See to the folder's permissions; the next publish tries again.",
    ),
)

RUNS = (
    Code(
        "PP-CONFIG-IDLE",
        "a setting was changed that nothing reads yet",
        "The configuration's contract names the key; the command that will read it is not there.",
        "Leave it at its default, so that a later version does not change your plan.",
    ),
    Code(
        "PP-PLAN-COVER",
        "stock is planned to be held for longer than it takes to send more",
        "plan.cover counts the periods of demand that stock is held for. Who plans in every period "
        "needs the longest lead time and one period to review; on real orders five weeks where two "
        "do closed seven points less of the gap between doing nothing and perfect foresight.",
        'Leave plan.cover at "none", unless you plan less often than once a period.',
    ),
    Code(
        "PP-RUN-MISSING",
        "a file of the run is missing",
        "The manifest names every file of a run with its checksum; this one is not there.",
        "Run `prepos plan` again; nothing that is left of the run can be relied on.",
    ),
    Code(
        "PP-RUN-ALTERED",
        "a file of the run is not as it was written",
        "Its checksum is another than the manifest's: it was edited, or the disk has lost a bit.",
        "Run `prepos plan` again. The overrides table changes a plan, and stays.",
    ),
    Code(
        "PP-RUN-UNREADABLE",
        "a file of the run cannot be read",
        "It is not in the form that prepos writes: a column is missing, or it is cut off.",
        "Run `prepos plan` again.",
    ),
    Code(
        "PP-RUN-CELL",
        "a cell of a run's file is not of its column's type",
        "A number, a date or a whole number is expected there (`prepos schema TABLE`).",
        "Run `prepos plan` again.",
    ),
    Code(
        "PP-RUN-INPUT",
        "an input changed since the run",
        "A run is verified against the inputs it was made from; its manifest holds their sums.",
        "Run `prepos plan` on the present inputs, or put the former ones back.",
    ),
    Code(
        "PP-PUBLISH-INPUT",
        "a run is published although an input changed since it was made",
        "Orders that came since do not make a plan wrong, only less informed; a change of stock or "
        "lanes may, and is accepted on request alone (--despite-changes).",
        "Nothing, or `prepos replan` to plan with the inputs as they are.",
    ),
    *PUBLISHING,
    *WORKERS,
    *(
        Code(
            code_of(check),
            f"{check.replace('_', ' ')}: the run is not what recomputing it gives",
            f"What must hold: {holds}. It is computed again from the files and the inputs, by code "
            "that shares nothing with the planner. The message says where, and what was expected.",
            "Do not use the plan. If its files are as prepos wrote them, prepos is in error.",
        )
        for check, holds in CHECKS.items()
    ),
)
