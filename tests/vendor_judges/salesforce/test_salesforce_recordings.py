"""Every recorded exchange of Salesforce is asked of the simulated one: status, keys, types, codes have to be the same.

What cannot be asked is named with its reason in `NOT_ASKED`; where the simulator answers otherwise than a file that is
no recording (a client's test double), the case says why.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from crm_migrate_simulators.wire import Reply
from vendor_judges.salesforce.recorded import SHARED, World, holds_rows, judged, load, names

Recorded = dict[str, Any]
NOT_ASKED = {
    "composite_http_500_empty_body": "edited by hand: a fault, which `error_empty` makes",
    "query_first_page_next_records_url_done_true": "trimmed by hand: a page that is the last and has a next one",
    "create_success_false_with_id": "a client's double: `success: false` beside an id, which no recording shows",
    "query_multipicklist_nested_parent_child": "a client's fixture: the query is `some, fields`",
    "composite_describe_account_contact": "the recorded body is no JSON (a bracket too many)",
}


@dataclass(frozen=True)
class Case:
    """How a recording is asked where the plain way does not do."""

    state: Callable[[World, Recorded], None] = lambda world, recorded: None
    ask: Callable[[World, Recorded], Reply] = lambda world, recorded: world.send(recorded["request"])
    loose: tuple[str, ...] = ()  # lines of differences with these words do not count, for the reason that stands here
    status: int | None = None
    because: str = ""
    habits: dict[str, Any] = field(default_factory=dict)
    alone: bool = False  # not after the steps before it


def _accounts(number: int, **fields: Any) -> Callable[[World, Recorded], None]:
    def state(world: World, recorded: Recorded) -> None:
        for _ in range(number):
            world.holds("", "Account", fields)

    return state


def _whizbang(world: World, recorded: Recorded) -> None:
    world.holds("", "Whizbang__c", {"External_Field__c": "1234"})


def _query(text: str) -> Callable[[World, Recorded], Reply]:
    def ask(world: World, recorded: Recorded) -> Reply:
        return world.send({**recorded["request"], "query": {"q": text}})

    return ask


def _opportunity_job(
    world: World, lines: list[str], heads: str = "Name,StageName,external_id__c,CloseDate"
) -> dict[str, Any]:
    text = "\n".join([heads, *lines]) + "\n"
    return world.asked.job(text, "Opportunity", "upsert", "external_id__c")


def _told_job(world: World, job: dict[str, Any]) -> Reply:
    return world.asked.ask("GET", f"jobs/ingest/{job['id']}")


_GOOD = [f"N{n},Prospecting,e{n},2030-01-01" for n in range(7)]
_BAD = "Noemi Miller,GENERATED,external-id-3,2003-04-987654321987654321"


def _partial(world: World, recorded: Recorded) -> Reply:
    return _told_job(world, _opportunity_job(world, [*_GOOD, _BAD]))


def _failed_rows(world: World, recorded: Recorded) -> Reply:
    job = _opportunity_job(world, [*_GOOD, _BAD])
    return world.asked.ask("GET", f"jobs/ingest/{job['id']}/failedResults")


def _unknown_column(world: World, recorded: Recorded) -> Reply:
    heads = "Name,StageName_invalid_field_on_purpose,external_id__c,CloseDate"
    return _told_job(world, _opportunity_job(world, _GOOD, heads))


def _in_progress(world: World, recorded: Recorded) -> Reply:
    job = _opportunity_job(world, [f"N{n},Prospecting,e{n},2030-01-01" for n in range(3000)])
    world.asked.engine.clock.advance(50)
    return _told_job(world, job)


def _complete(world: World, recorded: Recorded) -> Reply:
    return _told_job(world, _opportunity_job(world, [f"N{n},Prospecting,e{n},2030-01-01" for n in range(3000)]))


def _open_job(world: World, recorded: Recorded) -> Reply:
    opened = {"object": "Account", "operation": "insert", "lineEnding": "LF"}
    return _told_job(world, world.asked.ask("POST", "jobs/ingest", opened).body)


def _expired(world: World, recorded: Recorded) -> Reply:
    world.asked.engine.clock.advance(10_000_000)
    return world.asked.ask("GET", "sobjects")


def _spent(world: World, recorded: Recorded) -> Reply:
    world.asked.engine.quotas.per_day = 1
    world.asked.ask("GET", "limits")
    return world.asked.ask("GET", "limits")


def _may_not(world: World, recorded: Recorded) -> Reply:
    return world.asked.ask("POST", "sobjects/Case", {"Subject": "x"})


def _deleted_twice(world: World, recorded: Recorded) -> Reply:
    made = world.holds("", "Contact", {})
    world.asked.ask("DELETE", f"sobjects/Contact/{made}")
    return world.asked.ask("DELETE", f"sobjects/Contact/{made}")


def _grant(world: World, form: str) -> Reply:
    return world.asked.ask("POST", "/services/oauth2/token", form)


def _modified(world: World, recorded: Recorded) -> Reply:
    request = recorded["request"]
    for part in request["body"]["compositeRequest"]:
        part["httpHeaders"]["If-Modified-Since"] = "Sun, 17 Jan 2027 00:00:00 GMT"
    return world.send(request)


def _metadata(verb: str, kind: str, inside: str) -> Callable[[World, Recorded], Reply]:
    def ask(world: World, recorded: Recorded) -> Reply:
        return world.asked.ask(
            "POST", "/services/Soap/m/60.0", _envelope(world, verb, kind, inside), {"Content-Type": "text/xml"}
        )

    return ask


def _envelope(world: World, verb: str, kind: str, inside: str) -> str:
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    body = (
        f'<metadata xsi:type="{kind}">{inside}</metadata>'
        if verb != "deleteMetadata"
        else f"<type>{kind}</type>{inside}"
    )
    return (
        f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="{xsi}"><e:Header><SessionHeader>'
        f"<sessionId>{world.asked._token}</sessionId></SessionHeader></e:Header><e:Body><{verb}>{body}</{verb}></e:Body></e:Envelope>"
    )


def _field(world: World, name: str) -> None:
    said = f"<fullName>{name}</fullName><label>X</label><type>Text</type><length>80</length>"
    _metadata("createMetadata", "CustomField", said)(world, {})


def _with_field(*full_names: str) -> Callable[[World, Recorded], None]:
    def state(world: World, recorded: Recorded) -> None:
        for name in full_names:
            _field(world, name)

    return state


def _permission_set(world: World, recorded: Recorded) -> None:
    _field(world, "TestObject15__c.Hobby__c")
    inside = "<fullName>IntegrationCustomFieldVisibility</fullName><label>L</label>"
    inside += "<fieldPermissions><editable>true</editable><field>TestObject15__c.Hobby__c</field>"
    inside += "<readable>true</readable></fieldPermissions>"
    _metadata("upsertMetadata", "PermissionSet", inside)(world, {})


def _three_known(world: World, recorded: Recorded) -> None:
    """Three of the six are there already."""
    base = "<fullName>TestObject15__c.{}</fullName><label>X</label><type>{}</type>{}"
    for name, kind, more in (
        ("Age__c", "Number", ""),
        ("IsReady__c", "Checkbox", ""),
        ("Connection__c", "Lookup", "<referenceTo>Account</referenceTo>"),
    ):
        _metadata("createMetadata", "CustomField", base.format(name, kind, more))(world, {})


def _visibility(world: World, recorded: Recorded) -> None:
    _permission_set(world, recorded)
    for name in ("Connection__c", "IsReady__c", "Birthday__c"):
        _field(world, f"TestObject15__c.{name}")


def _assigned(world: World, recorded: Recorded) -> None:
    made = world.asked.create("PermissionSet", Name="P", Label="P")
    user = world.asked.query("SELECT Id FROM User WHERE LastName = 'User'")[0]["Id"]
    world.asked.create("PermissionSetAssignment", PermissionSetId=made, AssigneeId=user)
    world.ids |= {"0PSEx00000M9uBB": made, "005Ex0000000006": user}


def _organization(world: World, recorded: Recorded) -> Reply:
    id = world.asked.query("SELECT Id FROM Organization")[0]["Id"]
    return world.asked.ask("GET", f"sobjects/Organization/{id}")


def _window(kind: str) -> Callable[[World, Recorded], Reply]:
    def ask(world: World, recorded: Recorded) -> Reply:
        made = [world.holds("", "Whizbang__c", {}) for _ in range(7 if kind == "updated" else 1)]
        if kind == "deleted":
            world.asked.ask("DELETE", f"sobjects/Whizbang__c/{made[0]}")
        times = {"start": "2027-01-01T00:00:00Z", "end": "2027-02-01T00:00:00Z"}
        return world.asked.ask("GET", f"sobjects/Whizbang__c/{kind}/", **times)

    return ask


def _pages(world: World, recorded: Recorded) -> None:
    world.holds("", "Whizbang__c", {"Text_Label": "First Page"})
    world.holds("", "Whizbang__c", {"Text_Label": "Last Page"})


def _next_page(world: World, recorded: Recorded) -> Reply:
    first = world.asked.ask("GET", "query", q="SELECT Text_Label FROM Whizbang__c").body
    return world.asked.ask("GET", first["nextRecordsUrl"])


def _with_roles(world: World, recorded: Recorded) -> None:
    (row,) = recorded["response"]["body"]["records"]
    holds_rows(world, [row])
    holds_rows(world, row["OpportunityContactRoles"]["records"])


def _one_record(world: World, recorded: Recorded) -> Reply:
    body = recorded["response"]["body"]
    made = world.holds("", "Whizbang__c", {n: v for n, v in body.items() if n.endswith("_Label")})
    return world.asked.ask("GET", f"sobjects/Whizbang__c/{made}", fields=",".join(n for n in body if n != "attributes"))


def _stale(world: World, recorded: Recorded) -> Reply:
    """Known to the statistics, and counted before the newest came."""
    world.holds("", "Account", {})
    world.asked.engine.clock.advance(90_000)
    world.asked.sign_in()
    for _ in range(5):
        world.holds("", "Account", {})
    return world.send(recorded["request"])


def _zero(world: World, recorded: Recorded) -> Reply:
    for _ in range(3):
        world.holds("", "Event", {})
    world.send(recorded["request"])
    return world.send(recorded["request"])


def _search(world: World, recorded: Recorded) -> None:
    for _ in recorded["response"]["body"]["searchRecords"]:
        world.holds("", "Account", {"Name": "SalesforcePhp Test"})


def _grouped(world: World, recorded: Recorded) -> None:
    for campaign, amount in (("701Ex000000JuFHIA0", 300.0), ("701Ex0000005ZqAIAU", 100.0), (None, 400.0)):
        world.needs(campaign)
        made = {"Amount": amount, **({"CampaignId": campaign} if campaign else {})}
        world.holds("", "Opportunity", made)


def _children(world: World, recorded: Recorded) -> None:
    """Contacts with and without opportunities of theirs."""
    for row in recorded["response"]["body"]["records"]:
        made = world.holds("", "Contact", {"FirstName": row["FirstName"]})
        for each in (row["Opportunities"] or {"records": []})["records"]:
            store = world.asked.engine.store
            opportunity = world.holds("", "Opportunity", {"Name": each["Name"]})
            store.update("Opportunity", opportunity, {"ContactId": made}, 0)


def _events(world: World, recorded: Recorded) -> None:
    for row in (
        recorded["response"]["body"]["records"]
        if isinstance(recorded["response"]["body"], dict)
        else recorded["response"]["body"]
    ):
        values = {n: row[n] for n in ("Subject", "DurationInMinutes")}
        for name in ("Who", "What"):
            if row[name]:
                known = {k: v for k, v in row[name].items() if k != "attributes"}
                object = row[name]["attributes"]["type"]
                values[f"{name}Id"] = world.holds("", object, known)
        world.asked.create("Event", ActivityDateTime="2024-11-07T07:00:00.000+0000", **values)


def _at_45(world: World, recorded: Recorded) -> Reply:
    """The recorded version is older than the one from which an upsert says more."""
    return world.send({**recorded["request"], "path": recorded["request"]["path"].replace("62.0", "45.0")})


def _recorded_events(world: World, recorded: Recorded) -> None:
    _events(world, load("query_event_typeof_polymorphic"))


def _ten_seconds_later(world: World, recorded: Recorded) -> None:
    world.asked.engine.clock.advance(10)


def _classic_job(id: str, **said: str) -> Callable[[World, Recorded], None]:
    def state(world: World, recorded: Recorded) -> None:
        world.has_job(id, recorded["request"]["path"], **said)

    return state


_JOB_HABIT = {"job_seconds": 60.0}
CASES: dict[str, Case] = {
    "bulk1_query_1_create_job": Case(state=_recorded_events),
    "bulk1_upsert_by_email_1_create_job": Case(habits={"job_seconds": 5.0}),
    "bulk1_upsert_by_email_5_batch_completed": Case(state=_ten_seconds_later),
    "bulk1_upsert_by_email_7_second_batch": Case(
        state=_classic_job("750Ex000006HoSGIA0", object="Contact", externalIdFieldName="Email")
    ),
    "bulk1_upsert_by_email_8_second_result": Case(state=_ten_seconds_later),
    "bulk1_upsert_mixed_1_add_batch": Case(
        state=_classic_job("750Ex000006HoSaIAK", object="Contact", externalIdFieldName="Id")
    ),
    "bulk2_abort_1_status": Case(
        state=lambda world, recorded: world.has_job("750Ex00000DoJ9iIAF", recorded["request"]["path"])
    ),
    "bulk2_job_failed_unknown_column": Case(ask=_unknown_column, alone=True),
    "bulk2_job_status_open": Case(ask=_open_job, alone=True),
    "bulk2_partial_1_job_complete": Case(ask=_partial, alone=True),
    "bulk2_partial_2_failed_results": Case(ask=_failed_rows, alone=True),
    "bulk2_upsert_4_in_progress": Case(
        ask=_in_progress,
        habits=_JOB_HABIT,
        loose=("numberRecordsProcessed",),
        because="how far it is depends on the clock",
    ),
    "bulk2_upsert_5_complete": Case(ask=_complete, alone=True),
    "collections_create_partial_all_or_none": Case(status=200, because="a double's 400; the vendor documents 200"),
    "collections_update_missing_ids": Case(status=200, because="a double's 400; the vendor documents 200"),
    "composite_describe_account_sampled": Case(
        loose=(".urls", "recordTypeInfos", "supportedScopes", ".fields", ".childRelationships", ".associate"),
        because="cut by hand",
    ),
    "composite_describe_custom_object": Case(
        loose=(".urls", "supportedScopes", "].http", "referenceId", ".fields", ".childRelationships", ".associate"),
        because="cut by hand",
    ),
    "composite_describe_organization_sampled": Case(
        loose=(".fields", ".childRelationships", "DevName"), because="one field per type was kept"
    ),
    "composite_describe_if_modified_since": Case(loose=(".body",), because="bodies cut by hand to some members"),
    "composite_describe_opportunity_campaign": Case(loose=(".body",), because="bodies cut by hand to a few fields"),
    "composite_if_modified_since_304": Case(ask=_modified),
    "composite_four_queries": Case(state=_accounts(1, Name="Smith Corp.")),
    "composite_one_subrequest_fails": Case(state=_accounts(17)),
    "composite_query_counts": Case(state=_accounts(17)),
    "create_duplicate_value_400": Case(state=_assigned),
    "create_single_success_body": Case(status=201, because="a double's 200; recorded creates answer 201"),
    "delete_already_deleted_404": Case(ask=_deleted_twice, because="`contacts/10010` of the double is no record"),
    "error_insufficient_access_403": Case(ask=_may_not, habits={"read_only": "Case"}),
    "error_invalid_session_401": Case(ask=_expired),
    "error_request_limit_exceeded_403": Case(ask=_spent),
    "get_deleted_window": Case(ask=_window("deleted")),
    "get_updated_window": Case(ask=_window("updated")),
    "get_organization_record": Case(
        ask=_organization, loose=("Preferences", "Delegated"), because="an org's own preferences"
    ),
    "get_record_all_field_types": Case(ask=_one_record),
    "metadata_delete_field": Case(state=_with_field("TestObject15__c.Birthday__c")),
    "metadata_delete_field_not_found": Case(
        ask=_metadata("deleteMetadata", "CustomField", "<fullNames>TestObject15__c.NonExistent__c</fullNames>")
    ),
    "metadata_read_permission_set": Case(state=_permission_set),
    "metadata_upsert_field_error": Case(
        ask=_metadata(
            "upsertMetadata",
            "CustomField",
            "<fullName>TestObject15__c.IsReady__c</fullName><label>R</label><type>Checkbox</type><required>true</required>",
        )
    ),
    "metadata_upsert_fields_mixed": Case(state=_three_known),
    "metadata_upsert_permission_set": Case(state=_visibility),
    "oauth_password_invalid_grant_400": Case(
        ask=lambda world, _: _grant(world, "grant_type=refresh_token&client_id=crm-migrate&refresh_token=x")
    ),
    "oauth_refresh_invalid_grant_400": Case(
        ask=lambda world, _: _grant(world, "grant_type=refresh_token&client_id=crm-migrate&refresh_token=x")
    ),
    "org_limits": Case(loose=(": missing",), because="limits of products that the simulator does not have"),
    "query_child_subquery_null_when_empty": Case(state=_children),
    "query_contacts_twenty_rows": Case(
        ask=_query("SELECT AccountId, Department, AssistantName, Description FROM Contact"),
        because="a double's answer to a query of other fields of `contacts`",
    ),
    "query_count_aggregate": Case(state=_accounts(6), loose=("expr0",)),
    "query_event_typeof_polymorphic": Case(state=_events, loose=("order",)),
    "query_group_by_null_group": Case(state=_grouped),
    "query_opportunity_contact_roles_subquery": Case(
        state=_with_roles,
        ask=_query(
            "SELECT Id, Name, Amount, StageName, (SELECT Id, ContactId, Role FROM OpportunityContactRoles) "
            "FROM Opportunity"
        ),
        because="a double's answer leaves out fields of FIELDS(STANDARD)",
    ),
    "query_page_1_next_url": Case(state=_pages, habits={"page": 1}),
    "query_page_2_last": Case(ask=_next_page, habits={"page": 1}),
    "query_record_types_by_sobject": Case(),
    "query_user_limit_one": Case(),
    "query_zero_rows": Case(),
    "record_count_estimate_stale": Case(ask=_stale),
    "record_count_zero_but_rows_exist": Case(ask=_zero),
    "search_2_all_objects": Case(state=_search, alone=True),
    "search_3_one_object": Case(state=_search, alone=True),
    "sobject_basic_info_recent_items": Case(state=_accounts(3), loose=("recentItems:",)),
    "version_resources": Case(loose=(": missing", ": not in the recording"), because="resources of other products"),
    "upsert_by_external_id_201_created": Case(ask=_at_45),
    "upsert_by_external_id_204_updated": Case(state=_whizbang, ask=_at_45),
    "upsert_by_external_id_300_multiple": Case(
        state=lambda world, recorded: [_whizbang(world, recorded) for _ in range(2)] and None
    ),
    "update_read_only_field_400": Case(
        ask=lambda world, recorded: world.send(
            {
                **recorded["request"],
                "path": recorded["request"]["path"].replace("003Ex000004dQCUIA2", "001Ex000004dQCUIA2"),
            }
        ),
        state=lambda world, recorded: world.needs("001Ex000004dQCUIA2"),
        because="the recorded id is a contact's under Account",
    ),
}


def test_nothing_is_left_out_in_silence() -> None:
    """What is beside the tests is asked, or stands in NOT_ASKED with its reason."""
    asked = {name for steps in _flows().values() for name in steps}
    left = {name for name in names() if not name.startswith(("describe_", "schema_"))} - asked
    assert left == set(NOT_ASKED)
    assert len(asked) >= 115, len(asked)
    assert set(CASES) <= asked


def _flows() -> dict[str, list[str]]:
    """Names of exchanges that belong together, in their order; the others stand alone."""
    flows: dict[str, list[tuple[int, str]]] = {}
    for name in names():
        if name in NOT_ASKED or name.startswith(("describe_", "schema_")):
            continue
        flow = None if CASES.get(name, Case()).alone else load(name)["flow"]
        flows.setdefault(flow["name"] if flow else name, []).append((flow["step"] if flow else 0, name))
    return {flow: [name for _, name in sorted(steps)] for flow, steps in flows.items()}


@pytest.mark.parametrize("flow", _flows())
def test_a_recorded_exchange(flow: str) -> None:
    steps = _flows()[flow]
    world = World(**{key: value for name in steps for key, value in CASES.get(name, Case()).habits.items()})
    for name in steps:
        recorded, case = load(name), CASES.get(name, Case())
        _prepare(world, recorded, case)
        reply = case.ask(world, recorded)
        assert judged(world, recorded, reply, case.loose, case.status) == [], name
        if reply.body is not None:
            world.learn(recorded["response"]["body"], reply.payload())


def _prepare(world: World, recorded: Recorded, case: Case) -> None:
    if recorded["request"]:
        world.needs(recorded["request"])
    case.state(world, recorded)
    body, path = recorded["response"]["body"], (recorded["request"] or {}).get("path", "")
    first = not recorded["flow"] or recorded["flow"]["step"] == 1
    if first and case.state is Case.state and isinstance(body, dict) and "records" in body and "query" in path:
        kinds = ("Account", "Contact", "Opportunity", "PermissionSet")
        holds_rows(world, [row for row in body["records"] if row["attributes"]["type"] in kinds])


DESCRIBED = ("account", "contact", "lead", "opportunity", "opportunitycontactrole", "case", "event")


@pytest.mark.shared_data
@pytest.mark.parametrize("object", DESCRIBED)
def test_a_recorded_describe(object: str) -> None:
    """Every member of every standard field, and the members of the object itself."""
    if not SHARED.is_dir():
        pytest.skip("the recordings are not beside the checkout")
    recorded = load(f"describe_{object}")["response"]["body"]
    ours = World().asked.ask("GET", f"sobjects/{recorded['name']}/describe").body
    newer = {
        "associateEntityType",
        "associateParentEntity",
        "sobjectDescribeOption",
    }  # a version after that of the recording
    older = set(recorded) - set(ours)
    assert set(ours) - set(recorded) <= newer and not older
    fields = {field["name"]: field for field in ours["fields"]}
    for told in recorded["fields"]:
        if "__" not in told["name"]:
            known = fields[told["name"]]
            different = {n: (v, known.get(n)) for n, v in told.items() if known.get(n) != v}
            assert set(different) <= {"byteLength"}, (told["name"], different)
