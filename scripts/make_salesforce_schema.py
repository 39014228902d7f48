"""Writes the standard objects of the Salesforce simulator: `python scripts/make_salesforce_schema.py RECORDINGS`.

Full describes come from recordings (the folder `salesforce` of the shared recordings), the others from documented.txt
beside this script. A field is kept as what differs from the default of its type; the simulator fills it up again.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TO = HERE.parent / "connectors/crm_migrate_simulators/salesforce/data/standard.json"
DESCRIBED = ("account", "contact", "lead", "opportunity", "opportunitycontactrole", "case", "event")
PERSON = "describe_account_person_accounts_enabled.json"
OBJECT_FLAGS = {"c": "createable", "u": "updateable", "d": "deletable", "n": "undeletable", "m": "mergeable"} | {
    "s": "searchable"
}
PREFIXES = {"Lead": "00Q", "Event": "00U"}  # the recordings of these lack it
SYSTEM = {
    "Id": {"type": "id", "length": 18, "defaultedOnCreate": True, "nillable": False, "idLookup": True},
    "IsDeleted": {"type": "boolean", "defaultedOnCreate": True, "nillable": False},
    "CreatedDate": {"type": "datetime", "defaultedOnCreate": True, "nillable": False},
    "CreatedById": {"type": "reference", "length": 18, "defaultedOnCreate": True, "nillable": False},
    "LastModifiedDate": {"type": "datetime", "defaultedOnCreate": True, "nillable": False},
    "LastModifiedById": {"type": "reference", "length": 18, "defaultedOnCreate": True, "nillable": False},
    "SystemModstamp": {"type": "datetime", "defaultedOnCreate": True, "nillable": False},
}
KEPT = {
    "name",
    "label",
    "type",
    "length",
    "precision",
    "scale",
    "nillable",
    "createable",
    "updateable",
    "defaultedOnCreate",
    "unique",
    "externalId",
    "idLookup",
    "caseSensitive",
    "restrictedPicklist",
    "picklistValues",
    "referenceTo",
    "relationshipName",
    "cascadeDelete",
    "restrictedDelete",
    "calculated",
    "autoNumber",
    "compoundFieldName",
    "nameField",
    "namePointing",
    "filterable",
    "sortable",
    "groupable",
    "permissionable",
    "digits",
    "defaultValue",
    "polymorphicForeignKey",
    "htmlFormatted",
    "aggregatable",
    "extraTypeInfo",
    "relationshipOrder",
    "dependentPicklist",
    "queryByDistance",
    "searchPrefilterable",
    "controllerName",
}
PLAIN = {
    "nillable": True, "createable": False, "updateable": False, "filterable": True, "sortable": True, "groupable": True,
    "aggregatable": True,
}  # fmt: skip


def described(folder: Path, name: str) -> dict[str, Any]:
    said = json.loads((folder / name).read_text("utf-8"))["response"]["body"]
    fields = [_short(field) for field in said["fields"] if "__" not in field["name"]]
    children = [
        [c["childSObject"], c["field"], c["relationshipName"], c["cascadeDelete"], c["restrictedDelete"]]
        for c in said["childRelationships"]
        if c["relationshipName"] and "__" not in c["field"]
    ]
    return {"object": _flags(said), "fields": fields, "children": children}


def _short(field: dict[str, Any]) -> dict[str, Any]:
    kept = {"name": field["name"], **{word: field[word] for word in field if word in KEPT}}
    if kept["picklistValues"]:
        kept["picklistValues"] = [_choice(value) for value in kept["picklistValues"]]
    return {word: value for word, value in kept.items() if word == "type" or _says_something(word, value)}


def _says_something(word: str, value: Any) -> bool:
    return value != PLAIN[word] if word in PLAIN else value not in (None, 0, [], "", False)


def _choice(value: dict[str, Any]) -> Any:
    if value["label"] == value["value"] and value["active"] and not value["defaultValue"]:
        return value["value"]
    return {word: value[word] for word in ("value", "label", "active", "defaultValue")}


def _flags(said: dict[str, Any]) -> dict[str, Any]:
    kept = {word: said[word] for word in ("name", "label", "labelPlural", "keyPrefix") if word in said}
    kept["keyPrefix"] = kept.get("keyPrefix") or PREFIXES[said["name"]]
    return kept | {word: bool(said[word]) for word in OBJECT_FLAGS.values()}


def documented(text: str) -> dict[str, Any]:
    objects: dict[str, Any] = {}
    for line in text.splitlines():
        if line.startswith("object "):
            words, plural, flags = (part.strip() for part in line[7:].split("|"))
            name, prefix, label = words.split(" ", 2)
            letters = flags.replace("-deleted", "")
            head = {"name": name, "label": label, "labelPlural": plural, "keyPrefix": prefix}
            head |= {word: letter in letters for letter, word in OBJECT_FLAGS.items()}
            fields = [_system(field) for field in SYSTEM if field != "IsDeleted" or "-deleted" not in flags]
            objects[name] = {"object": head, "fields": fields, "children": []}
        elif line.startswith("  "):
            field, relationship = _field(line.strip(), updateable="u" in letters)
            objects[name]["fields"].append(field)
            for parent in field.get("referenceTo", []) if relationship else []:
                found = [name, field["name"], relationship, field.get("cascadeDelete", False), False]
                objects.setdefault(f"+{parent}", []).append(found)
    return objects


def _system(name: str) -> dict[str, Any]:
    more = {"referenceTo": ["User"], "relationshipName": name.removesuffix("Id")} if name.endswith("ById") else {}
    return {"name": name, "label": _label(name), **SYSTEM[name], **more}


def _label(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", name.removesuffix("Id") or name)


_POINTS = r"-> (\S+) / (\w+) / ?([A-Z]\w*)?"
_DEFAULT = r" = ([^\[\]>-]+?)(?= \[| ->|$)"
_FLAGS = {
    "restricted": "restrictedPicklist", "unique": "unique", "idlookup": "idLookup", "name": "nameField",
    "namepointing": "namePointing", "cascade": "cascadeDelete",
}  # fmt: skip


def _field(line: str, *, updateable: bool) -> tuple[dict[str, Any], str]:
    """A field of the text, and the name of the relationship from its parents."""
    choices, points, default = (re.search(pattern, line) for pattern in (r"\[(.*?)\]", _POINTS, _DEFAULT))
    name, kind, *words = re.sub(rf"\[.*?\]|{_POINTS}|{_DEFAULT}", "", line).split()
    field: dict[str, Any] = {"name": name, "label": _label(name), "type": kind, **_size(kind, words)}
    field["createable"] = "ro" not in words
    field["updateable"] = "ro" not in words and "co" not in words and updateable
    field["nillable"] = not ("!" in words or kind == "boolean" or default is not None)
    field["defaultedOnCreate"] = kind == "boolean" or default is not None
    field |= _choices(choices[1] if choices else "", default[1] if default else "")
    field |= {key: True for word, key in _FLAGS.items() if word in words}
    field["polymorphicForeignKey"] = field.get("namePointing", False)
    if points:
        field |= {"referenceTo": points[1].split(","), "relationshipName": points[2]}
    return {w: v for w, v in field.items() if w == "type" or _says_something(w, v)}, points[3] or "" if points else ""


def _size(kind: str, words: list[str]) -> dict[str, int]:
    number = next((word for word in words if word[0].isdigit()), "18" if kind == "reference" else "")
    if "." in number:
        return dict(zip(("precision", "scale"), map(int, number.split(".")), strict=True))
    return {"length": int(number)} if number else {}


def _choices(said: str, default: str) -> dict[str, Any]:
    if default == "true":
        return {"defaultValue": True}
    values: list[Any] = [choice for choice in said.split(",") if choice]
    if default in values:
        values[values.index(default)] = {"value": default, "label": default, "active": True, "defaultValue": True}
    return {"picklistValues": values}


def main(folder: Path) -> None:
    objects = {body["object"]["name"]: body for body in (described(folder, f"describe_{n}.json") for n in DESCRIBED)}
    for name, body in documented((HERE / "salesforce/documented.txt").read_text("utf-8")).items():
        if not name.startswith("+"):
            objects[name] = body
    for name, children in documented((HERE / "salesforce/documented.txt").read_text("utf-8")).items():
        if name.startswith("+") and name[1:] in objects:
            known = objects[name[1:]]["children"]
            known += [child for child in children if child[:2] not in [one[:2] for one in known]]
    for body in objects.values():
        body["children"] = sorted(child for child in body["children"] if child[0] in objects)
    here = {field["name"] for field in objects["Account"]["fields"]}
    person = [field for field in described(folder, PERSON)["fields"] if field["name"] not in here]
    said = {"objects": objects, "person_account_fields": person}
    lines = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    TO.write_text(re.sub(r'(\{"name":)', r"\n\1", lines) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
