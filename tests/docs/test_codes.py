"""Every code that the package uses is in the catalogue, every entry of the catalogue is used, and the page is fresh."""

import importlib.util
import re
from pathlib import Path

from crm_migrate.codes import CODES

ROOT = Path(__file__).parents[2]


def test_the_page_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("make_codes", ROOT / "scripts" / "make_codes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert module.PAGE.read_text(encoding="utf-8") == module.page().rstrip("\n") + "\n", "python scripts/make_codes.py"


def test_every_entry_is_used_and_says_what_to_do() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("crm_migrate", "connectors")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "codes.py"
    )
    unused = [name for name in CODES if not re.search(rf"\b{name}\b", code)]

    assert unused == []
    assert all(entry.title.endswith(".") and entry.fix.endswith(".") for entry in CODES.values())


def test_every_finding_of_the_package_is_in_the_catalogue() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "crm_migrate").rglob("*.py"))
    named = set(re.findall(r'Finding\(\s*(?:code=)?"([a-z_]+)"', code))

    assert named - set(CODES) == set()
