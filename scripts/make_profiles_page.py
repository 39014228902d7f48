"""Write docs/profiles.md, docs/source-profile.schema.json and mappings/sources.json (the profiles, read already):
`python scripts/make_profiles_page.py`.

A test proves that all three are fresh.
"""

from collections.abc import Iterator
from pathlib import Path

from crm_migrate.mapping import library, profile_index
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.mapping.schema import profile_schema
from crm_migrate.suggesting.knowledge import profiles

ROOT = Path(__file__).parents[1]
DOCS, INDEX = ROOT / "docs", ROOT / "mappings" / profile_index.FILE
PAGE, SCHEMA = DOCS / "profiles.md", DOCS / "source-profile.schema.json"
HEAD = """# Source profiles

Generated from `mappings/sources/` by `scripts/make_profiles_page.py`. A profile is data: what an export of a system
looks like, and what becomes of each column. `crm-migrate init FOLDER` recognises files by their headers (in any order,
in other languages and capitals), names the profile, the layout and the evidence, and writes a mapping that uses it;
`use: hubspot/contacts` under a source does so by hand. Profiles of tables are recognised in a database, by the name of
the table and its columns: `crm-migrate init FOLDER --database env:NAME` writes the mapping with the joins; tables that
no profile knows, and joins whose table is not there, are told. Profiles of your own lie in `mappings/sources/`
of the project and come first; their words are in the [reference](mapping-reference.md#sourceprofile), their JSON
schema is [source-profile.schema.json](source-profile.schema.json).

Each layout is a test: a file made by us, of invented people, is recognised and mapped, and every value compared.
*Assumed* and *not verified* say that nobody has seen such a file. Where no column is an id, the key is made of names: a
renamed customer is then a new one.
"""


def page() -> str:
    """The whole page."""
    known = profiles(Path("/nowhere"))
    rows = [f"| `{name}` | {_table(profile)} |" for name, profile in known.items()]
    head = ["| profile | what it is | layouts | feeds | key | verified |", "|---|---|---|---|---|---|"]
    return "\n".join([HEAD, *head, *rows, "", *(line for each in known.items() for line in _section(*each))]) + "\n"


def _table(profile: SourceProfile) -> str:
    layouts = ", ".join(profile.layouts) or "one"
    key = ", ".join(f"`{column}`" for column in profile.key)
    return " | ".join((_cell(profile.title), layouts, ", ".join(_fed(profile)), key, profile.last_verified))


def _fed(profile: SourceProfile) -> list[str]:
    named = (field.partition(".")[0] for column in profile.columns.values() for field in column.field)
    return list(dict.fromkeys((*named, *profile.objects)))


def _section(name: str, profile: SourceProfile) -> Iterator[str]:
    yield f"## {name}\n"
    if profile.table:
        joined = ", ".join(dict.fromkeys(f"`{join.table}`" for join in profile.join.values()))
        yield f"* Table `{profile.table}` of a database" + (f", joined with {joined}." if joined else ".")
    said = {"": profile.evidence} if profile.evidence else {}
    said |= {layout: content.evidence for layout, content in profile.layouts.items() if content.evidence}
    for layout, evidence in said.items():
        if layout == "" or evidence != profile.evidence:
            yield f"* Evidence{f' of `{layout}`' if layout else ''}: {evidence}."
    if profile.consent:
        yield f"* Consent: {profile.consent}."
    yield from (f"* {quirk[:1].upper()}{quirk[1:]}." for quirk in profile.quirks)
    left = sum(column.left is not None for column in profile.columns.values())
    yield f"* {len(profile.columns) - left} of {len(profile.columns)} columns are read; the others say why not.\n"


def index() -> str:
    """The profiles that we ship, read from their files."""
    found = (library.find("sources", name, Path("/nowhere")) for name in library.names("sources", Path("/nowhere")))
    read = ((entry.digest, library.read_profile(entry)) for entry in found if entry is not None)
    return profile_index.written((digest, each) for digest, (each, wrong) in read if each and not wrong)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(profile_schema(), encoding="utf-8")
    INDEX.write_text(index(), encoding="utf-8", newline="\n")
