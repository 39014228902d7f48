"""Write docs/where-fields-land.md from the target profiles: `python scripts/make_fields_page.py`.

A test proves that it is fresh.
"""

from collections.abc import Iterator
from pathlib import Path

from crm_migrate.crm.model import OBJECTS
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping import library
from crm_migrate.mapping.profiles import ProfileField, TargetProfile

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "where-fields-land.md"
CRMS = ("salesforce", "hubspot", "dynamics", "zoho", "freshsales", "odoo")
HEAD = """# Where fields land in each CRM

Generated from `mappings/targets/` by `scripts/make_fields_page.py`. A field of the CRM model, and the field of the CRM
that the profile we ship gives it; another one is said with `to:`, or in a copy of the profile in `mappings/targets/` of
the project. **None of these CRMs was seen live**: each page ([Salesforce](salesforce.md), [HubSpot](hubspot.md),
[Dynamics 365](dynamics.md), [Zoho CRM](zoho.md), [Freshsales](freshsales.md), [Odoo](odoo.md)) says what stands behind it.

In a cell stands the field of the CRM, and what does not fit:

* **—**: the profile names no place. Under our own name it becomes a field that `target prepare` makes where the API can;
  `plan` lists what the target lacks before anything is written. An object without a place goes nowhere: `to:` names one.
* **≤ 80**: it takes so many characters. A longer value is held by `plan` (`target_would_refuse`), unless a step of the
  mapping cuts it: then each cut is counted and shown.
* **words**: it has words of its own. Values that are none of them are told by `plan` (`not_a_choice`) with their counts.
* **`closedwon` is `Closed Won`**: words of ours, and its words for them, in which they are written (`target_words` tells
  it). Any other word goes as it is.
* **empty is `false`**, **none is cleared**, **once: keep_best**: what goes for an empty value, for one that is none, and
  for one that several records have, unless the mapping says it (`target_default` tells it).
* **nowhere**: it has nothing like it. The field is read, accounted for and archived (`target_nowhere` tells it).
* **as date**: it is kept as this type, not as the model has it. What comes back otherwise is a difference in the report.
* **its own**: the CRM computes it. A record that brings a value for it is held (`target_would_refuse`).
* **→ accounts**: a link. Those that are missing, wrong or lead nowhere are counted in the report.

What a CRM changes or loses beyond that stands below each table, and on its page.
"""  # noqa: E501 -- paragraphs of a page


def page() -> str:
    """The whole page."""
    known = {name: profile for name in CRMS if (profile := library.target_named(name, Path("/nowhere"))) is not None}
    parts = [HEAD]
    for name in OBJECTS:
        if any(name in profile.objects for profile in known.values()):
            parts += ["\n".join(_object(name, known)), ""]
    parts += ["## What each CRM is like", "", *_quirks(known)]
    return "\n".join(parts).rstrip() + "\n"


def _object(name: str, known: dict[str, TargetProfile]) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"| field | {' | '.join(profile.called for profile in known.values())} |"
    yield "|---" * (len(known) + 1) + "|"
    there = {crm: profile.objects[name] for crm, profile in known.items() if name in profile.objects}
    yield "| **object** | " + " | ".join(_code(there[c].name) if c in there else "—" for c in known) + " |"
    further = (field for each in there.values() for field in each.fields)
    fields = dict.fromkeys([*(each.name for each in OBJECTS[name].fields), *further])
    for field in fields:
        cells = [_cell(name, field, there[c].fields.get(field) if c in there else None) for c in known]
        if any(cell != "—" for cell in cells):
            yield f"| `{field}` | {' | '.join(cells)} |"
    none = [f"`{field}`" for field in fields if not any(field in each.fields for each in there.values())]
    if none:
        yield f"\nNo place in any of them by these profiles: {', '.join(none)}."
    for crm, each in there.items():
        yield from (f"\n* {known[crm].called}: {quirk}." for quirk in each.quirks)


def _cell(object: str, name: str, field: ProfileField | None) -> str:
    if field is None:
        return "—"
    model = OBJECTS[object].field(name)
    told = []
    if field.reference:
        told.append(f"→ {field.reference}")
    if field.read_only:
        told.append("its own")
    if field.length:
        told.append(f"≤ {field.length:,}")
    if field.choices:
        told.append("words")
    if field.type and model is not None and _differs(field.type, model.type):
        told.append(f"as {field.type}")
    told += _said(field)
    if field.nowhere:
        return f"nowhere: {field.nowhere}"
    if field.note:
        told.append(field.note)
    return " · ".join([_code(field.column or name), *told]).replace("|", "\\|")


def _said(field: ProfileField) -> Iterator[str]:
    """What goes where the mapping says nothing."""
    yield from (f"{_code(ours)} is {_code(theirs)}" for ours, theirs in field.map.items())
    if field.default is not None:
        yield f"empty is {_code(field.default)}"
    if field.on_invalid is not None:
        yield {"clear": "none is cleared", "hold": "none waits", "keep": "none is kept"}[field.on_invalid]
    if field.shared is not None:
        yield f"once: {field.shared}"


def _differs(theirs: str, ours: str) -> bool:
    """Whether a type keeps its values otherwise."""
    return theirs in TYPES and ours in TYPES and TYPES[theirs].storage != TYPES[ours].storage


def _quirks(known: dict[str, TargetProfile]) -> Iterator[str]:
    for profile in known.values():
        yield f"### {profile.title}\n"
        yield f"Looked at on {profile.last_verified}; from: {profile.evidence}.\n"
        yield from (f"* {quirk[:1].upper()}{quirk[1:]}." for quirk in profile.quirks)
        yield ""


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
