"""A tiny project with every object of the canonical model and all its fields, a CSV file for each object."""

from collections.abc import Collection
from pathlib import Path

from crm_migrate.crm.model import OBJECTS, CanonicalField

# One value per storage and type, by the number of the record; all are canonical already or have one reading.
_BY_NAME = {"stage": "proposal"}  # a word of the target
_BY_TYPE = {
    "given_name": "Ayşe {n}",
    "family_name": "Yılmaz {n}",
    "person_name": "Ayşe Yılmaz {n}",
    "other_name": "Gül {n}",
    "company_name": "Işık Makine {n} A.Ş.",
    "email": "kisi{n}@firma{n}.example",
    "phone": "+90 212 345 67 8{n}",
    "url": "https://firma{n}.example/",
    "domain": "firma{n}.example",
    "street": "Örnek Cad. {n}",
    "city": "Bursa",
    "postal_code": "1605{n}",
    "state": "Bursa",
    "country": "TR",
    "currency": "EUR",
    "iban": "DE89370400440532013000",
    "tax_id": "454053692{n}",
    "consent": "granted",
    "consent_event": "withdrawn",
    "id": "NO-{n}4711",
    "duration": "1:05:3{n}",
    "tags": "vip, no{n}",
    "list": '["a{n}@x.example"]',
    "owner": "deniz",
}
_BY_STORAGE = {
    "text": "word {n}",
    "decimal": "12{n}.50",
    "integer": "4{n}",
    "date": "2024-03-0{n}",
    "instant": "2024-03-0{n}T10:00:00Z",
    "boolean": "true",
    "list": "a{n}",
}
RECORDS = (1, 2, 3)
UPWARDS = ("parent", "reports_to")  # lead to another record of the same object


def value(field: CanonicalField, number: int) -> str:
    """What a field of the record of that number holds; a reference names the record of the same number."""
    if field.reference:
        return str(number)
    known = _BY_NAME.get(field.name) or _BY_TYPE.get(field.type)
    return (known or _BY_STORAGE[field.semantic.storage]).replace("{n}", str(number))


def of_every_type() -> list[str]:
    """A few objects that have a field of every type between them, with all that they refer to."""
    found: set[str] = set()
    for wanted in sorted({field.type for each in OBJECTS.values() for field in each.fields}):
        able = [name for name, each in OBJECTS.items() if any(field.type == wanted for field in each.fields)]
        found |= min((_with_all_it_needs(name) for name in able), key=lambda names: len(names - found))
    return [name for name in OBJECTS if name in found]


def _with_all_it_needs(name: str) -> set[str]:
    needed, found = {name}, set[str]()
    while needed:
        found |= needed
        needed = {field.reference for each in needed for field in OBJECTS[each].fields if field.reference} - found
    return found


def write(folder: Path, *options: str, objects: Collection[str] = OBJECTS) -> None:
    """The project: `objects`, each with all its fields; the environment has `options` as `env:NAME`."""
    for each in map(OBJECTS.__getitem__, objects):
        lines = [";".join(["key", *(f.name for f in each.fields)])]
        lines += [";".join([str(n), *(_quoted(_said(f, n)) for f in each.fields)]) for n in RECORDS]
        (folder / f"{each.name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    listed = ", ".join(f'{name}: "env:EVERY_{name.upper()}"' for name in options)
    (folder / "crm-migrate.yaml").write_text(_mapping(listed or 'url: "sqlite:///crm.db"', objects), "utf-8")


def _said(field: CanonicalField, number: int) -> str:
    """The first record of an object has no parent of its own kind; the others have the one before."""
    if field.name in UPWARDS:
        return "" if number == 1 else str(number - 1)
    return value(field, number)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _mapping(options: str, names: Collection[str]) -> str:
    sources = "".join(f"  s_{each}: {{file: {each}.csv, key: key}}\n" for each in names)
    objects = "".join(
        f"  {each.name}:\n    from: s_{each.name}\n    fields:\n"
        + "".join(f"      {field.name}: {field.name}\n" for field in each.fields)
        for each in map(OBJECTS.__getitem__, names)
    )
    return (
        "crm_migrate: 1\nproject: {name: every object, locale: en-GB}\nsources:\n" + sources
        + f"environments:\n  mock: {{connector: sql, {options}}}\nobjects:\n" + objects
    )  # fmt: skip
