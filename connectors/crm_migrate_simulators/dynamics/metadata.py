"""EntityDefinitions: tables, columns with their options, relationships and keys, as an environment describes itself."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from crm_migrate_simulators.dynamics import rights
from crm_migrate_simulators.dynamics.catalogue import LOOKUPS, NUMBERS, TEXTS, Words, navigations
from crm_migrate_simulators.dynamics.environment_store import OWNERS, PARENTS
from crm_migrate_simulators.dynamics.filters import condition
from crm_migrate_simulators.dynamics.keys import keys
from crm_migrate_simulators.dynamics.problems import Failure, missing, not_simulated
from crm_migrate_simulators.dynamics.queries import JSON
from crm_migrate_simulators.dynamics.records import columns_of
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.wire import Reply

Said = dict[str, Any]
_PREFIX = "Microsoft.Dynamics.CRM."
_OPTIONS = {"Picklist", "State", "Status", "MultiSelectPicklist"}


def _label(text: str) -> Said:
    one = {"Label": text, "LanguageCode": 1033, "IsManaged": False, "HasChanged": None}
    return {"LocalizedLabels": [one], "UserLocalizedLabel": one}


def table(work: Work, name: str) -> Said:
    """A table."""
    words = work.store.words(name)
    custom = name not in ("account", "contact") and "_" in name
    return {
        "LogicalName": name,
        "SchemaName": name if custom else name.capitalize(),
        "EntitySetName": words["set"],
        "LogicalCollectionName": words["set"],
        "PrimaryIdAttribute": words["id"],
        "PrimaryNameAttribute": words["name"],
        "IsActivity": bool(words.get("activity")),
        "IsCustomEntity": custom,
        "OwnershipType": "UserOwned" if "ownerid" in columns_of(work, name) else "OrganizationOwned",
        "DisplayName": _label(str(words["label"])),
        "DisplayCollectionName": _label(f"{words['label']}s"),
        "Privileges": [
            {"PrivilegeType": "Read", "Name": rights.reading(work, name), "PrivilegeId": _id(f"read {name}")}
        ],
        "MetadataId": _id(name),
    }


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.dataverse.example"))


def organisation(work: Work) -> str:
    """The id of the organisation."""
    return _id(work.store.schema.organisation)


def attribute(work: Work, of: str, name: str, words: Words, *, options: bool) -> Said:
    """A column; its options only where they are asked for."""
    kind = str(words["type"])
    key = work.store.words(of)["id"]
    writes = not words.get("read_only") and name != "versionnumber"
    said: Said = {
        "@odata.type": f"#{_PREFIX}{kind}AttributeMetadata"
        if kind not in (*LOOKUPS, "PartyList")
        else f"#{_PREFIX}LookupAttributeMetadata",
        "LogicalName": name,
        "SchemaName": name,
        "EntityLogicalName": of,
        "AttributeType": kind if kind != "MultiSelectPicklist" else "Virtual",
        "AttributeTypeName": {"Value": f"{kind}Type"},
        "IsPrimaryId": name == key,
        "IsPrimaryName": name == work.store.words(of)["name"],
        "IsCustomAttribute": name.partition("_")[0] in ("crm", "new", "conf") and "_" in name,
        "IsValidForCreate": writes,
        "IsValidForUpdate": writes and not words.get("create_only") and name != key,
        "IsValidForRead": True,
        "RequiredLevel": {"Value": words.get("required", "None"), "CanBeChanged": True},
        "DisplayName": _label(str(words.get("label", name))),
        "MetadataId": _id(f"{of}.{name}"),
        **_of_kind(kind, words),
    }
    if options and (kind in _OPTIONS or kind == "Boolean"):
        said["OptionSet"] = _option_set(kind, words)
    return said


def _of_kind(kind: str, words: Words) -> Said:
    if kind in TEXTS:
        return {"MaxLength": words.get("length", 100), "Format": "Text" if kind == "String" else "TextArea"}
    if kind in (*LOOKUPS, "PartyList"):
        return {"Targets": list(words.get("targets", ()))}
    if kind in NUMBERS:
        places = {} if kind == "Integer" else {"Precision": words.get("precision", 2)}
        return {"MinValue": words.get("min"), "MaxValue": words.get("max")} | places
    if kind == "DateTime":
        told = {"Value": words.get("behavior", "UserLocal")}
        return {"DateTimeBehavior": told, "Format": words.get("format", "DateAndTime")}
    return {}


def _option_set(kind: str, words: Words) -> Said:
    if kind == "Boolean":
        return {"TrueOption": {"Value": 1, "Label": _label("Yes")}, "FalseOption": {"Value": 0, "Label": _label("No")}}
    return {"Options": [
        {"Value": option[0], "Label": _label(str(option[1]))} | ({"State": option[2]} if kind == "Status" else {})
        for option in words.get("options", ())
    ]}  # fmt: skip


def many_to_one(work: Work, of: str) -> Iterator[Said]:
    """The relationships by which a table refers to others."""
    for name, words in columns_of(work, of).items():
        owner = [("owner", name)] if words["type"] == "Owner" else None  # stands for users and teams
        for target, nav in owner or navigations(of, name, words):
            if owner or target in work.store.schema.objects:
                yield {
                    "SchemaName": f"{of}_{name}_{target}",
                    "ReferencingEntity": of,
                    "ReferencingAttribute": name,
                    "ReferencingEntityNavigationPropertyName": nav,
                    "ReferencedEntity": target,
                    "ReferencedAttribute": "ownerid" if owner else work.store.words(target)["id"],
                    "CascadeConfiguration": {"Delete": _cascade(name)},
                    "MetadataId": _id(f"{of}.{name}.{target}"),
                }


def _cascade(column: str) -> str:
    return "Cascade" if column in PARENTS else "NoCascade" if column in OWNERS else "RemoveLink"


def one_to_many(work: Work, of: str) -> Iterator[Said]:
    """The relationships by which others refer to a table."""
    for other in work.store.schema.objects:
        yield from (each for each in many_to_one(work, other) if each["ReferencedEntity"] == of)


# ---------------------------------------------------------------------------------------------------- answers


def tables(work: Work) -> Reply:
    """All tables that the filter takes."""
    return _listed(work, [table(work, name) for name in work.store.schema.objects], "EntityDefinitions")


def named(work: Work, of: str) -> Reply:
    """One table. Raises Failure where there is none."""
    context = f"{work.host}/api/data/v9.2/$metadata#EntityDefinitions/$entity"
    return Reply(200, {"@odata.context": context, **_only(work, table(work, known(work, of)))}, dict(JSON))


def attributes(work: Work, of: str, kind: str) -> Reply:
    """The columns of a table; of one kind, with options where they are expanded."""
    of = known(work, of)
    wanted = kind.removeprefix(_PREFIX).removesuffix("AttributeMetadata")
    expands = work.request.query.get("$expand", "").startswith("OptionSet")
    if work.request.query.get("$expand") and not (expands and kind):
        raise Failure(400, "0x80060888", "Could not find a property named 'OptionSet' on type 'AttributeMetadata'.")
    found = [attribute(work, of, name, words, options=expands) for name, words in columns_of(work, of).items()]
    found = [each for each in found if not kind or each["@odata.type"] == f"#{_PREFIX}{wanted}AttributeMetadata"]
    return _listed(work, found, f"EntityDefinitions('{of}')/Attributes" + (f"/{kind}" if kind else ""))


def relationships(work: Work, of: str, way: str) -> Reply:
    """The relationships of a table, one way or the other."""
    found = many_to_one(work, known(work, of)) if way.startswith("Many") else one_to_many(work, known(work, of))
    return _listed(work, list(found), f"EntityDefinitions('{of}')/{way}")


def of_keys(work: Work, of: str) -> Reply:
    """The alternate keys of a table."""
    told = [{name: said for name, said in each.items() if name != "due"} for each in keys(work, known(work, of))]
    return _listed(work, told, f"EntityDefinitions('{of}')/Keys")


def known(work: Work, of: str) -> str:
    """A table that is there. Raises Failure."""
    if of not in work.store.schema.objects:
        raise missing("EntityMetadata", of)
    return of


def _listed(work: Work, found: list[Said], context: str) -> Reply:
    text = work.request.query.get("$filter")
    if work.request.query.get("$orderby") or work.request.query.get("$top"):
        raise not_simulated("$orderby and $top of metadata")
    if text:
        test = condition(text, lambda said: said, {})
        found = [each for each in found if test(each)]
    return Reply(200, {"@odata.context": f"{work.host}/api/data/v9.2/$metadata#{context}",
                       "value": [_only(work, each) for each in found]}, dict(JSON))  # fmt: skip


def _only(work: Work, said: Mapping[str, Any]) -> Said:
    """What `$select` names, with what is always told."""
    select = work.request.query.get("$select")
    if not select:
        return dict(said)
    wanted = {each.strip() for each in select.split(",")} | {"@odata.type", "MetadataId", "OptionSet", "LogicalName"}
    return {name: value for name, value in said.items() if name in wanted}
