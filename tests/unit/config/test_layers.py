"""Settings come flat by key, each with the place where it was set."""

from __future__ import annotations

from pathlib import Path

import pytest

from prepos.config.layers import Setting, Words, read_environment, read_sets, read_toml
from prepos.errors import ConfigError


def written(folder: Path, content: bytes) -> Path:
    """Return a file with the content."""
    path = folder / "prepos.toml"
    path.write_bytes(content)
    return path


def test_keys_are_flat_and_know_their_line(tmp_path: Path) -> None:
    """Tables become dotted keys; an array is one value; each knows the line it is on."""
    text = b'a.b = 1\n[plan]\n# c = 2\ngap = 0.5\n[privacy.default_consent]\n"offers" = true\n'
    layer = read_toml(written(tmp_path, text), "x.toml")
    assert layer == {
        "a.b": Setting(1, "x.toml line 1"),
        "plan.gap": Setting(0.5, "x.toml line 4"),
        "privacy.default_consent.offers": Setting(True, "x.toml line 6"),
    }


def test_inline_table_is_placed_in_its_file(tmp_path: Path) -> None:
    """A key whose line is not plain to see still names its file."""
    layer = read_toml(written(tmp_path, b"plan = { gap = 0.5 }\n"), "x.toml")
    assert layer == {"plan.gap": Setting(0.5, "x.toml")}


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    """What editors on Windows write is TOML too."""
    layer = read_toml(written(tmp_path, b"\xef\xbb\xbf[run]\r\nseed = 1\r\n"), "x.toml")
    assert layer == {"run.seed": Setting(1, "x.toml line 2")}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[plan\n", "x.toml: expected ']'"),  # not closed
        (b"a = 1\na = 2\n", "line 2"),  # twice
        (b"a = '\xff'\n", "byte 5 is not UTF-8"),  # latin-1
        (b"plan:\n  gap: 1\n", "line 1"),  # YAML
    ],
)
def test_what_is_not_toml_is_refused_with_its_place(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """A broken file says what and where."""
    with pytest.raises(ConfigError, match=r"^x\.toml") as refused:
        read_toml(written(tmp_path, content), "x.toml")
    assert said in str(refused.value)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    """A path that is no file says what it is."""
    with pytest.raises(ConfigError, match=r"gone\.toml is missing, expected a configuration"):
        read_toml(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match="is a folder, expected a configuration"):
        read_toml(tmp_path)


def test_environment_names_keys_by_two_underscores() -> None:
    """Only variables with our prefix and a table are settings."""
    layer = read_environment({"PREPOS_PLAN__TIME_LIMIT_S": "5", "PREPOS_HOME": "x", "PATH": "a__b"})
    assert layer == {
        "plan.time_limit_s": Setting(Words("5"), "environment variable PREPOS_PLAN__TIME_LIMIT_S")
    }


def test_text_in_braces_is_a_table() -> None:
    """A table given as one word, as TOML writes it, is its keys; what only looks so stays text."""
    layer = read_sets(['plan={near = 4, fills = {"DRUG GM" = 0.5}}', "run.folder={a}"])
    assert layer == {
        "plan.near": Setting(4, "--set plan"),
        "plan.fills.DRUG GM": Setting(0.5, "--set plan"),
        "run.folder": Setting(Words("{a}"), "--set run.folder"),
    }
    name = "PREPOS_PLAN__FILLS"
    place = f"environment variable {name}"
    assert read_environment({name: '{ "A" = 1 }'}) == {"plan.fills.A": Setting(1, place)}


def test_later_set_wins() -> None:
    """KEY=VALUE keeps everything after the first equals sign."""
    layer = read_sets(["run.folder=a", "run.folder=b=c"])
    assert layer == {"run.folder": Setting(Words("b=c"), "--set run.folder")}


@pytest.mark.parametrize("given", ["plan.gap", "=3", ""])
def test_set_without_key_or_value_is_refused(given: str) -> None:
    """A word that is no assignment is shown."""
    with pytest.raises(ConfigError, match=r"expected KEY=VALUE such as plan\.budget=5000"):
        read_sets([given])
