"""Cells as HubSpot's texts and back, where fields are, and what an environment may say."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.connecting.cells import Unfit
from crm_migrate.errors import UsageError
from crm_migrate_hubspot.calls import Layout, cell_of, properties
from crm_migrate_hubspot.link_answers import Linked
from crm_migrate_hubspot.linking import end_of
from crm_migrate_hubspot.requests import Requests
from crm_migrate_hubspot.settings import read_settings
from crm_migrate_hubspot.shapes import Place, place_of, refers, word_of
from crm_migrate_hubspot.values import Names, Stage, sent, told

TEXT, LINES = {"type": "string", "fieldType": "text"}, {"type": "string", "fieldType": "textarea"}
STAGES = (
    Stage("p1", "Sales", "s1", "New"),
    Stage("p1", "Sales", "s2", "Closed Won"),
    Stage("p2", "Renewals", "s3", "Closed Won"),
)
NAMES = Names({"ayse@anadolu.example": "7"}, {"7": "ayse@anadolu.example", "8": "gone@anadolu.example"}, STAGES)


@pytest.mark.parametrize(
    ("definition", "semantic", "cell", "value"),
    [
        (TEXT, "text", " padded\n", " padded\n"),
        ({"type": "number"}, "money", "-1234567890123456.780", "-1234567890123456.780"),
        ({"type": "bool"}, "boolean", "true", "true"),
        ({"type": "date"}, "birth_date", "1899-12-31", "1899-12-31"),
        ({"type": "datetime"}, "instant", "2024-02-29T23:59:59.123Z", "2024-02-29T23:59:59.123Z"),
        ({"type": "datetime"}, "date", "2025-03-05", "2025-03-05T00:00:00Z"),
        ({"type": "enumeration", "options": [{"value": "a"}]}, "choice", "a", "a"),
        ({"type": "enumeration", "options": [{"value": "a"}, {"value": "b"}]}, "list", '["a","b"]', "a;b"),
        (LINES, "tags", '["a, b","ç\\"d"]', 'a, b\nç"d'),
        ({"name": "hubspot_owner_id", "type": "enumeration"}, "owner", "ayse@anadolu.example", "7"),
    ],
)
def test_a_value_comes_back_as_it_went(definition: dict[str, Any], semantic: str, cell: str, value: str) -> None:
    assert sent("x", definition, semantic, cell, NAMES) == value
    assert told(definition, semantic, value, NAMES) == cell
    assert sent("x", definition, semantic, None, NAMES) == ""
    assert told(definition, semantic, "", NAMES) is None


@pytest.mark.parametrize(
    ("definition", "semantic", "cell", "code"),
    [
        (TEXT, "text", "a\0b", "SHAPE"),
        (TEXT, "text", "x" * 65_537, "SHAPE"),
        ({"type": "number"}, "number", "NaN", "TYPE"),
        ({"type": "bool"}, "boolean", "yes", "TYPE"),
        ({"type": "date"}, "date", "05.03.2025", "TYPE"),
        ({"type": "datetime"}, "instant", "2024-02-29T23:59:59.123456Z", "SHAPE"),
        ({"type": "enumeration", "options": [{"value": "a"}]}, "choice", "b", "UNKNOWN"),
        ({"type": "enumeration", "options": [{"value": "a;b"}]}, "list", '["a;b"]', "SHAPE"),
        (LINES, "tags", '["a\\nb"]', "SHAPE"),
        (LINES, "tags", "aqua", "TYPE"),
        ({"name": "hubspot_owner_id"}, "owner", "gone@anadolu.example", "UNKNOWN"),
        ({**TEXT, "modificationMetadata": {"readOnlyValue": True}}, "text", "x", "READ_ONLY"),
    ],
)
def test_what_it_would_change_is_refused_without_the_value(
    definition: dict[str, Any], semantic: str, cell: str, code: str
) -> None:
    with pytest.raises(Unfit) as raised:
        sent("x", definition, semantic, cell, NAMES)
    assert (raised.value.refusal.code, raised.value.refusal.field) == (code, "x")
    assert cell not in raised.value.refusal.words


@pytest.mark.parametrize(
    ("definition", "semantic", "held", "cell"),
    [
        ({"type": "date"}, "date", "1572480000000", "2019-10-31"),
        ({"type": "date"}, "date", "2019-10-31T00:00:00Z", "2019-10-31"),
        ({"type": "datetime"}, "instant", "1572480000001", "2019-10-31T00:00:00.001Z"),
        ({"type": "datetime"}, "instant", "2018-04-09T13:17:00.200Z", "2018-04-09T13:17:00.2Z"),
        ({"type": "datetime"}, "instant", "9999999999999999", "9999999999999999"),
        ({"type": "number"}, "integer", "1E+3", "1000"),
        ({"name": "hubspot_owner_id"}, "owner", "8", "gone@anadolu.example"),
        ({"name": "hubspot_owner_id"}, "owner", "9", "9"),
    ],
)
def test_what_hubspot_writes_its_own_way_is_read(
    definition: dict[str, Any], semantic: str, held: str, cell: str
) -> None:
    assert told(definition, semantic, held, NAMES) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda t: t == t.strip())))
def test_every_list_of_lines_comes_back(items: list[str]) -> None:
    cell = json.dumps(items, ensure_ascii=False, separators=(",", ":"))
    assert told(LINES, "tags", sent("x", LINES, "tags", cell, NAMES), NAMES) == (cell if items else None)


# ---------------------------------------------------------------------------------------------------- stages


def deals(**row: str | None) -> dict[str, str]:
    places = {name: place for name in ("pipeline", "dealstage") if (place := place_of("deals", name))}
    where = Layout("deals", "", places, {}, {}, NAMES)
    return properties(where, row, row.get("now"))


def test_a_stage_is_that_of_its_pipeline_by_label() -> None:
    assert deals(pipeline="Renewals", dealstage="Closed Won") == {"pipeline": "p2", "dealstage": "s3"}
    assert deals(dealstage="Closed Won", now="p1") == {"dealstage": "s2"}
    assert deals(dealstage="New") == {"pipeline": "p1", "dealstage": "s1"}
    assert cell_of("deals", {"name": "dealstage"}, "choice", "s2", NAMES) == "Closed Won"
    assert cell_of("deals", {"name": "pipeline"}, "choice", "p2", NAMES) == "Renewals"
    assert cell_of("deals", {"name": "dealstage"}, "choice", "archived", NAMES) == "archived"


@pytest.mark.parametrize(
    "row",
    [
        {"dealstage": "Closed Won"},
        {"dealstage": "Nobody"},
        {"pipeline": "s1"},
        {"pipeline": "Sales", "dealstage": "s3"},
    ],
    ids=str,
)
def test_a_stage_that_several_pipelines_have_is_not_guessed(row: dict[str, str | None]) -> None:
    with pytest.raises(Unfit):
        deals(**row)


# ---------------------------------------------------------------------------------------------------- places

PRIMARY, PLAIN = ("HUBSPOT_DEFINED", 1), ("HUBSPOT_DEFINED", 279)


def test_a_field_names_its_place() -> None:
    assert place_of("contacts", "email") == Place("email", "email")
    assert place_of("contacts:Lead", "associations.companies.Parent Company") == Place(
        "associations.companies.Parent Company", to="companies", label="Parent Company"
    )
    assert not any(place_of("contacts", word_of(each)) for each in ("", "Our Newsletter")), "it reaches no mailbox"
    newsletter = place_of("contacts", "consent.Our Newsletter")
    assert newsletter is not None
    assert newsletter.property == "crm_migrate_consent_our_newsletter"
    assert word_of("") == "crm_migrate_consent"
    for wrong in ("Email", "crm_migrate_id", "associations", "associations.", "associations.X y", "consent."):
        assert place_of("contacts", wrong) is None, wrong
    assert refers("deals", "contacts")
    assert not refers("contacts", "deals")
    assert refers("2-123", "deals")


def test_the_end_of_a_link_is_the_one_with_its_label_and_the_lowest_id() -> None:
    plain = [Linked("100", ((PLAIN, ""),)), Linked("20", ((PLAIN, ""),))]
    primary = Linked("9", ((PRIMARY, "primary"), (PLAIN, "")))
    any_company, first = Place("a", to="companies"), Place("b", to="companies", label="Primary")
    assert end_of(any_company, PLAIN, [*plain, primary]) == "20"
    assert end_of(any_company, PLAIN, [primary]) == "9"
    assert end_of(first, PRIMARY, [*plain, primary]) == "9"
    assert end_of(first, PRIMARY, plain) is None
    assert end_of(first, None, [primary]) is None


# ---------------------------------------------------------------------------------------------------- environments


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "needs `token`"),
        ({"token": "t", "client_id": "c"}, "a `token` and `client_id`"),
        ({"client_id": "c", "client_secret": "s"}, "needs `refresh_token`"),
        ({"token": "t", "api_version": "v4"}, "api_version"),
        ({"token": "t", "api_version": "2026-13"}, "api_version"),
        ({"token": "t", "legal_basis": "NON_GDPR"}, "go together"),
        ({"token": "t", "legal_basis": "BECAUSE", "legal_basis_reason": "x"}, "none of HubSpot's"),
        ({"token": "t", "parallel": "0"}, "parallel"),
    ],
)
def test_an_environment_that_cannot_be_meant_is_refused(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_settings(options)


def test_no_secret_is_printed() -> None:
    said = read_settings({"client_id": "c", "client_secret": "SECRET", "refresh_token": "SECRET"})
    assert "SECRET" not in repr(said)
    assert "SECRET" not in repr(read_settings({"token": "SECRET"}))


def test_a_version_is_a_part_of_the_path() -> None:
    new, old = Requests("2026-09"), Requests("v3")
    assert new.create("deals", []).path == "/crm/objects/2026-09/deals/batch/create"
    assert old.create("deals", []).path == "/crm/v3/objects/deals/batch/create"
    assert new.labels("contacts", "companies").path == "/crm/associations/2026-09/contacts/companies/labels"
    assert old.labels("contacts", "companies").path == "/crm/v4/associations/contacts/companies/labels"
    assert old.opt_out(["a@b.example"]).path == "/communication-preferences/v4/statuses/batch/unsubscribe-all"
    assert not new.find("deals", (), ["1"]).changes
    assert not new.links("deals", "contacts", []).changes
    assert new.archive("deals", ["1"]).changes
