"""Who may own records in a CRM whose users are known by their mailboxes."""

from collections.abc import Callable, Collection, Iterator, Mapping

from crm_migrate.connecting.contract import Doubt, TargetObject
from crm_migrate.crm.types import type_of

CODE = "owner_not_there"


def not_there(
    object: TargetObject, values: Mapping[str, Collection[str]], people: Callable[[], Collection[str]]
) -> Iterator[Doubt]:
    """Values of owners that are no mailbox of a user to whom the CRM gives records; `people` asks for those, in small
    letters."""
    words = "no active user there has this mailbox, the records would be refused"
    hint = "add or activate who is missing there, or name another owner in `owners:`"
    said = {f.name: values[f.name] for f in object.fields if type_of(f.type).role == "owner" and values.get(f.name)}
    there = people() if said else ()
    for name, owners in said.items():
        for value in sorted(owners):
            if value.lower() not in there:
                yield Doubt(name, value, CODE, words, hint)
