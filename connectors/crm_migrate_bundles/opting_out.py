"""Who may not be written to: whom the list of opt-outs holds, be it by an entry of its own or by a record's consent."""

from collections.abc import Mapping

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.crm.types import REFUSALS, type_of


def mailbox_of(object: TargetObject) -> str | None:
    """The field of an object by which its records are written to."""
    return next((field.name for field in object.fields if type_of(field.type).role == "mailbox"), None)


def is_mail_consent(field: TargetField) -> bool:
    """Whether a field says if somebody may be written to."""
    return type_of(field.type).role == "consent" and field.about != "phone"


def speaks(object: TargetObject, opt_outs: str) -> bool:
    """Whether records of an object can say so; those of the object of `opt_outs` always do."""
    said = object.name == opt_outs or any(map(is_mail_consent, object.fields))
    return said and mailbox_of(object) is not None


def refused(object: TargetObject, opt_outs: str, record: Mapping[str, str | None]) -> str | None:
    """The mailbox of a record that nobody may write to; None where one may, or there is none."""
    no = object.name == opt_outs or any(record.get(f.name) in REFUSALS for f in object.fields if is_mail_consent(f))
    return record.get(mailbox_of(object) or "") or None if no else None


def by_list(sent: str | None, *, listed: bool) -> str | None:
    """A consent by the list alone: what we sent where they agree, as who is not listed may have said yes or nothing."""
    if listed == (sent in REFUSALS):
        return sent
    return "withdrawn" if listed else "unknown"
