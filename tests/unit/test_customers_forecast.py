"""``--customers`` on the path: who is written of, and that nobody else is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from prepos import pipeline
from prepos.config import Config, load_config
from prepos.core.run import CUSTOMERS, RUN_TABLES
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY

NAMES = ("ann", "bob", "cem", "dee")


def customer_lines(*, names: tuple[str, ...] = NAMES) -> list[str]:
    """Return weekly orders: ann and cem take 007 each time, the others NA; names may be empty."""
    return [
        f"o{week}-{number},{CUTOFF - timedelta(days=7 * week - number)},"
        f"{'NA' if number % 2 else '007'},2,r1,{name}"
        for week in range(1, 13)
        for number, name in enumerate(names)
    ]


def make_config(folder: Path, lines: list[str], consents: str = "") -> Config:
    """Return the configuration of a folder with these orders, and a table of consents if given."""
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
    header = "order_id,ordered_at,sku,quantity,region_id,customer_id"
    (folder / "orders.csv").write_text("\n".join([header, *lines]) + "\n")
    text = CONFIG.replace('lanes = "lanes.csv"\n', "")
    if consents:
        (folder / "consents.csv").write_text(f"customer_id,purpose,granted,at\n{consents}")
        text = text.replace("[data]\n", '[data]\nconsents = "consents.csv"\n')
    (folder / "prepos.toml").write_text(text)
    (folder / "models" / "plain").mkdir(parents=True)
    (folder / "models" / "plain" / "spec.toml").write_text('kind = "moving_average"\n')
    return load_config(folder / "prepos.toml", sets=[f"time.cutoff={CUTOFF}"])


def test_next_orders_are_written_on_asking(tmp_path: Path) -> None:
    """With ``top`` the run tells of every customer, in a folder of its own; without it of none."""
    config = make_config(tmp_path, customer_lines())
    plain = pipeline.make_forecast(config, today=TODAY)
    told = pipeline.make_forecast(config, today=TODAY, top=1)
    assert CUSTOMERS not in pipeline.load_run(plain.folder).frames
    assert told.folder != plain.folder
    frame = pipeline.load_run(told.folder).frames[CUSTOMERS]
    assert list(frame) == list(RUN_TABLES[CUSTOMERS])
    assert dict(zip(frame["customer_id"], frame["sku"], strict=True)) == {
        "ann": "007",
        "bob": "NA",
        "cem": "007",
        "dee": "NA",
    }
    assert frame["chance"].between(0.5, 1).all()
    assert frame["times_bought"].tolist() == [12, 12, 12, 12]


def test_only_who_agreed_is_written_of(tmp_path: Path) -> None:
    """No file of the run names a customer who was not asked, refused, or took it back."""
    consents = (
        "ann,personal_forecast,true,2024-01-01\n"
        "bob,personal_forecast,false,2024-01-01\n"
        "cem,personal_forecast,true,2024-01-01\ncem,personal_forecast,false,2024-06-01\n"
    )
    run = pipeline.make_forecast(
        make_config(tmp_path, customer_lines(), consents), today=TODAY, top=2
    )
    frame = pipeline.load_run(run.folder).frames[CUSTOMERS]
    assert set(frame["customer_id"]) == {"ann"}
    for path in run.folder.iterdir():
        assert not [name for name in ("bob", "cem", "dee") if name.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("names", "consents"),
    [
        (("", "", ""), ""),  # all anonymous
        (NAMES, "ann,offers,true,2024-01-01\n"),  # asked about another purpose alone
    ],
)
def test_of_nobody_an_empty_table_is_written(
    names: tuple[str, ...], consents: str, tmp_path: Path
) -> None:
    """Where no customer agreed the file is there, with its columns and no row."""
    config = make_config(tmp_path, customer_lines(names=names), consents)
    run = pipeline.make_forecast(config, today=TODAY, top=3)
    frame = pipeline.load_run(run.folder).frames[CUSTOMERS]
    assert list(frame) == list(RUN_TABLES[CUSTOMERS])
    assert not len(frame)


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Rows in another order give the same file of customers."""
    lines = customer_lines()
    for name, rows in (("one", lines), ("other", lines[::-1])):
        (tmp_path / name).mkdir()
        run = pipeline.make_forecast(make_config(tmp_path / name, rows), today=TODAY, top=2)
        (tmp_path / f"{name}.parquet").write_bytes((run.folder / CUSTOMERS).read_bytes())
    one, other = ((tmp_path / f"{name}.parquet").read_bytes() for name in ("one", "other"))
    assert one == other
