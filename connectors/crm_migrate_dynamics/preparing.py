"""Making what an environment lacks: tables and columns of our own, that of our key first, and its alternate key, which
is waited for until it is active."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from crm_migrate.connecting.by_hand import ByHand, refuse
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.http import Waiting
from crm_migrate.connecting.kinds import split
from crm_migrate.connecting.preparing import prepared
from crm_migrate.crm.types import type_of
from crm_migrate.errors import TargetError
from crm_migrate_dynamics import answers
from crm_migrate_dynamics.describe import Described
from crm_migrate_dynamics.looking import Looking
from crm_migrate_dynamics.requests import TYPE
from crm_migrate_dynamics.shapes import CREATED, KEY_NAME, OWN

LOOKS = 60  # at the tables, until they show what was made
PAUSE = 5.0  # seconds between two of them
TABLES = "make.powerapps.com > Tables"
SEEN = "let our user see it: its security roles"
KEY_LENGTH = 100
_NAME_LENGTH = 200  # of the name of a table of our own
_BEGUN = frozenset({"Pending", "InProgress"})
Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """What is to be made: a table, a column of it (`column`), or the key over one (`key`); without words it is on its
    way."""

    table: str
    column: str = ""
    key: str = ""
    words: Words = field(hash=False, compare=False, default_factory=dict)

    @property
    def title(self) -> str:
        """In words for people."""
        if self.key:
            return f"make an alternate key over {self.table}.{self.key}"
        return f"add column {self.table}.{self.column}" if self.column else f"make table {self.table}"


def prepare(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting, *, apply: bool) -> tuple[str, ...]:
    """What is missing; made, where it is told so. TargetError where something is missing that people make."""
    look, make = partial(_lacking, objects, looking), partial(_make_all, objects, looking, waiting)
    return prepared("Dataverse", looking.forget, look, make, apply=apply)


def by_hand(objects: Sequence[TargetObject], looking: Looking) -> tuple[ByHand, ...]:
    """What people make: tables and columns that are not of our own prefix, and a key that is other than we need it."""
    return tuple(_lacking(objects, looking)[1])


def where_set(field: str) -> str:
    """The date of creation, by the privilege prvOverrideCreatedOnCreatedBy."""
    right = "Override Created on or Created by for Records during Data Import"
    return f'the security role of our user > Miscellaneous privileges: "{right}"' if field == CREATED else ""


def where_choices(object: str, field: str) -> str:
    """Where people add an option; the stages of a sale are those of its business process flow."""
    return f"{TABLES} > {split(object).object} > Columns > {field} > Choices"


def _make_all(objects: Sequence[TargetObject], looking: Looking, waiting: Waiting, lacking: Sequence[Missing]) -> None:
    """Until every table shows what was made, and every key is active."""
    asked = set[Missing]()
    for _ in range(LOOKS):
        if lacking and asked.issuperset(lacking):
            waiting.wait(PAUSE)  # an answer that says so is no column yet, and no key that is active
        for each in lacking:
            if each.words:  # asked for twice it is there once
                _make(each, looking)
        asked.update(lacking)
        looking.forget()
        lacking, left = _lacking(objects, looking)
        refuse("Dataverse", left)  # the key has failed meanwhile
        if not lacking:
            return
    raise TargetError(
        f"Dataverse was asked to {lacking[0].title}, and does not show it yet",
        hint="look at the system jobs there, then: crm-migrate target prepare",
    )


def _make(each: Missing, looking: Looking) -> None:
    api = looking.api
    if each.key:
        looking.ask(api.keying(each.table, each.words), answers.made)
    elif each.column:
        looking.ask(api.adding(each.table, each.words), answers.made)
    else:
        looking.ask(api.making_table(each.words), answers.made)


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> tuple[list[Missing], list[ByHand]]:
    lacking: dict[Missing, None] = {}
    left: dict[ByHand, None] = {}
    for object in objects:
        described = looking.described(split(object.name).object)
        if described is None:
            if OWN.fullmatch(object.name):
                lacking[Missing(object.name, words=_table(object.name))] = None
            else:
                left[ByHand(f"the table {object.name}", f"{TABLES} > New table, or {SEEN}")] = None
            continue
        if wrong := described.wrong_key(object.key_field):
            left[ByHand(wrong, f"{TABLES} > {described.table} > Keys, Columns", "our key cannot live there")] = None
        for each in _of(object, described):
            if isinstance(each, Missing):
                lacking[each] = None
            else:
                where = f"{TABLES} > {described.table} > Columns > New column, or {SEEN}"
                left[ByHand(f"the column {each} of {object.name}", where)] = None
    return list(lacking), list(left)


def _of(wanted: TargetObject, there: Described) -> Iterator[Missing | str]:
    """What a table lacks: our key and columns of our own, which can be made, and names of fields that cannot."""
    kind, key = split(wanted.name), wanted.key_field
    if key not in there.columns and not OWN.fullmatch(key):
        yield key
    elif key not in there.columns:
        yield Missing(
            there.table, key, words=_column("String", key, MaxLength=KEY_LENGTH, FormatName={"Value": "Text"})
        )
    elif there.keys.get((key,)) in _BEGUN:
        yield Missing(there.table, key=key)
    elif there.keys.get((key,)) != "Active":
        words = {"SchemaName": KEY_NAME, "DisplayName": _label("crm-migrate"), "KeyAttributes": [key]}
        yield Missing(there.table, key=key, words=words)
    if kind.field and kind.field not in there.columns:
        yield from _made_or_not(there, TargetField(kind.field, "text"))
    for each in wanted.fields:
        if there.place(each.name) is None:
            yield from _made_or_not(there, each)


def _made_or_not(there: Described, each: TargetField) -> Iterator[Missing | str]:
    if OWN.fullmatch(each.name) and not each.reference:
        yield Missing(there.table, each.name, words=_words(each))
    else:
        yield each.name


def _words(each: TargetField) -> Words:
    """A column for values of a semantic type."""
    storage = type_of(each.type).storage
    if storage == "boolean":
        options = {f"{name}Option": {"Value": value, "Label": _label(label)}
                   for name, value, label in (("True", 1, "Yes"), ("False", 0, "No"))}  # fmt: skip
        return _column("Boolean", each.name, DefaultValue=False, OptionSet=options)
    if storage == "integer":
        return _column("Integer", each.name, MinValue=-(2**31), MaxValue=2**31 - 1, Format="None")
    if storage == "decimal":
        return _column("Decimal", each.name, MinValue=-100_000_000_000, MaxValue=100_000_000_000, Precision=4)
    if storage == "date":
        return _column("DateTime", each.name, Format="DateOnly", DateTimeBehavior={"Value": "DateOnly"})
    if storage == "instant":
        return _column("DateTime", each.name, Format="DateAndTime", DateTimeBehavior={"Value": "UserLocal"})
    if each.type == "long_text" or storage != "text":
        return _column("Memo", each.name, MaxLength=10_000, Format="TextArea")
    return _column("String", each.name, MaxLength=each.length or 400, FormatName={"Value": "Text"})


def _column(kind: str, name: str, **more: Any) -> dict[str, Any]:
    label = name.partition("_")[2].replace("_", " ")
    return {
        "@odata.type": f"{TYPE}{kind}AttributeMetadata",
        "SchemaName": name,
        "DisplayName": _label(label[:1].upper() + label[1:]),
        "RequiredLevel": {"Value": "None"},
        **more,
    }


def _table(name: str) -> Words:
    """A table whose rows have a name and an owner."""
    prefix, _, word = name.partition("_")
    primary = _column(
        "String", f"{prefix}_name", MaxLength=_NAME_LENGTH, FormatName={"Value": "Text"}, IsPrimaryName=True
    )
    label = word.replace("_", " ").capitalize()
    return {
        "@odata.type": f"{TYPE}EntityMetadata",
        "SchemaName": name,
        "DisplayName": _label(label),
        "DisplayCollectionName": _label(label),
        "OwnershipType": "UserOwned",
        "HasActivities": False,
        "HasNotes": False,
        "Attributes": [primary],
    }


def _label(text: str) -> Words:
    one = {"@odata.type": f"{TYPE}LocalizedLabel", "Label": text, "LanguageCode": 1033}
    return {"@odata.type": f"{TYPE}Label", "LocalizedLabels": [one]}
