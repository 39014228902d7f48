"""Queries of the simulated Salesforce, against the same asked in plain Python."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from salesforces import KEY, Salesforce, engine

CITIES = ["Köln", "köln", "İzmir", "Bonn", None]
ROWS: list[dict[str, Any]] = [
    {
        "Name": f"Firma {n}",
        "BillingCity": CITIES[n % 5],
        "NumberOfEmployees": n % 7 or None,
        "AnnualRevenue": float(n) if n % 3 else None,
        KEY: f"k{n}",
    }
    for n in range(40)
]


@pytest.fixture(scope="module")
def asked() -> Salesforce:
    client = Salesforce(engine())
    ids = [client.create("Account", **{n: v for n, v in each.items() if v is not None}) for each in ROWS]
    for n, id in enumerate(ids[:10]):
        client.create("Contact", LastName=f"K{n}", AccountId=id)
    return client


def folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


TESTS: dict[str, Any] = {
    "BillingCity = 'KÖLN'": lambda r: folded(r["BillingCity"]) == "köln",
    "BillingCity != 'Bonn'": lambda r: r["BillingCity"] != "Bonn",
    "BillingCity = null": lambda r: r["BillingCity"] is None,
    "BillingCity LIKE 'k%'": lambda r: folded(r["BillingCity"] or "").startswith("k"),
    "BillingCity IN ('Bonn', 'İzmir')": lambda r: r["BillingCity"] in ("Bonn", "İzmir"),
    "BillingCity NOT IN ('Bonn')": lambda r: r["BillingCity"] != "Bonn",
    "NumberOfEmployees > 3": lambda r: (r["NumberOfEmployees"] or 0) > 3,
    "NumberOfEmployees <= 3": lambda r: r["NumberOfEmployees"] is not None and r["NumberOfEmployees"] <= 3,
    "AnnualRevenue = null": lambda r: r["AnnualRevenue"] is None,
    f"{KEY} IN ('k1', 'K2', 'nobody')": lambda r: r[KEY] in ("k1", "k2"),
    "Id IN (SELECT AccountId FROM Contact)": lambda r: int(r[KEY][1:]) < 10,
    "Id NOT IN (SELECT AccountId FROM Contact WHERE LastName = 'K3')": lambda r: r[KEY] != "k3",
}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(sorted(TESTS)), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_conditions_mean_what_they_say(asked: Salesforce, parts: list[str], every: bool, contrary: bool) -> None:
    text = (" AND " if every else " OR ").join(f"({part})" for part in parts)
    if contrary:
        text = f"NOT ({text})"
    meets = all if every else any
    wanted = {r[KEY] for r in ROWS if meets(TESTS[part](r) for part in parts) != contrary}
    assert {r[KEY] for r in asked.query(f"SELECT {KEY} FROM Account WHERE {text}")} == wanted


@pytest.mark.parametrize("down", [False, True])
def test_order_limit_and_offset(asked: Salesforce, down: bool) -> None:
    text = f"ORDER BY AnnualRevenue {'DESC NULLS LAST' if down else 'ASC'}, {KEY}"
    rows = asked.query(f"SELECT AnnualRevenue, {KEY} FROM Account {text} LIMIT 10 OFFSET 5")
    filled = sorted((r for r in ROWS if r["AnnualRevenue"] is not None), key=lambda r: r["AnnualRevenue"], reverse=down)
    empty = sorted((r for r in ROWS if r["AnnualRevenue"] is None), key=lambda r: r[KEY])
    wanted = (filled + empty if down else empty + filled)[5:15]
    assert [r[KEY] for r in rows] == [r[KEY] for r in wanted]


def test_groups_are_ordered_and_chosen(asked: Salesforce) -> None:
    text = "SELECT BillingCity, COUNT(Id) many, SUM(AnnualRevenue) FROM Account GROUP BY BillingCity "
    rows = asked.query(text + "HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC, BillingCity NULLS LAST")
    assert [r["many"] for r in rows] == [8] * 5 and rows[-1]["BillingCity"] is None
    assert sum(r["expr0"] for r in rows) == sum(r["AnnualRevenue"] or 0 for r in ROWS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT Id FROM Account WHERE NumberOfEmployees = '3'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name = 3", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Account ORDER BY Description", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Nobody.Name FROM Account", "INVALID_FIELD"),
        ("SELECT Id, (SELECT Id FROM Nobodies) FROM Account", "INVALID_TYPE"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account FOR UPDATE", "MALFORMED_QUERY"),
        ("SELECT Id FROM", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'it''s'", "MALFORMED_QUERY"),
    ],
)
def test_what_cannot_be_asked(asked: Salesforce, text: str, code: str) -> None:
    assert asked.refused("GET", "query", q=text) == (400, code)


def test_an_apostrophe_a_backslash_and_letters_of_the_east(asked: Salesforce) -> None:
    names = ["O'Neill", "back\\slash", "Ünlü & Şahin", "percent%_"]
    for name in names:
        asked.create("Lead", LastName=name, Company="C")
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        assert asked.query(f"SELECT LastName FROM Lead WHERE LastName = '{quoted}'") == [{"LastName": name}]


def test_cursors_end_and_are_few() -> None:
    client = Salesforce(engine(page=2))
    for n in range(5):
        client.create("Account", Name=f"A{n}")
    pages = [client.ask("GET", "query", q="SELECT Name FROM Account ORDER BY Name").body for _ in range(12)]
    assert client.refused("GET", pages[0]["nextRecordsUrl"]) == (400, "INVALID_QUERY_LOCATOR")
    second = client.ask("GET", pages[-1]["nextRecordsUrl"]).body
    third = client.ask("GET", second["nextRecordsUrl"]).body
    names = [row["Name"] for page in (pages[-1], second, third) for row in page["records"]]
    assert names == [f"A{n}" for n in range(5)] and third["done"] and "nextRecordsUrl" not in third


def test_a_job_outlives_the_process(tmp_path: Any) -> None:
    first = Salesforce(engine(keep=tmp_path / "org", job_seconds=60.0))
    job = first.job("LastName\nKaya\n", "Contact", "insert")
    assert job["state"] == "UploadComplete"
    first.engine.close()
    again = Salesforce(engine(keep=tmp_path / "org", job_seconds=60.0))
    again.engine.clock.advance(61)
    told = again.ask("GET", f"jobs/ingest/{job['id']}").body
    assert (told["state"], told["numberRecordsProcessed"]) == ("JobComplete", 1)
    assert len(again.query("SELECT Id FROM Contact")) == 1
