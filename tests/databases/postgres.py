"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a socket and no port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

USERS = ("postgres", "nobody")  # the server refuses to be run by root
SETTINGS = "-c listen_addresses='' -c fsync=off -c shared_buffers=32MB -c max_connections=20"


@dataclass(frozen=True)
class Server:
    """A running server; ``prepos`` may do everything, ``keeper`` needs the password s3cret."""

    folder: Path

    def url(self, database: str = "shop", *, user: str = "prepos") -> str:
        """Return the address of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Run statements, each by itself."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what a query finds."""
        with self.connect() as connection:
            return connection.execute(query).fetchall()

    def connect(self) -> psycopg.Connection:
        """Return a connection that commits each statement."""
        return psycopg.connect(self.url(), autocommit=True)


def binary(name: str) -> str | None:
    """Return where a program of PostgreSQL lies; Debian hides them from the path."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, homes)]))


@contextmanager
def running() -> Iterator[Server]:
    """Make a cluster, start it, give it a database, and stop it by its own process at the end."""
    initdb, control = binary("initdb"), binary("pg_ctl")
    assert initdb
    assert control
    short = "/tmp" if Path("/tmp").is_dir() else None  # a socket's path is 107 letters at most
    with tempfile.TemporaryDirectory(prefix="prepos-pg-", dir=short) as home:
        folder = Path(home)
        become = _become(folder)
        cluster = folder / "cluster"
        made = ["-D", str(cluster), "-A", "trust", "-U", "prepos", "--no-sync", "-E", "UTF8"]
        _run([*become, initdb, *made, "--locale=C"])
        rules = cluster / "pg_hba.conf"
        rules.write_text(f"local all keeper scram-sha-256\n{rules.read_text()}")
        start = ["-D", str(cluster), "-w", "-l", str(folder / "log")]
        _run([*become, control, *start, "-o", f"-k {folder} {SETTINGS}", "start"])
        try:
            server = Server(folder)
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE shop")
                connection.execute("CREATE ROLE keeper LOGIN PASSWORD 's3cret'")
            yield server
        finally:
            _run([*become, control, "-D", str(cluster), "-m", "immediate", "-w", "stop"])


def _become(folder: Path) -> list[str]:
    """Return the command in front that makes root somebody else, who gets the folder."""
    if os.geteuid() != 0:
        return []
    user = next(name for name in USERS if name in {entry.pw_name for entry in pwd.getpwall()})
    folder.chmod(0o755)
    shutil.chown(folder, user)
    return ["setpriv", f"--reuid={user}", "--clear-groups", "--"]


def _run(command: list[str]) -> None:
    """Run a program; what it says is told where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr + done.stdout
