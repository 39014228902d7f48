"""What two records have in common, in words that name the part that agrees: no `place city equal`."""

import numpy as np
import polars as pl
import pytest

from crm_migrate.matching.comparing.records import prepare
from crm_migrate.matching.comparing.sentences import sentences
from crm_migrate.words.language import language
from crm_migrate.words.messages import REASONS, spoken

TYPES = {
    "firma": "company_name", "site": "url", "mail": "email", "street": "street", "code": "postal_code", "town": "city",
}  # fmt: skip
FIRM = {
    "firma": "Korval Metall", "site": "korval.example", "mail": "info@korval.example", "street": "Ringweg 4",
    "code": "10115", "town": "Berlin",
}  # fmt: skip


def said(**other: str | None) -> str:
    records = prepare(pl.DataFrame([FIRM, FIRM | other], schema=dict.fromkeys(TYPES, pl.String)), TYPES, "organisation")
    (sentence,) = sentences(records.comparisons, np.array([0]), np.array([1]))
    return sentence


@pytest.mark.parametrize(
    ("other", "english", "german"),
    [
        ({"code": None}, "same company name, mailbox, street and city",
         "gleich: Firmenname, Postfach, Straße und Stadt"),
        ({"code": "10999"}, "same company name, mailbox, street, city and postal area", None),
        ({"code": "80331", "town": "München"}, "same company name, mailbox and street; another place", None),
        ({"mail": None}, "same company name, domain, street and postal code", None),
        ({"mail": None, "site": "mirtan.example"}, "same company name, street and postal code; another domain", None),
        ({"street": "Ringweg 71"}, "same company name, mailbox, street and postal code; another house number",
         "gleich: Firmenname, Postfach, Straße und Postleitzahl; ein anderer Wert: Hausnummer"),
        ({"street": "Lindenallee 4"}, "same company name, mailbox, house number and postal code; another street", None),
        ({"street": "Ringweg"}, "same company name, mailbox and postal code, street alike", None),
    ],
)  # fmt: skip
def test_what_agrees_is_named_by_its_part(other: dict[str, str | None], english: str, german: str | None) -> None:
    assert said(**other) == english
    in_german = spoken(english, language("de"), REASONS)
    assert in_german.startswith("gleich: Firmenname") and german in (None, in_german)
    assert spoken(english, language("tr"), REASONS).startswith("aynı firma adı")
