"""What an org holds before anybody loads: the organization, users, the standard price book, statuses, record types."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce.catalogue import choices
from crm_migrate_simulators.salesforce.org_store import OrgStore
from crm_migrate_simulators.schema import Schema, SchemaError

MOVED_IN = 1_700_000_000.0  # the instant of all of it: the same in every life, so that ids stay
_STAGES = (  # name, probability, closed, won, category
    ("Prospecting", 10, False, False, "Pipeline"),
    ("Qualification", 10, False, False, "Pipeline"),
    ("Needs Analysis", 20, False, False, "Pipeline"),
    ("Value Proposition", 50, False, False, "Pipeline"),
    ("Id. Decision Makers", 60, False, False, "Pipeline"),
    ("Perception Analysis", 70, False, False, "Pipeline"),
    ("Proposal/Price Quote", 75, False, False, "Pipeline"),
    ("Negotiation/Review", 90, False, False, "Pipeline"),
    ("Closed Won", 100, True, True, "Closed"),
    ("Closed Lost", 0, True, False, "Omitted"),
)
_STATUSES = {
    "LeadStatus": (("Open - Not Contacted", False), ("Working - Contacted", False), ("Closed - Converted", True),
                   ("Closed - Not Converted", False)),
    "TaskStatus": (("Not Started", False), ("In Progress", False), ("Completed", True),
                   ("Waiting on someone else", False), ("Deferred", False)),
    "CaseStatus": (("New", False), ("Working", False), ("Escalated", False), ("Closed", True)),
}  # fmt: skip
_USER = {
    "Alias": "simul",
    "TimeZoneSidKey": "GMT",
    "LocaleSidKey": "en_US",
    "EmailEncodingKey": "UTF-8",
    "LanguageLocaleKey": "en_US",
    "UserType": "Standard",
}


def org(schema: Schema) -> OrgStore:
    """A furnished store. Raises SchemaError where a user of the schema cannot be."""
    store = OrgStore(schema)

    def put(object: str, **values: Any) -> str:
        return store.create(object, {name: v for name, v in values.items() if v is not None}, MOVED_IN).id

    put("Organization", Name=schema.organisation, OrganizationType="Developer Edition", IsSandbox=True,
        InstanceName="SIM1", DefaultLocaleSidKey="en_US", TimeZoneSidKey="GMT", LanguageLocaleKey="en_US",
        ReceivesInfoEmails=True, ReceivesAdminInfoEmails=True, FiscalYearStartMonth=1, Country="DE")  # fmt: skip
    profile = put("Profile", Name="System Administrator", UserType="Standard")
    _users(store, profile, schema.more.get("users", []))
    put("PermissionSet", Name="X00e_Admin", Label="00e_Admin", ProfileId=profile, IsOwnedByProfile=True)
    put("PermissionSetAssignment", PermissionSetId=store.all("PermissionSet")[0].id, AssigneeId=api_user(store))
    put("Group", Name="Unassigned", DeveloperName="Unassigned", Type="Queue")
    put("Pricebook2", Name="Standard Price Book", IsActive=False, IsStandard=True)
    currencies = (("EUR", True), ("USD", False), ("TRY", False), ("GBP", False))
    for iso, corporate in currencies if "CurrencyType" in schema.objects else ():
        rate = {"EUR": 1.0, "USD": 1.08, "TRY": 35.0, "GBP": 0.85}[iso]
        put("CurrencyType", IsoCode=iso, ConversionRate=rate, DecimalPlaces=2, IsActive=True, IsCorporate=corporate)
    _stages(store)
    for object in schema.objects:
        for name in store.compact(object).get("recordTypes", {}):
            put("RecordType", Name=name.replace("_", " "), DeveloperName=name, SobjectType=object, IsActive=True)
    return store


def api_user(store: OrgStore) -> str:
    """The id of the user that clients are signed in as: the first but the automated one."""
    return store.all("User")[1].id


def other_user(store: OrgStore) -> str:
    """The id of a colleague, to whom automations give records."""
    return store.all("User")[2].id


def _users(store: OrgStore, profile: str, own: list[Mapping[str, Any]]) -> None:
    named = {
        "Username": "autoproc@simulated.example",
        "FirstName": "Automated",
        "LastName": "Process",
        "UserType": "AutomatedProcess",
    }
    api = {"Username": "integration@simulated.example", "FirstName": "Integration", "LastName": "User"}
    other = {"Username": "sales@simulated.example", "FirstName": "Sales", "LastName": "Colleague"}
    for said in (named, api, other, *own):
        values = {
            **_USER,
            "Email": said["Username"],
            "LastName": "User",
            "IsActive": True,
            "ProfileId": profile,
            **said,
        }
        try:
            store.create("User", values, MOVED_IN)
        except Refused as refused:
            raise SchemaError(f"users: {said['Username']}: {refused.message}") from None


def _stages(store: OrgStore) -> None:
    known = choices(dict(store.schema.objects["Opportunity"].fields["StageName"].more))
    stages = list(_STAGES) + [
        (name, 0, False, False, "Pipeline") for name in known if name not in {s[0] for s in _STAGES}
    ]
    for at, (name, probability, closed, won, category) in enumerate(stages, 1):
        values = {
            "MasterLabel": name,
            "ApiName": name,
            "IsActive": True,
            "SortOrder": at,
            "IsClosed": closed,
            "IsWon": won,
        }
        forecast = {
            "DefaultProbability": float(probability),
            "ForecastCategory": category,
            "ForecastCategoryName": category,
        }
        store.create("OpportunityStage", values | forecast, MOVED_IN)
    for object, statuses in _STATUSES.items():
        for at, (name, last) in enumerate(statuses, 1):
            flag = {"IsConverted" if object == "LeadStatus" else "IsClosed": last, "IsDefault": at == 1}
            store.create(object, {"MasterLabel": name, "ApiName": name, "SortOrder": at, **flag}, MOVED_IN)
