"""Who answers has a browser or a spreadsheet and no command line: no word of theirs speaks of one."""

import re

import pytest

from crm_migrate.reviewing.questions import Compared
from crm_migrate.reviewing.reasons import reasons
from crm_migrate.stages.dedupe.learned import SURE
from crm_migrate.words import catalogue
from crm_migrate.words.language import language


@pytest.mark.parametrize("code", ["de", "en", "tr"])
def test_no_word_of_the_review_is_a_command_or_in_backticks(code: str) -> None:
    shown = {
        key: word for key, word in catalogue(code).items() if key.partition(".")[0] in ("review", "page", "because")
    }
    assert len(shown) > 50
    assert [key for key, word in shown.items() if re.search(r"`|crm-migrate|(?<!\S)--[a-z]", word)] == []


@pytest.mark.parametrize("code", ["de", "en", "tr"])
def test_why_a_pair_is_asked_about_names_nothing_of_the_mapping(code: str) -> None:
    pair = Compared(left=0, right=1, outcome="review", rule="learned", why=f"same company name{SURE}")
    told = reasons([pair], language(code))
    assert "`" not in told and "merge" not in told
    assert code != "en" or told == "learned: same company name"
