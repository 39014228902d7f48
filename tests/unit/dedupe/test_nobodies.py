"""Values that identify nobody join nobody, in rules and in the target, and are told."""

from pathlib import Path

import pandas as pd
import pytest
import staged

from crm_migrate.cleansing.placeholders import is_placeholder
from crm_migrate.mapping.plan import FeedPlan, MatchRulePlan, ObjectPlan, SamePlan, VetoPlan
from crm_migrate.matching.matcher import match
from crm_migrate.stages.dedupe import dedupe
from crm_migrate.stages.link import link

NOBODY = {
    "tax_id": [
        "0",
        "Pending",
        "111",
        "117",
        "1111111111",
        "1234567890",
        "12345",
        "000000000",
        "999999999",
        "n/a",
        "yok",
        "beantragt",
        "xxx",
        "-",
        "TBD",
        "9876543210",
        "applied for",
        "1212121212",
        "1231231231",
        "1000000000",
        "0000000001",
        "1111111110",
    ],
    "iban": ["0", "pending", "DE00", "0000000000000000", "n/a"],
    "email": [
        "none@none",
        "none@none.com",
        "noreply@acme.example",
        "test@acme.example",
        "test@test.com",
        "a@a.com",
        "yok",
        "n/a",
        "call the office",
        "asdf@asdf.com",
        "xxx@xxx.xxx",
        "no-reply@acme.example",
    ],
    "phone": [
        "0000000000",
        "123456789",
        "+900000000000",
        "11111",
        "+901111111111",
        "1234",
        "unknown",
        "0123456789",
        "+491234567890",
    ],
    "domain": ["example.com", "gmail.com", "facebook.com", "none.com", "n/a", "localhost"],
    "url": ["https://www.facebook.com/acme", "http://example.com", "https://linkedin.com/company/acme", "none"],
    "company_name": ["Unknown", "Test", "N/A", "test company", "Musterfirma", "none", "privat"],
    "given_name": ["unknown", "test", "xxx", "noname"],
    "family_name": ["Unbekannt", "Unknown", "N.N.", "zzz", "tba"],
    "person_name": ["no name", "not known", "Unknown"],
    "birth_date": ["1900-01-01", "1899-12-31", "9999-12-31", "0001-01-01", "1970-01-01"],
    "id": ["0", "000", "n/a", "null", "1111111111", "9999999"],
    "text": ["unknown", "test", "pending"],
}
SOMEBODY = {
    "tax_id": ["4540536920", "1234567891", "DE136695976", "111222333", "ATU12345675", "ATU10000000", "1230004560"],
    "iban": ["DE89370400440532013000"],
    "email": ["ann@test-drive.example", "info@acme.example", "attest@acme.example", "nonette@acme.example"],
    "phone": ["+902123456789", "+12127365000", "+4930231251", "+12125551111"],
    "domain": ["acme.example", "nonesuch.com"],
    "url": ["https://acme.example/facebook.com"],
    "company_name": ["Test Drive GmbH", "Pending Records Ltd", "Nil Tekstil"],
    "given_name": ["Bo", "Nil", "Anna"],
    "family_name": ["Null-Meyer", "Bos", "Ng", "Testa"],
    "birth_date": ["1970-01-02", "2000-02-29"],
    "id": ["111", "12345", "1234567890", "999", "7"],
    "text": ["111", "99999"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in NOBODY.items() for value in values])
def test_what_identifies_nobody(kind: str, value: str) -> None:
    assert is_placeholder(value, kind)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in SOMEBODY.items() for value in values])
def test_what_identifies_somebody(kind: str, value: str) -> None:
    assert not is_placeholder(value, kind)


@pytest.mark.parametrize("kind", [name for name in NOBODY if name not in ("given_name", "family_name", "text", "url")])
def test_strangers_are_not_merged_and_it_is_told(kind: str, tmp_path: Path) -> None:
    run = staged.new_run(tmp_path)
    rule = MatchRulePlan(name="same value", same=(SamePlan(field="value"),), do="merge")
    each = ObjectPlan(
        name="accounts",
        entity="organisation",
        target="accounts",
        mergeable=True,
        match=(rule,),
        feeds=(FeedPlan(source="a", trust=1),),
        fields=(staged.field("value", kind, "a"),),
    )
    values = [*NOBODY[kind], *NOBODY[kind], SOMEBODY.get(kind, ["Ann Lee"])[0], SOMEBODY.get(kind, ["Ann Lee"])[0]]
    staged.mapped(run, each, "a", *({"key": f"k{n}", "value": value} for n, value in enumerate(values)))
    plan = staged.plan(each)
    link(plan, run)
    dedupe(plan, run)
    assert len(staged.read(run, "dedupe", "accounts", "merged")) == len(values) - 1
    (told,) = staged.read(run, "dedupe", "accounts", "findings").filter(code="untelling_value").to_dicts()
    assert (told["rule"], told["count"]) == ("value", len(values) - 2)


REAL = {"tax_id": "4540536920", "birth_date": "1984-05-06", "id": "4540536920"}
FILLERS = {"tax_id": "1111111111", "birth_date": "1970-01-01", "id": "9999999999"}


@pytest.mark.parametrize("survive", ["trust", "equal"])
@pytest.mark.parametrize("kind", sorted(REAL))
def test_what_identifies_nobody_contradicts_nobody_and_never_wins(kind: str, survive: str, tmp_path: Path) -> None:
    """A filler of the source that is trusted most, beside a value of another: they differ in nothing."""
    run = staged.new_run(tmp_path)
    rule = MatchRulePlan(
        name="mailbox", same=(SamePlan(field="email"),), do="merge", unless=(VetoPlan(field="value", kind="differs"),)
    )
    each = ObjectPlan(
        name="contacts", entity="person", target="contacts", mergeable=True, match=(rule,),
        feeds=(FeedPlan(source="a", trust=1), FeedPlan(source="b", trust=2)),
        fields=(
            staged.field("email", "email", "a", "b"),
            staged.field("last_name", "family_name", "a", "b"),
            staged.field("value", kind, "a", "b", survive=survive),
        ),
    )  # fmt: skip
    line = {"email": "ada@x.example", "last_name": "Ak"}
    staged.mapped(run, each, "a", {"key": "1", **line, "value": FILLERS[kind]})
    staged.mapped(run, each, "b", {"key": "2", **line, "value": REAL[kind]})
    plan = staged.plan(each)
    link(plan, run)
    dedupe(plan, run)
    (merged,) = staged.read(run, "dedupe", "contacts", "merged").to_dicts()
    assert merged["value"] == REAL[kind]
    assert staged.read(run, "dedupe", "contacts", "clusters")["state"].unique().to_list() == ["merged"]


@pytest.mark.parametrize("kind", ["tax_id", "id"])
@pytest.mark.parametrize("filled", ["one", "both"])
def test_the_model_hears_no_contradiction_and_no_agreement_in_fillers(kind: str, filled: str) -> None:
    """What `crm-migrate match` does: doubles are found as if nothing stood there, strangers stay strangers."""
    given = [
        f"{a}{b}" for a in ("Ay", "Meh", "Fat", "Zey", "Has", "Mur", "Em") for b in ("se", "met", "ma", "nep", "an")
    ]
    rows = [
        {"given": name, "family": f"Ka{name[::-1]}", "email": f"{name}@firm{n % 9}.example".lower(),
         "number": str(4540536920 + n * 7919)}
        for n, name in enumerate(given * 2)
    ]  # fmt: skip
    doubles = [{**row, "number": FILLERS[kind]} for row in rows[:5]]
    strangers = [{**row, "number": FILLERS[kind]} for row in rows[20:25]] if filled == "both" else []
    frame = pd.DataFrame([*rows[:20], *strangers, *rows[25:35], *doubles])
    types = {"given": "given_name", "family": "family_name", "email": "email"}

    def clusters(values: pd.DataFrame, named: dict[str, str]) -> list[int]:
        found = match(values.reset_index(drop=True), "person", types=named).merges()
        return [int(each) for each in found["cluster"]]

    empty = frame.assign(number=frame["number"].where(frame["number"] != FILLERS[kind]))
    assert clusters(frame, types | {"number": kind}) == clusters(empty, types | {"number": kind})
