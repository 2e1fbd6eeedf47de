"""The layers lie over each other in order, and everything wrong is told at once."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from prepos.config import Config, bundled, change_config, load_config, restore_config
from prepos.config.assemble import SECTIONS
from prepos.errors import ConfigError


def workspace(folder: Path, text: str = "", **cases: str) -> Path:
    """Return a configuration file with cases beside it."""
    (folder / "prepos.toml").write_text(text)
    (folder / "cases").mkdir()
    for name, case in cases.items():
        (folder / "cases" / f"{name}.toml").write_text(case)
    return folder / "prepos.toml"


def complaints(**given: object) -> list[str]:
    """Return what is said of a configuration that cannot be."""
    with pytest.raises(ConfigError) as refused:
        load_config(None, **given)  # type: ignore[arg-type]
    return str(refused.value).split("\n")


def test_base_is_the_options_own_defaults() -> None:
    """What base.toml says of a key is what the code beside it says."""
    config = load_config(None)
    for field, _, options in SECTIONS:
        assert getattr(config, field) == options()


def test_base_names_every_key() -> None:
    """No option is missing from base.toml."""
    config = load_config(None)
    for field, table, options in SECTIONS:
        for option in fields(options):
            key = f"{table}.{option.name}"
            assert any(k == key or k.startswith(f"{key}.") for k in config.settings), (field, key)


def test_layers_lie_over_each_other(tmp_path: Path) -> None:
    """Base, file, case, environment, flags: each later one wins where it speaks."""
    path = workspace(
        tmp_path,
        "[plan]\nnear = 4\ngap = 0.1\nbudget = 9\nmin_fill = 0.5\n",
        peak="[plan]\ngap = 0.2\nbudget = 8\nmin_fill = 0.6\n",
    )
    config = load_config(
        path,
        case="peak",
        environment={"PREPOS_PLAN__BUDGET": "7", "PREPOS_PLAN__MIN_FILL": "0.7"},
        sets=["plan.min_fill=0.8"],
    )
    plan = config.plan
    assert (plan.solver, plan.near, plan.gap, plan.budget, plan.min_fill) == (
        "auto",
        4,
        0.2,
        7,
        0.8,
    )


def test_tables_merge_and_arrays_replace(tmp_path: Path) -> None:
    """One band given is one band, one key given is one key."""
    path = workspace(
        tmp_path, "[service]\nbands = [[50, 2, 1]]\n[privacy.default_consent]\noffers = true"
    )
    config = load_config(path)
    assert config.service.bands == ((50.0, 2.0, 1.0),)
    assert config.privacy.default_consent.personal_forecast
    assert config.privacy.default_consent.offers


def test_a_table_of_names_is_filled_by_every_layer(tmp_path: Path) -> None:
    """Names are the user's own, dots, spaces and capitals included; later layers win by name."""
    path = workspace(
        tmp_path,
        '[plan.category_min_fill]\ndairy = 0.5\nmeat = 0.5\n"a.b" = 1\n',
        peak="plan.category_min_fill = { dairy = 0.6, bread = 0.7 }",
    )
    config = load_config(
        path,
        case="peak",
        environment={
            "PREPOS_PLAN__CATEGORY_MIN_FILL": '{"DRUG GM" = 0.8}',
            "PREPOS_PLAN__CATEGORY_MIN_FILL__MEAT": "0.9",
        },
        sets=["plan.category_min_fill.bread=0.95", "plan.category_min_fill.salad bar=0"],
    )
    expected = {
        "dairy": 0.6,
        "meat": 0.9,
        "bread": 0.95,
        "a.b": 1.0,
        "DRUG GM": 0.8,
        "salad bar": 0,
    }
    assert config.plan.category_min_fill == expected
    told = json.loads(json.dumps(config.as_dict()))
    assert told["plan"]["category_min_fill"] == expected
    assert restore_config(tmp_path, told).plan == config.plan


def test_faults_of_a_table_of_names_say_where(tmp_path: Path) -> None:
    """A share that cannot be, a word for a number, and a number for the table."""
    path = workspace(tmp_path, '[plan.category_min_fill]\ndairy = 1.5\nmeat = "much"\n')
    with pytest.raises(ConfigError) as refused:
        load_config(path, sets=["plan.category_min_fill=0.5"])
    wrong, much, whole = sorted(str(refused.value).split("\n"), key=lambda line: line[-3:])
    told = f"{wrong} {much} {whole}"
    assert f"{path} line 2: plan.category_min_fill.dairy is 1.5, expected 0 to 1" in told
    assert f"{path} line 3: plan.category_min_fill.meat is 'much', expected a number" in told
    assert "--set plan.category_min_fill: plan.category_min_fill is '0.5', expected a table" in told


def test_case_takes_a_limit_away(tmp_path: Path) -> None:
    """The word none undoes what lies below."""
    path = workspace(
        tmp_path, "plan.budget = 5\nlanes.vehicle_m3 = 80", free='plan.budget = "none"'
    )
    config = load_config(path, case="free", sets=["lanes.vehicle_m3=none"])
    assert config.plan.budget is None
    assert config.lanes.vehicle_m3 == math.inf


def test_case_beside_the_configuration_wins_over_a_packaged_one(tmp_path: Path) -> None:
    """A packaged case is found from anywhere, unless the user has one of that name."""
    path = workspace(tmp_path)
    assert load_config(path, case="peak").plan.min_fill > 0
    (tmp_path / "cases" / "peak.toml").write_text("[plan]\nnear = 9\n")
    assert load_config(path, case="peak").plan.near == 9


def test_unknown_case_names_the_known_ones(tmp_path: Path) -> None:
    """A case that is no file is refused with what there is."""
    path = workspace(tmp_path, mine="")
    with pytest.raises(ConfigError, match=r"case is 'pea'.*mine, peak.*, nearest is peak"):
        load_config(path, case="pea")
    with pytest.raises(ConfigError, match=r"case is '\.\./prepos'"):
        load_config(path, case="../prepos")


def test_paths_lie_beside_the_configuration(tmp_path: Path) -> None:
    """Data and runs are relative to the file's folder, wherever the command runs."""
    config = load_config(workspace(tmp_path, '[data]\norders = "o.csv"\n[run]\nfolder = "out"'))
    assert config.folder == tmp_path
    assert config.data == {"orders": "o.csv"}
    assert config.runs == tmp_path / "out"


def test_all_faults_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    """Unknown keys, wrong types and values that cannot be, from every layer, in one answer."""
    path = workspace(tmp_path, '[plan]\nbudgt = 3\ngap = 2\nnear = "x"\n[data]\norder = "a.csv"\n')
    with pytest.raises(ConfigError) as refused:
        load_config(
            path,
            environment={"PREPOS_RUN__SEED": "-1", "PREPOS_PLAM__GAP": "1"},
            sets=["time.cutoff=soon", "forecast.model=poled"],
        )
    told = set(str(refused.value).split("\n"))
    assert told == {
        f"{path} line 2: plan.budgt is no known key, nearest is plan.budget",
        f"{path} line 3: plan.gap is 2.0, expected 0 or more and below 1",
        f"{path} line 4: plan.near is 'x', expected a whole number",
        f"{path} line 6: data.order is no known key, nearest is data.orders",
        "environment variable PREPOS_RUN__SEED: run.seed is -1, expected 0 or more",
        "environment variable PREPOS_PLAM__GAP: plam.gap is no known key, nearest is plan.gap",
        "--set time.cutoff: time.cutoff is 'soon', expected a date such as 2026-11-02, or \"none\"",
        *(
            line
            for line in told
            if line.startswith("--set forecast.model: forecast.model is 'poled'")
        ),
    }
    assert len(told) == 8


def test_value_in_the_place_of_a_table_is_told() -> None:
    """A whole table cannot be a number."""
    assert complaints(sets=["plan=3"]) == ["--set plan: plan is '3', expected a table of keys"]


def test_password_is_not_told() -> None:
    """Neither a message nor the manifest shows a secret."""
    (line,) = complaints(sets=["data.order=postgresql://ann:s3cret@db/shop#orders", "plan=x:s3"])[
        :1
    ]
    assert "s3cret" not in line
    told = complaints(
        sets=[
            "data.orders=postgresql://ann:s3cret@db/shop#orders",
            "publish.database.url=postgresql://db/shop?password=s3cret",
        ]
    )
    remedy = "set PGPASSWORD, or write it to ~/.pgpass or to the file that database.passfile names"
    assert told == [
        f"--set {key}: {key} holds a password, expected none: {remedy}"
        for key in ("publish.database.url", "data.orders")
    ]


def test_models_beside_the_configuration_are_found(tmp_path: Path) -> None:
    """A belief of the user's own is a folder."""
    (tmp_path / "models" / "mine").mkdir(parents=True)
    spec = tmp_path / "models" / "mine" / "spec.toml"
    spec.write_text('kind = "pooled"\nwindow_weeks = 12\n')
    path = workspace(tmp_path, '[forecast]\nmodel = "mine"\n')
    assert load_config(path).spec.window_weeks == 12
    spec.write_text("windw = 12\n")
    with pytest.raises(ConfigError, match=r"models/mine/spec\.toml: .*windw"):
        load_config(path)


def test_settings_survive_json(tmp_path: Path) -> None:
    """What the manifest holds gives the same configuration back."""
    path = workspace(
        tmp_path, "[time]\ncutoff = 2026-11-02\n[plan]\nbudget = 5\n[data]\nstock = 's.csv'"
    )
    config = load_config(path)
    told = json.loads(json.dumps(config.as_dict(), allow_nan=False))
    back = restore_config(tmp_path, told)
    assert back == config
    assert back.time.cutoff == date(2026, 11, 2)


@pytest.mark.parametrize("case", [None, "peak", "slow_carrier", "tight_capacity"])
def test_sample_and_its_cases_are_whole(case: str | None) -> None:
    """The packaged sample names files that are there, in every case."""
    config: Config = load_config(bundled("data", "sample", "prepos.toml"), case=case)
    assert {name for name in config.data.values() if not (config.folder / name).is_file()} == set()


def test_words_are_laid_on_a_configuration() -> None:
    """What is changed and changed back is as it was; signals left out are named and known."""
    config = load_config(
        bundled("data", "sample", "prepos.toml"), sets=['forecast.without=["due"]']
    )
    changed = change_config(config, ["plan.near=1", 'forecast.without=["intents"]'])
    assert changed.plan.near == 1
    assert "due" in changed.spec.signals
    assert "intents" not in changed.spec.signals
    assert not change_config(config, ["forecast.shrinkage=false"]).spec.shrinkage
    words = [f"plan.near={config.plan.near}", 'forecast.without=["due"]']
    assert change_config(changed, words) == config
    with pytest.raises(ConfigError, match=r"forecast\.without is \['duh'\], expected some"):
        change_config(config, ['forecast.without=["duh"]'])
