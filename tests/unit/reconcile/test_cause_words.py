"""Every cause that a cell can be given has its words in every language, and its fix where `words/` know one."""

import re

import pytest

from crm_migrate.reports.speaking import CAUSES
from crm_migrate.stages.reconcile import causes
from crm_migrate.words import catalogue, languages
from crm_migrate.words.messages import recognise

SQL = "".join(text for name, text in vars(causes).items() if name in ("_RULE", "_PLAIN_CAUSE"))
SAID = sorted({*re.findall(r"(?:THEN|WHEN -?\d+) '([a-zA-Z][^']*)'", SQL), causes.EDITED, causes.EMPTIED})
PLACED = ("truncated at 20", "default value x", "swapped with city", "shifted by 2 days", "shifted row", "unknown")


@pytest.mark.parametrize("language", sorted(languages()))
@pytest.mark.parametrize("cause", [*(cause for cause in SAID if not cause.endswith(" ")), *PLACED])
def test_a_cause_has_words(cause: str, language: str) -> None:
    assert recognise(cause, CAUSES) or f"word.{cause}" in catalogue(language)


@pytest.mark.parametrize(
    ("cause", "fix"),
    [
        ("shifted row", "shifted row"),
        ("shifted by 3 days", "shifted"),
        ("truncated at 9", "truncated"),
        ("unknown", ""),
    ],
)
def test_the_longest_beginning_that_is_known_has_the_fix(cause: str, fix: str) -> None:
    assert causes.fix_of(cause) == (catalogue("en")[f"fix.{fix}"] if fix else "")
