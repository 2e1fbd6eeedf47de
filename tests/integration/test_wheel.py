"""A wheel built from the clone works in an empty folder, without the clone."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program away from the clone, and without measuring coverage of the installed copy."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "PYTHON", "PREPOS_"))}
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a new environment that holds the wheel, and sees our dependencies."""
    home = tmp_path_factory.mktemp("wheel")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", home, ROOT)
    built = run(*build, folder=home)
    assert built.returncode == 0, built.stderr
    (wheel,) = home.glob("prepos-*.whl")
    venv.create(home / "empty", with_pip=False, symlinks=True)
    python = home / "empty" / "bin" / "python"
    (packages,) = (home / "empty").glob("lib/python*/site-packages")
    unpack = (sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet")
    unpacked = run(*unpack, "--target", packages, wheel, folder=home)
    assert unpacked.returncode == 0, unpacked.stderr
    # behind the wheel's own folder, and without the .pth of an editable install
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    return python


def test_wheel_runs_init_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """The contract's tables and the configuration travel with the wheel."""
    done = run(installed, "-m", "prepos", "init", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "prepos.toml").is_file()
    where = run(installed, "-c", "import prepos; print(prepos.__file__)", folder=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(installed.parents[1])


def test_wheel_runs_demo_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """Sample, models and schemas travel with the wheel; the run lies in the working folder."""
    quick = ("--set", "plan.gap=0.05", "--set", "forecast.model=naive")
    done = run(installed, "-m", "prepos", "demo", "--json", *quick, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (tmp_path / told["run"] / "transfers.csv").is_file()
    assert told["transfers"] > 0
    assert told["kpis"]["plan"]["total_cost"] < told["kpis"]["nothing"]["total_cost"]
    bundle = run(installed, "-c", "import prepos; print(prepos.bundled())", folder=tmp_path)
    carried = {path.name for path in Path(bundle.stdout.strip()).iterdir()}
    assert carried == {"configs", "models", "data"}
