"""Cleansing: one module per kind of value; importing this package registers every step in `steps.STEPS`."""

from crm_migrate.cleansing import (
    amount_steps,
    choices,
    countries,
    date_steps,
    email,
    kind_steps,
    person_steps,
    phone,
    strings,
    text,
    web,
)
from crm_migrate.cleansing.email import is_disposable, is_free_mail, is_role_mailbox
from crm_migrate.cleansing.evidence import evidence
from crm_migrate.cleansing.keys import compare_key
from crm_migrate.cleansing.steps import INVALID_FLAGS, STEPS, Context, Step, cleaned

__all__ = [
    "INVALID_FLAGS",
    "STEPS",
    "Context",
    "Step",
    "cleaned",
    "compare_key",
    "evidence",
    "is_disposable",
    "is_free_mail",
    "is_role_mailbox",
]
_ROOMS = (amount_steps, choices, countries, date_steps, email, kind_steps, person_steps, phone, strings, text, web)
