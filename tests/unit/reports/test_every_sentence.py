"""Every sentence that a stage, a step of clean-up or a reader of files can write has words in every language."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from crm_migrate.matching import comparing
from crm_migrate.matching.comparing import company_names, composites, kernels, organisations, records
from crm_migrate.matching.comparing.sentences import _PARTS as PARTS
from crm_migrate.matching.comparing.sentences import _WORDS as TERMS
from crm_migrate.matching.deciding.evidence import KINDS
from crm_migrate.words import catalogue, languages
from crm_migrate.words.messages import READING, SENTENCES, recognise

ROOT = Path(comparing.__file__).parents[3]
ROOMS = (
    "crm_migrate/stages", "crm_migrate/quality", "crm_migrate/cleansing", "crm_migrate/matching/deciding",
    "connectors/crm_migrate_files", "connectors/crm_migrate_sql",
)  # fmt: skip
# Modules of these rooms whose words are for the terminal, for documents, or for one who set up a connector.
ELSEWHERE = re.compile(
    r"stages/(reconcile/verdict|dedupe/rules|validate/__init__|undo/\w+)"
    r"|stages/load/(plan|forecast|files_forecast|undeleting|drift|offline|choices|said_values|needs|restoring|publishing|sending/\w+)"
    r"|cleansing/(kinds|kind_steps|csv_shapes|table_files|people/person_steps|places/address_steps|evidence|dates/exchanged)"
    r"|quality/evidence|matching/deciding/evidence"
    r"|crm_migrate_files/(formats|contents|old_formats|dbf_head|mdbtools|sql_tokens|sheet_child|workbook|widths|__init__)"
    r"|crm_migrate_sql/(?!source|bisecting)\w+"
)
# Sentences among the others that no report shows.
NEVER = (
    "a rehearsal with the first", "the mapping or the program changed", "run again once nothing writes to it any more",
    "a table has at most", "the row when", "join_unused", "its objects have more than",
    "each line holds one record in braces", "a yes or no",
)  # fmt: skip
SQL = re.compile(
    r"\b(?:SELECT|FROM|WHERE|JOIN|CASE|WHEN|AND|OR|IN|INSERT|VARCHAR|GROUP BY|ORDER BY|AS|NULL|OVER|DISTINCT|IF)\b"
)
NO_PROSE = re.compile(r"\w\(|::|\)\s*[<>=]|[\w']\s=\s'|[\\|^]|\(\?|__|\w/\w|^(?:\w+, )+\w+$|^\w+ alike$|^\(")
WORD = re.compile(r"\b[a-z]{2,}\b")


def pieces(node: ast.AST) -> list[str]:
    """The texts of a literal between its places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.split(r"\{\w*\}", node.value)  # some are filled in by `format`
    if isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            if isinstance(part, ast.Constant):
                found[-1] += str(part.value)
            else:
                found.append("")
        return found
    return []


def sentences(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and pieces of what reads like English in a module: no docstrings, no errors, no SQL."""
    tree = ast.parse(path.read_text("utf-8"))
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise | ast.Assert):
            left_out |= {id(inside) for inside in ast.walk(node)}
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(part) for part in node.values}
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            left_out.add(id(body[0].value))
    for node in ast.walk(tree):
        found = pieces(node) if id(node) not in left_out else []
        text = " … ".join(found)
        if len(WORD.findall(text)) > 2 and not SQL.search(text) and not NO_PROSE.search(text) and len(text.split()) > 2:
            yield getattr(node, "lineno", 0), found


@cache
def literals() -> tuple[str, ...]:
    """The words of every text of the English catalogue, without its places."""
    return tuple("\0".join(text for text, *_ in Formatter().parse(said)) for said in catalogue("en").values())


def is_said(found: list[str]) -> bool:
    """Whether one text of the catalogue holds all pieces, or is the sentence with something in its places."""
    wanted = [piece.strip(" '") for piece in found if WORD.search(piece)]
    if any(all(piece in said for piece in wanted) for said in literals()):
        return True
    return any(recognise("7".join(found), family) for family in (SENTENCES, READING))


MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if not ELSEWHERE.search(path.relative_to(ROOT).as_posix().removesuffix(".py"))
)


@pytest.mark.parametrize("module", MODULES)
def test_every_sentence_of_a_module_is_in_the_catalogue(module: str) -> None:
    unsaid = [
        (line, "{}".join(found))
        for line, found in sentences(ROOT / module)
        if not is_said(found) and not any(words in " ".join(found) for words in NEVER)
    ]
    assert unsaid == [], "say it in crm_migrate/words/*/sentences.json, in every language"


def levels() -> set[str]:
    """The levels of agreement of all comparisons."""
    tables = (company_names, composites, kernels, organisations, records)
    lists = [value for module in tables for value in vars(module).values() if isinstance(value, tuple)]
    return {label for labels in lists if labels[:1] == ("missing",) for label in labels[1:]}


@pytest.mark.parametrize("code", sorted(languages()))
def test_levels_and_terms_of_comparisons_have_words(code: str) -> None:
    words = catalogue(code)
    assert {label for label in levels() if f"level.{label}" not in words} == set()
    parts = {term for same, _, other in PARTS.values() for term in (*same, *other)}
    assert {term for term in (*TERMS.values(), *parts) if f"term.{term}" not in words} == set()
    assert {kind for kind in KINDS if f"kind.{kind}" not in words} == set()
    contexts = {organisations._APART[name] for name in organisations._APART} | {composites.HOUSEHOLD, "colleague"}
    assert {context for context in " ".join(contexts).split() if f"context.{context}" not in words} == set()


def test_no_key_of_a_catalogue_is_said_twice() -> None:
    """The second one would take the words of the first away."""
    for path in (ROOT / "crm_migrate" / "words").rglob("*.json"):
        pairs: list[tuple[str, object]] = json.loads(path.read_text("utf-8"), object_pairs_hook=list)
        assert [name for name, times in Counter(name for name, _ in pairs).items() if times > 1] == [], path


@pytest.mark.parametrize("code", sorted(languages("sentences")))
def test_a_sentence_has_the_places_of_the_english_one(code: str) -> None:
    """Also of a language that has words for some of them only."""
    english = catalogue("en")
    file = ROOT / "crm_migrate" / "words" / code / "sentences.json"
    said: dict[str, str] = json.loads(file.read_text("utf-8"))
    assert {key for key, text in said.items() if _places(text) != _places(english[key])} == set()


def _places(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}
