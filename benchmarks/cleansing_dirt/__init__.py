"""Dirt with truth for every kind of value: clean values of ten languages and fourteen countries, damaged in known ways.

`KINDS` has a name for every set, the kind of `crm_migrate.clean` that it is for, and its dirts.
"""

from benchmarks.cleansing_dirt import amounts, choices, companies, days, mailboxes, notes, people, phones, places
from benchmarks.cleansing_dirt.model import Dirts

KINDS: dict[str, tuple[str, Dirts]] = {
    "person_name": ("person_name", people.DIRTS),
    "company": ("company", companies.DIRTS),
    "phone": ("phone", phones.DIRTS),
    "email": ("email", mailboxes.EMAIL),
    "url": ("url", mailboxes.URL),
    "date": ("date", days.DIRTS),
    "money": ("money", amounts.DIRTS),
    "address": ("address", places.ADDRESS),
    "postal_code": ("postal_code", places.POSTAL),
    "country": ("country", choices.COUNTRY),
    "boolean": ("boolean", choices.BOOLEAN),
    "consent": ("boolean", choices.CONSENT),
    "gender": ("gender", choices.GENDER),
    "picklist": ("picklist", choices.PICKLIST),
    "text": ("text", notes.TEXT),
    "note_flag": ("note_flag", notes.NOTE),
}
# The same with words that the product's lists were not made with.
UNSEEN: dict[str, tuple[str, Dirts]] = {
    "person_name, unseen words": ("person_name", people.UNSEEN),
    "company, unseen words": ("company", companies.UNSEEN),
    "address, unseen words": ("address", places.ADDRESS_UNSEEN),
    "consent, unseen words": ("boolean", choices.CONSENT_UNSEEN),
    "gender, unseen words": ("gender", choices.GENDER_UNSEEN),
    "note_flag, unseen words": ("note_flag", notes.NOTE_UNSEEN),
}
ALL = KINDS | UNSEEN
