"""The fictional dealer in a simulated EspoCRM: what it holds afterwards, against the planted truth and its witness."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from demo.finished_run import lines_of
from espocrm_sample import FIELDS, SELLERS, project
from espos import KIND, Espo, keys_of
from moved import TRUTH, Moved, Record, move

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.sweep("tests/cli/test_open_crms.py moves a small company"),
]
KNOWN = "ahmet.cetin@posta.example"  # of somebody who is a contact there before
MODELS = ("Account", "Contact", "Lead", "Opportunity")


def held(espo: Espo) -> list[Record]:
    """Every record as it is now, but for how often and when it was saved."""
    return [
        {**each, "model": model, "modifiedAt": "", "versionNumber": 0} for model in MODELS for each in espo.rows(model)
    ]


@pytest.fixture(scope="module")
def espo() -> Iterator[Espo]:
    """With what users have there already: somebody whom we know, and a stranger."""
    made = Espo(*SELLERS, fields=FIELDS)
    made.make("Contact", firstName="Ahmet", lastName="Çetin", emailAddress=KNOWN, description="hm")
    made.make("Contact", lastName="Stranger", emailAddress="stranger@example.com")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def moved(espo: Espo, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = project(tmp_path_factory.mktemp("espocrm") / "anadolu")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("url", "token"):
            patch.setenv(f"ESPOCRM_{name.upper()}", espo.options[name])
        return move(folder, lambda: held(espo), keys_of)


def test_both_runs_end_well_and_nothing_is_unexplained(moved: Moved) -> None:
    assert moved.codes == (0, 0, 0)
    figures: Any = moved.run.figures
    assert [line for line in figures["accounting"] if line.get("unexplained")] == []
    assert [f for f in figures["fields"] if f["matched"] < f["compared"]] == []


def test_the_second_run_writes_nothing(moved: Moved) -> None:
    assert moved.states[2] == moved.states[1]


def test_every_record_was_created_once(moved: Moved) -> None:
    found = Counter(key for each in moved.records for key in keys_of(each))
    assert set(found.values()) == {1}
    assert len(found) > 1000


def test_children_point_to_their_own_parent(moved: Moved) -> None:
    for object, field, attribute in (
        ("accounts", "parent", "cPartOfId"),
        ("contacts", "company", "accountId"),
        ("deals", "company", "accountId"),
    ):
        children, expected = moved.truth(object), moved.parents(object, field)
        assert expected, object
        assert {child: children[child][attribute] for child in expected} == expected, object


def test_the_server_holds_the_clean_values(moved: Moved) -> None:
    for object, field, attribute in (
        ("accounts", "name", "name"),
        ("accounts", "tax_id", "cTaxId"),
        ("accounts", "phone", "phoneNumber"),
        ("contacts", "last_name", "lastName"),
        ("contacts", "consent", "cEmailConsent"),
        ("deals", "currency", "amountCurrency"),
        ("deals", "close_date", "closeDate"),
    ):
        records, told = moved.truth(object), moved.values(object, field)
        assert told, (object, field)
        assert {e: records[e][attribute] for e in told} == {e: v or None for e, v in told.items()}, (object, field)
    deals, amounts = moved.truth("deals"), moved.values("deals", "amount")
    assert {e: Decimal(str(deals[e]["amount"])) for e in amounts} == {e: Decimal(v) for e, v in amounts.items()}


def test_who_withdrew_is_opted_out_and_nobody_else(moved: Moved) -> None:
    for each in moved.records:
        if each["model"] == "Contact" and each["emailAddress"]:
            assert each["emailAddressIsOptedOut"] == (each["cEmailConsent"] == "withdrawn"), each["id"]


def test_who_unsubscribed_and_is_nobody_else_stays_on_the_list(moved: Moved) -> None:
    listed = [each for each in moved.records if each.get(KIND) == "Suppressed mailbox"]
    said = {each["emailAddress"]: each["cEmailConsent"] for each in listed}
    assert said == {each["email"]: each["state"] for each in lines_of(TRUTH / "suppressions.csv")}


def test_undo_leaves_the_server_as_it_was(moved: Moved) -> None:
    assert moved.states[3] == moved.states[0]
