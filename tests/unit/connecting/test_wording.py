"""A target's words do not repeat what the records say."""

import pytest

from crm_migrate.connecting.wording import without_values

ROWS = [{"__entity": "key-1", "name": "Ayşe Yılmaz", "note": "secret-value-" * 20, "__target_id": "001"}, {"x": None}]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Name: Ayşe Yılmaz is too long", "Name: ... is too long"),
        (f"too large: {('secret-value-' * 20)[:255]} (max length=255)", "too large: ... (max length=255)"),
        (f"{('secret-value-' * 20)[:40]}, {'secret-value-' * 20}", "..., ..."),
        ("record 001 is locked", "record 001 is locked"),
        ("secret", "secret"),
        ("", ""),
    ],
)
def test_no_value_is_left_in_the_words(words: str, told: str) -> None:
    assert without_values(words, ROWS) == told
