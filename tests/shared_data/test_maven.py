"""The Maven CRM opportunities: 8,800 deals, two misspellings, 1,425 deals without a company; nothing unexplained."""

import csv
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from demo.finished_run import FinishedRun, crm_migrate

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "maven-crm"

DECISION = "- {id: D-1, who: Ada, when: 2026-12-02, text: a product is a word of its deal}\n"
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA.name} is not beside the checkout"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    folder = tmp_path_factory.mktemp("maven")
    shutil.copytree(DATA, folder / "maven")
    shutil.copy(HERE / "maven.yaml", folder / "crm-migrate.yaml")
    (folder / "decisions").mkdir()
    (folder / "decisions" / "scope.yaml").write_text(DECISION, "utf-8")
    for verb in (("target", "prepare"), ("run",)):
        done = crm_migrate(*verb, str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
    return FinishedRun(folder)


@pytest.fixture(scope="module")
def pipeline() -> list[dict[str, str]]:
    """The deals as the csv module reads them."""
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_every_file_arrived(run: FinishedRun) -> None:
    for name, rows in (("users", 35), ("accounts", 85), ("products", 7), ("deals", 8800)):
        assert run.crm(f"SELECT count(*) FROM {name}") == [(rows,)]


def test_nothing_is_unexplained(run: FinishedRun) -> None:
    assert all(line["unexplained"] == 0 for line in run.figures["accounting"])
    assert all(Decimal(bridge["unexplained"]) == 0 for bridge in run.figures["bridges"])
    assert run.figures["verdict"] == "GO"


def test_the_money_is_the_money_of_the_file(run: FinishedRun, pipeline: list[dict[str, str]]) -> None:
    expected: Counter[str] = Counter()
    stages = {"Won": "closedwon", "Lost": "closedlost", "Engaging": "qualified", "Prospecting": "new"}
    for row in pipeline:
        expected[stages[row["deal_stage"]]] += Decimal(row["close_value"] or 0)
    found = Counter({str(stage): Decimal(0) for stage in stages.values()})
    for stage, amount in run.crm("SELECT stage, CAST(amount AS TEXT) FROM deals"):
        found[str(stage)] += Decimal(str(amount or 0))
    assert found == expected


def test_deals_without_a_company_are_loaded_without_one(run: FinishedRun, pipeline: list[dict[str, str]]) -> None:
    blank = sum(not row["account"] for row in pipeline)
    assert blank == 1425
    assert run.crm("SELECT count(*) FROM deals WHERE company IS NULL") == [(blank,)]


def test_every_deal_belongs_to_its_own_company(run: FinishedRun, pipeline: list[dict[str, str]]) -> None:
    names = {str(record["target_id"]): record["name"] for record in run.actual("accounts").values()}
    found = {str(r["name"]): names.get(str(r["company"])) for r in run.actual("deals").values()}
    assert found == {row["opportunity_id"]: row["account"] or None for row in pipeline}


def test_misspellings_are_mended_by_value_maps(run: FinishedRun, pipeline: list[dict[str, str]]) -> None:
    assert run.crm("SELECT count(*) FROM deals WHERE product = 'GTXPro'") == [(0,)]
    gtx_pro = sum(row["product"] == "GTXPro" for row in pipeline)
    assert run.crm("SELECT count(*) FROM deals WHERE product = 'GTX Pro'") == [(gtx_pro,)]
    assert run.crm("SELECT count(*) FROM accounts WHERE industry = 'technology'") == [(12,)]
    assert run.crm("SELECT count(*) FROM accounts WHERE country = 'PH'") == [(1,)]


def test_subsidiaries_point_to_their_parent(run: FinishedRun) -> None:
    with (DATA / "accounts.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["account"]: row["subsidiary_of"] for row in csv.DictReader(file) if row["subsidiary_of"]}
    records = run.actual("accounts")
    names = {str(record["target_id"]): str(record["name"]) for record in records.values()}
    assert {str(r["name"]): names[str(r["parent"])] for r in records.values() if r["parent"]} == expected
