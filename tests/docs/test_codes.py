"""Every code that the package uses is in the catalogue, every entry of the catalogue is used, and the page is fresh."""

import ast
import importlib.util
import re
from pathlib import Path

from crm_migrate.cleansing.text.note_flags import FLAGS
from crm_migrate.cleansing.vocabulary import table
from crm_migrate.codes import CODES
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.desk import Desk

ROOT = Path(__file__).parents[2]
PACKAGES = [p for folder in ("crm_migrate", "connectors") for p in sorted((ROOT / folder).rglob("*.py"))]
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGES if path.name != "codes.py"]
# Families of codes that are put together from a state: `parent_` + held, `unexplained_` + lost.
COMPOSED = {
    "parent_rejected", "unexplained_lost", "unexplained_doubled", "unexplained_phantom", *table("sensitive_phrases"),
}  # fmt: skip


def test_the_page_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("make_codes", ROOT / "scripts" / "make_codes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.PAGE.read_text(encoding="utf-8") == module.page().rstrip("\n") + "\n", "python scripts/make_codes.py"


def test_every_entry_is_used_and_says_what_to_do() -> None:
    words = {
        word
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in re.findall(r"[a-z_]+", node.value)
    }

    assert set(CODES) - words - COMPOSED == set()
    assert all(entry.title.endswith(".") and entry.fix.endswith(".") for entry in CODES.values())


def test_every_finding_of_the_package_is_in_the_catalogue() -> None:
    named = {code for tree in TREES for node in ast.walk(tree) if (code := _code(node)) is not None}

    assert len(named) > 50
    assert named - set(CODES) == set()


def _code(node: ast.AST) -> str | None:
    """The code of a call that makes a finding, sets a row aside, or flags a cell."""
    if not isinstance(node, ast.Call):
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    place = {"Finding": 0, "finding": 0, "tell": 0, "tell_key": 0, "unknown": 0, "_aside": 2, "Reason": 2, "Cell": 1}
    named = [k.value for k in node.keywords if k.arg == "code"]
    found = named or node.args[place[name] : place[name] + 1] if name in place else []
    code = found[0].value if found and isinstance(found[0], ast.Constant) else None
    ours = {"ok", "changed", "null", "invalid", "ambiguous"}  # flags of a step: the type of the field names the code
    return code if isinstance(code, str) and code and code not in ours else None


def test_every_reason_that_a_type_gives_and_every_flag_of_a_note_is_in_the_catalogue() -> None:
    flags = ("invalid", "ambiguous", "truncated", "cut", "partial", *FLAGS)

    assert {kind.reason(flag) for kind in TYPES.values() for flag in flags} - set(CODES) == set()


def test_the_desk_of_the_mapping_takes_the_code_first() -> None:
    for method in (Desk.tell, Desk.tell_key, Desk.unknown):
        assert method.__code__.co_varnames[1] == "code"


def test_every_kind_of_sensitive_content_has_a_page() -> None:
    assert set(table("sensitive_phrases")) <= set(CODES)
