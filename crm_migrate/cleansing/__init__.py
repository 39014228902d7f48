"""Cleansing: one module per kind of value; importing this package registers every step in `steps.STEPS`."""

from crm_migrate.cleansing import kind_steps
from crm_migrate.cleansing.amounts import amount_steps
from crm_migrate.cleansing.choices import vocabularies as choices
from crm_migrate.cleansing.contact import email, phone, web
from crm_migrate.cleansing.contact.email import is_disposable, is_free_mail, is_role_mailbox
from crm_migrate.cleansing.dates import date_steps, durations
from crm_migrate.cleansing.evidence import evidence
from crm_migrate.cleansing.keys import compare_key
from crm_migrate.cleansing.people import person_steps
from crm_migrate.cleansing.places import address_steps, countries
from crm_migrate.cleansing.steps import INVALID_FLAGS, STEPS, Context, Step, cleaned
from crm_migrate.cleansing.text import mending as text
from crm_migrate.cleansing.text import strings

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
_ROOMS = (
    address_steps, amount_steps, choices, countries, date_steps, durations, email, kind_steps, person_steps, phone,
    strings, text, web,
)  # fmt: skip
