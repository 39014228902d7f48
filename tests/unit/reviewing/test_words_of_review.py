"""Who answers has a browser or a spreadsheet and no command line: no word of theirs speaks of one."""

import re

import pytest

from crm_migrate.words import catalogue


@pytest.mark.parametrize("code", ["de", "en", "tr"])
def test_no_word_of_the_review_is_a_command_or_in_backticks(code: str) -> None:
    shown = {
        key: word for key, word in catalogue(code).items() if key.partition(".")[0] in ("review", "page", "because")
    }
    assert len(shown) > 50
    assert [key for key, word in shown.items() if re.search(r"`|crm-migrate|(?<!\S)--[a-z]", word)] == []
