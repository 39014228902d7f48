"""What a CRM foretells of owners and currencies, where it can say which of them are there."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from crm_migrate.connecting.contract import Doubt, TargetObject
from crm_migrate.crm.types import type_of

# Role of a field -> code, what is wrong with such values, the next step.
_TOLD = {
    "owner": (
        "owner_not_there",
        "the target has no user of that name to whom records can be given",
        "add or activate who is missing there, or name another owner in `owners:`",
    ),
    "currency": (
        "currency_not_there",
        "the target does not have the currency",
        "activate it there",
    ),
}
Called = Callable[[str, Collection[str]], Collection[str]]


class Named(Protocol):
    """A place that says a record `of` an object `by` one of its fields; "" where it says no record so."""

    @property
    def of(self) -> str:
        """The object."""
        ...

    @property
    def by(self) -> str:
        """Its field."""
        ...


def not_there(object: TargetObject, values: Mapping[str, Collection[str]], called: Called) -> Iterator[Doubt]:
    """The values of owners and currencies of which the CRM has none; `called` gives those of a field's values that are
    there."""
    for field in object.fields:
        role = type_of(field.type).role
        if role in _TOLD and (said := values.get(field.name)):
            there = called(field.name, said)
            absent = (value for value in sorted(said) if value not in there)
            yield from (Doubt(field.name, value, *_TOLD[role], waits=True) for value in absent)


def by_records(
    object: TargetObject,
    values: Mapping[str, Collection[str]],
    place: Callable[[str], Named | None],
    ids_of: Callable[[str, str, Collection[str]], Collection[str]],
) -> Iterator[Doubt]:
    """The same where users and currencies are records: `ids_of` asks for those of an object that a field of it names,
    `place` says which."""

    def called(field: str, said: Collection[str]) -> Collection[str]:
        named = place(field)
        return ids_of(named.of, named.by, said) if named and named.by else said

    return not_there(object, values, called)


def by_mailbox(
    object: TargetObject, values: Mapping[str, Collection[str]], people: Callable[[], Collection[str]]
) -> Iterator[Doubt]:
    """The same where users are known by their mailboxes: `people` asks for these, in small letters."""
    owners = {name: said for name, said in values.items() if _is_owner(object, name)}
    there = people() if owners else ()
    return not_there(object, owners, lambda _, said: {value for value in said if value.lower() in there})


def _is_owner(object: TargetObject, name: str) -> bool:
    field = object.field(name)
    return field is not None and type_of(field.type).role == "owner"
