"""Writes the tables of the Dynamics simulator: `python scripts/make_dynamics_tables.py RECORDINGS`.

RECORDINGS is the folder `dataverse` of the shared recordings, with tables of the Common Data Model as `schema_*.json`.
What these do not say is added here from the table reference of the vendor's documentation: entity sets, which column is
a record's name, kinds of days, what only the system writes, and what activities and notes are about.
"""

import json
import sys
from pathlib import Path
from typing import Any

TO = Path(__file__).resolve().parent.parent / "connectors/crm_migrate_simulators/dynamics/data/tables.json"
LEFT_OUT = {"activitypointer"}
SETS = {"activityparty": "activityparties", "transactioncurrency": "transactioncurrencies", "territory": "territories",
        "opportunity": "opportunities"}  # fmt: skip
NAMES = {"contact": "fullname", "lead": "fullname", "incident": "title", "annotation": "subject", "list": "listname",
         "systemuser": "fullname", "transactioncurrency": "currencyname", "activityparty": "partyidname",
         "opportunityproduct": "opportunityproductname"}  # fmt: skip
ACTIVITIES = ("task", "phonecall", "appointment", "email", "campaignresponse")
TEXTS = {"name", "string", "phone", "email", "addressLine", "url", "city", "stateOrProvince", "county", "country",
         "postalCode", "firstName", "lastName", "middleName", "fullName", "phoneFax", "tickerSymbol",
         "governmentId"}  # fmt: skip
KINDS = dict.fromkeys(TEXTS, "String") | {
    "integer": "Integer", "timezone": "Integer", "minutes": "Integer", "decimal": "Decimal", "double": "Double",
    "latitude": "Double", "longitude": "Double", "currency": "Money", "baseCurrency": "Money", "boolean": "Boolean",
    "dateTime": "DateTime", "listLookup": "Picklist", "listLookupCorrelated": "Status", "lookup": "Lookup",
    "entityId": "Uniqueidentifier", "cdsVersionNumber": "BigInt",
}  # fmt: skip
BOUNDS = {"latitude": (-90, 90), "longitude": (-180, 180)}
ABOUT = ["account", "campaign", "contact", "incident", "lead", "opportunity"]
TARGETS = {
    ("annotation", "objectid"): [*ABOUT, "task", "phonecall", "appointment", "email", "product"],
    ("activityparty", "partyid"): ["account", "contact", "lead", "systemuser"],
    ("activityparty", "activityid"): list(ACTIVITIES),
    ("listmember", "entityid"): ["account", "contact", "lead"],
}
_FOLLOW_UPS = ["schedulefollowup_prospect", "schedulefollowup_qualify"]
DAYS = {"contact": ["birthdate", "anniversary"], "lead": ["estimatedclosedate", *_FOLLOW_UPS],
        "opportunity": ["estimatedclosedate", "actualclosedate", "finaldecisiondate", "scheduleproposalmeeting",
                        *_FOLLOW_UPS]}  # fmt: skip
ZONELESS = {"pricelevel": ["begindate", "enddate"], "product": ["validfromdate", "validtodate"]}
READ_ONLY = {
    "createdon", "createdby", "modifiedon", "modifiedby", "createdonbehalfby", "modifiedonbehalfby", "versionnumber",
    "owninguser", "owningteam", "owningbusinessunit", "exchangerate", "fullname", "masterid", "merged", "onholdtime",
    "lastonholdtime", "slainvokedid", "sortdate", "isregularactivity", "ticketnumber", "aging30", "aging60", "aging90",
    "totalamount", "totallineitemamount", "totaltax", "totaldiscountamount", "totalamountlessfreight", "filesize",
    "totallineitemdiscountamount", "timespentbymeonemailandmeetings", "opendeals", "openrevenue", "opendeals_state",
    "opendeals_date", "openrevenue_date", "openrevenue_state", "participatesinworkflow", "lastusedincampaign",
    "extendedamount", "baseamount",
}  # fmt: skip
CREATE_ONLY = {"overriddencreatedon", "importsequencenumber"}
REQUIRED = {"systemrequired": "SystemRequired", "required": "ApplicationRequired"}
# Lists of parties of activities: the participation types are those of the vendor's reference of `activityparty`.
PARTIES = {
    "phonecall": ("from", "to"), "appointment": ("requiredattendees", "optionalattendees", "organizer"),
    "email": ("from", "to", "cc", "bcc"),
}  # fmt: skip
Words = dict[str, Any]


def column(table: str, said: Words, tables: list[str]) -> Words | None:
    """A column in the simulator's words; None for one that it does not have."""
    name, kind = said["name"], KINDS.get(said["type"])
    if name == "activitytypecode" or kind is None or (kind == "Uniqueidentifier" and not said.get("primary_id")):
        return None
    words: Words = {"type": kind} | ({"label": said["label"].strip()} if said.get("label") else {})
    if kind == "Lookup":
        targets = ABOUT if name == "regardingobjectid" else TARGETS.get((table, name)) or list(said["targets"])
        words["targets"] = [each for each in targets if each in tables]
        if not words["targets"]:
            return None
    words |= _of_kind(table, said, kind, words.get("targets", []))
    if said["required"] in REQUIRED and not name.startswith("address"):  # no form requires an address
        words["required"] = REQUIRED[said["required"]]
    if (table, name) == ("incident", "customerid"):  # a case without a customer is none
        words["required"] = "SystemRequired"
    own_rate = (table, name) == ("transactioncurrency", "exchangerate")
    if (name in READ_ONLY and not own_rate) or said["type"] == "baseCurrency":
        words["read_only"] = True
    return words | ({"create_only": True} if name in CREATE_ONLY else {})


def _of_kind(table: str, said: Words, kind: str, targets: list[str]) -> Words:
    name = said["name"]
    if kind == "String":
        length = said.get("max_length") or 100
        long = name in ("description", "notetext", "documentbody") or length >= 10_000
        return {"length": length} | ({"type": "Memo"} if long else {})
    if kind == "Lookup" and name == "ownerid":
        return {"type": "Owner"}
    if kind == "Lookup" and targets == ["account", "contact"] and name in ("customerid", "parentcustomerid"):
        return {"type": "Customer"}
    if kind in ("Integer", "Decimal", "Double", "Money"):
        return _number(said, kind)
    if kind in ("Picklist", "Status"):
        options = [[o["value"], o["label"], *([o["state"]] if "state" in o else [])] for o in said.get("options") or []]
        return {"options": options} | ({"type": "State"} if name == "statecode" else {})
    if kind == "DateTime" and name in DAYS.get(table, ()):
        return {"behavior": "DateOnly", "format": "DateOnly"}
    if kind == "DateTime" and name in ZONELESS.get(table, ()):
        return {"behavior": "TimeZoneIndependent", "format": "DateOnly"}
    return {}


def _number(said: Words, kind: str) -> Words:
    low, high = BOUNDS.get(said["type"], (said.get("min"), said.get("max")))
    if said["type"] in BOUNDS:
        return {"min": low, "max": high, "precision": 5}
    places = {"precision": 10 if said["name"] == "exchangerate" else 2} if kind in ("Decimal", "Double") else {}
    return {"min": low, "max": high} | places


def table(name: str, said: Words, tables: list[str]) -> Words:
    """A table with its columns."""
    columns = {each["name"]: words for each in said["attributes"] if (words := column(name, each, tables)) is not None}
    key = next(each["name"] for each in said["attributes"] if each.get("primary_id") and each["name"] in columns)
    primary = NAMES.get(name, "subject" if name in ACTIVITIES else "name")
    parties = {"type": "PartyList", "targets": TARGETS["activityparty", "partyid"]}
    columns |= {each: dict(parties) for each in PARTIES.get(name, ())}
    activity = {"activity": True} if name in ACTIVITIES else {}
    return {"set": SETS.get(name, f"{name}s"), "id": "activityid" if activity else key, "name": primary,
            "label": said["label"]} | activity | {"columns": columns}  # fmt: skip


def written(tables: dict[str, Words]) -> str:
    """JSON with a column a line."""

    def plain(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    told = []
    for name, words in tables.items():
        head = ", ".join(f"{plain(word)}: {plain(said)}" for word, said in words.items() if word != "columns")
        lines = ",\n".join(f"  {plain(each)}: {plain(said)}" for each, said in words["columns"].items())
        told.append(f'{plain(name)}: {{{head}, "columns": {{\n{lines}\n}}}}')
    return "{\n" + ",\n".join(told) + "\n}\n"


def main(folder: Path) -> None:
    """Read the recordings and write the file."""
    bodies = {path.stem.removeprefix("schema_"): json.loads(path.read_text("utf-8"))["response"]["body"]
              for path in sorted(folder.glob("schema_*.json"))}  # fmt: skip
    names = [name for name in bodies if name not in LEFT_OUT]
    TO.write_text(written({name: table(name, bodies[name], names) for name in names}), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
