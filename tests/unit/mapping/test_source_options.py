"""A source's further words are options of its connector: handed over as they are, and refused where it reads none."""

from pathlib import Path

import pytest

from crm_migrate.connecting import discovery
from crm_migrate.errors import MappingError
from crm_migrate.finding import Finding
from crm_migrate.mapping.opening import build_spec
from crm_migrate.mapping.resolving import resolve
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
sources:
  x: {SOURCE, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts: {from: x, fields: {name: name}}
"""


class _Stranger:
    """A connector of somebody else, whose words the core has never heard."""

    name, title = "ledgerly", "a fictional bookkeeping service"
    source_options = frozenset({"company_file", "sheet"})
    target_options: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    known = discovery.connector
    monkeypatch.setattr(discovery, "connector", lambda name: _Stranger() if name == "ledgerly" else known(name))


def project(folder: Path, source: str) -> Project:
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("SOURCE", source), "utf-8")
    (folder / "x.csv").write_text("id;name\n1;Nordwind Labs\n", "utf-8")
    return Project(folder, folder / "crm-migrate.yaml")


def findings(folder: Path, source: str) -> list[Finding]:
    with pytest.raises(MappingError) as refused:
        resolve(project(folder, source))
    return [finding for finding in refused.value.findings if finding.code == "mapping_unknown_word"]


def test_a_connectors_own_words_name_its_rows_and_reach_it_with_their_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER", "books-2025")
    place = project(tmp_path, "connector: ledgerly, company_file: env:LEDGER, sheet: Kunden")
    plan, _ = resolve(place)
    assert plan.source("x").options == {"company_file": "env:LEDGER"}
    spec = build_spec(plan.source("x"), place)
    assert (dict(spec.options), spec.sheet) == ({"company_file": "books-2025"}, "Kunden")


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("connector: ledgerly, company_fil: a", "company_fil"),
        ("connector: ledgerly, company_file: a, header_row: 3", "header_row"),
        ("file: x.csv, delimeter: ;", "delimeter"),
        ("url: 'sqlite:///old.db', table: t, sheet: Kunden", "sheet"),
        ("file: x.csv, covers: [a]", "covers"),
        ("url: 'sqlite:///old.db', table: t, short_rows: fill", "short_rows"),
    ],
)
def test_a_word_that_the_connector_does_not_read_is_refused_in_its_place(
    tmp_path: Path, source: str, word: str
) -> None:
    (found,) = findings(tmp_path, source)
    assert f"`{word}`" in found.message and found.place.line == 3


def test_short_rows_reach_the_reader(tmp_path: Path) -> None:
    place = project(tmp_path, "file: x.csv, short_rows: fill")
    assert build_spec(resolve(place)[0].source("x"), place).short_rows == "fill"


def test_what_becomes_of_local_times_is_no_word_of_a_text(tmp_path: Path) -> None:
    place = project(tmp_path, "file: x.csv")
    written = place.mapping.read_text("utf-8").replace("name: name", "name: {x: name, on_clock_change: hold}")
    place.mapping.write_text(written, "utf-8")
    with pytest.raises(MappingError) as refused:
        resolve(place)
    assert any("`on_clock_change` belongs to a moment" in f.message for f in refused.value.findings)


def test_a_database_that_lends_its_address_takes_no_words_that_nobody_reads(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, "file: x.csv, key: id}\n  d: {url: 'sqlite:///old.db', schma: a")
    assert "`schma`" in found.message
