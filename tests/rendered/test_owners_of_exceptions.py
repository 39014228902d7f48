"""Whose chances wait and what they are worth: in page, workbook and JSON the sums are those of the rows."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from browser import ask
from openpyxl import load_workbook
from shop import MAPPING, Shop, shop

ANNA, BERT = "anna@shop.example", "bert@shop.example"
WAITING = range(4, 11)  # chances of a stage that nobody knows

_OWNED = """
await wait(300);
const shown = [...page.querySelectorAll("[data-group]")].filter((g) => !g.hidden);
const visible = (g, what) => [...g.querySelectorAll(what)].filter((row) => !row.hidden);
return {
  said: page.getElementById("filter-shown").textContent,
  owners: [...page.querySelector("select[name=owner]").options].map((o) => o.value),
  groups: shown.map((g) => ({
    code: g.dataset.code, sum: g.querySelector("[data-sum]").textContent,
    stakes: visible(g, ".stakes tbody tr").map((row) => [...row.cells].map((c) => c.textContent)),
    rows: visible(g, ".examples tbody tr").map((row) => row.querySelector("code").textContent),
    amounts: visible(g, ".examples tbody tr").map((row) => row.cells[row.cells.length - 1].textContent),
  })),
};
"""


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose chances have owners; those that wait are of both, in two currencies."""
    made = shop(tmp_path_factory.mktemp("owned") / "shop")
    made.mapping = MAPPING.replace("      currency: Currency\n", "      currency: Currency\n      owner: Owner\n")
    for i, row in enumerate(made.chances):
        row["Owner"] = ANNA if i % 3 else BERT
        if i in WAITING:
            row["Stage"] = "Beklemede"
    made.write()
    made.call("run")
    return made


def waiting(made: Shop, owner: str = "") -> dict[str, Decimal]:
    """What the chances that wait are worth, from the file."""
    rows = [row for i, row in enumerate(made.chances) if i in WAITING and row["Owner"] in (owner or row["Owner"],)]
    return made.amounts(rows)


def in_page(text: str) -> dict[str, Decimal]:
    """`1,234.50 EUR · 3.00 TRY` in numbers."""
    parts = (each.replace(",", "").split() for each in text.split(" · ") if each)
    return {unit: Decimal(amount) for amount, unit in parts}


def test_json_has_owners_and_sums_of_what_waits(owned: Shop) -> None:
    figures = json.loads((owned.report("en") / "report.json").read_text("utf-8"))["figures"]
    (held,) = (x for x in figures["exceptions"] if x["state"] == "held" and x["object"] == "deals")

    said = {o["owner"]: {a["unit"]: Decimal(a["amount"]) for a in o["amounts"]} for o in held["owners"]}
    assert said == {owner: waiting(owned, owner) for owner in (ANNA, BERT)}
    assert {a["unit"]: Decimal(a["amount"]) for a in held["amounts"]} == waiting(owned)


def test_the_sheet_of_owners_adds_up_to_what_waits(owned: Shop) -> None:
    sheet = load_workbook(owned.report("en") / "report.xlsx")["Exceptions by owner"]
    head, *rows = sheet.iter_rows(values_only=True)
    at = {str(name): i for i, name in enumerate(head)}
    sums: dict[str, dict[str, Decimal]] = defaultdict(dict)
    counts = 0
    for row in rows:
        if row[at["Code"]] == "value_unmapped":
            sums[str(row[at["Owner"]])][str(row[at["Currency"]])] = Decimal(str(row[at["Amount"]]))
            counts += int(str(row[at["Count"]] or 0))

    assert sums == {owner: waiting(owned, owner) for owner in (ANNA, BERT)}
    assert counts == len(WAITING)


@pytest.mark.parametrize("owner", ["", ANNA, BERT])
def test_the_page_shows_the_rows_of_an_owner_and_their_sum(owner: str, owned: Shop, tmp_path: Path) -> None:
    hash_ = f"#exceptions?owner={owner}&state=held" if owner else "#exceptions?state=held"
    seen = ask(owned.report("en") / "report.html", _OWNED, tmp_path, hash_=hash_)
    (group,) = seen["groups"]
    rows = [row for i, row in enumerate(owned.chances) if i in WAITING and row["Owner"] in (owner or row["Owner"],)]

    assert seen["owners"] == ["", ANNA, BERT]
    assert seen["said"].startswith(f"{len(rows)} of ")
    assert sorted(group["rows"]) == sorted(f"chances:{row['Id']}" for row in rows)
    assert in_page(group["sum"]) == waiting(owned, owner)
    told: dict[str, Decimal] = defaultdict(Decimal)
    for amount in group["amounts"]:
        for unit, value in in_page(amount).items():
            told[unit] += value
    assert told == waiting(owned, owner)
    assert {line[0] for line in group["stakes"]} == ({owner} if owner else {ANNA, BERT})
