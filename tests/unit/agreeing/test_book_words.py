"""The words of the workbook: every language has all of them, and every word of the mapping language has a sentence."""

import json
import re
import string
from pathlib import Path

import pytest

from crm_migrate.agreeing.sentences import _IDLE, _TIDYING
from crm_migrate.cleansing.steps import STEPS
from crm_migrate.mapping.resolving_fields import SURVIVE
from crm_migrate.words import languages
from crm_migrate.words.language import language

ROOT = Path(__file__).resolve().parents[3] / "crm_migrate" / "words"


def own(code: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / code / "book.json").read_text("utf-8"))
    return found


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_english_german_and_turkish_say_the_same() -> None:
    assert languages("book") >= {"en", "de", "tr"}
    for code in languages("book"):
        assert {k: places(v) for k, v in own(code).items()} == {k: places(v) for k, v in own("en").items()}
        assert all(own(code).values())
        assert own(code).items() <= language(code, "book").words.items()


@pytest.mark.parametrize("code", ["de", "tr"])
def test_nothing_is_left_in_english(code: str) -> None:
    english = own("en")
    bare = {key: re.sub(r"\{\w+\}", "", text) for key, text in own(code).items()}
    same = {key for key, text in own(code).items() if text == english[key] and any(map(str.isalpha, bare[key]))}
    assert same == set()


def test_every_step_and_every_survivorship_has_its_words() -> None:
    words = own("en")
    assert {f"book.step.{name}" for name in STEPS if name not in _TIDYING} <= words.keys()
    assert {f"book.survive.{name}" for name in SURVIVE - _IDLE} <= words.keys()
