"""Write docs/codes.md from the catalogue: `python scripts/make_codes.py` (a test proves that it is fresh)."""

from itertools import groupby
from pathlib import Path

from crm_migrate.codes import CODES

PAGE = Path(__file__).parents[1] / "docs" / "codes.md"
HEAD = """# Reason and finding codes

Every row, cell or line of a mapping that needs eyes carries one of these words. They never change their meaning.
`crm-migrate codes CODE` prints one. Generated from `crm_migrate/words/en/codes.json` by `scripts/make_codes.py`.
"""


def page() -> str:
    """The whole page."""
    families = groupby(CODES.items(), key=lambda item: item[1].family)
    sections = (f"\n## {family}\n\n" + "".join(_entry(*item) for item in items) for family, items in families)
    return HEAD + "".join(sections)


def _entry(name: str, code: object) -> str:
    return f"### {name}\n\n{getattr(code, 'title', '')}\n\n*Fix:* {getattr(code, 'fix', '')}\n\n"


if __name__ == "__main__":
    PAGE.write_text(page().rstrip("\n") + "\n", encoding="utf-8")
