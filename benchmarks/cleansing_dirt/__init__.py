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
# The same with words that the product's lists were not made with: by `unseen.toml` they were mended once, by
# `blind.toml` never.
SAID: dict[str, tuple[str, Dirts]] = {
    f"{name}, {book} words": (kind, dirts(book))
    for book in ("unseen", "blind")
    for name, kind, dirts in (
        ("person_name", "person_name", people.said),
        ("company", "company", companies.said),
        ("address", "address", places.said),
        ("consent", "boolean", choices.consent),
        ("gender", "gender", choices.gender),
        ("note_flag", "note_flag", notes.wishes),
    )
}
ALL = KINDS | SAID
