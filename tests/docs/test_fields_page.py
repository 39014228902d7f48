"""docs/where-fields-land.md says what the profiles of these CRMs say, field by field."""

import sys
from pathlib import Path

import pytest

from crm_migrate.mapping import library

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "scripts"))

import make_fields_page  # noqa: E402 -- the scripts are no package


def test_the_page_is_what_the_profiles_say() -> None:
    fresh = make_fields_page.page()
    assert make_fields_page.PAGE.read_text("utf-8") == fresh, "python scripts/make_fields_page.py"


@pytest.mark.parametrize("crm", make_fields_page.CRMS)
def test_every_field_of_a_profile_stands_on_the_page(crm: str) -> None:
    page = make_fields_page.PAGE.read_text("utf-8")
    profile = library.target_named(crm, ROOT)
    assert profile is not None
    assert profile.capacity is not None or crm == "odoo", "what its editions hold; an Odoo holds what its server does"
    for object in profile.objects.values():
        for name, field in object.fields.items():
            assert f"`{field.column or name}`" in page
