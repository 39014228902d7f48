"""The workbook of a mapping: what is on its first sheet, what its cells offer, and what could not be looked at."""

from collections.abc import Iterator

from crm_migrate.agreeing.book import Book, Sheet
from crm_migrate.agreeing.looking import look
from crm_migrate.agreeing.sheets import Asked, missing_fields, sheets, unmapped_values, unread_columns
from crm_migrate.agreeing.standing import standing
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.resolving import Draft
from crm_migrate.mapping.text import normal_name
from crm_migrate.words.language import Language
from crm_migrate.workspace.layout import Project

STATUSES = ("open", "asked", "agreed", "refused")
_HOW = ("column", "translation", "status", "owner", "due", "decision", "locked", "blank", "back")


def export(project: Project, draft: Draft, sources: OpenSources, words: Language) -> tuple[Book, dict[str, str]]:
    """The workbook of a mapping, and the sources that could not be read with the reason."""
    columns = {source.name: unread_columns(draft, source) for source in draft.plan.sources}
    looked = look(draft.plan, project, sources, samples=True, columns=columns)
    asked = Asked(draft, standing(draft), looked, words)
    made = sheets(asked)
    book = Book(
        project=draft.plan.project,
        mapping=draft.read.written.name,
        digest=draft.read.written.digest,
        language=words.code,
        start=asked.say("start"),
        front=tuple(_front(asked, made)),
        sheets=made,
        lists=_lists(asked),
    )
    return book, looked.unread


# ----------------------------------------------------------------------------------------------------- first sheet


def _front(asked: Asked, made: tuple[Sheet, ...]) -> Iterator[tuple[str, str, str]]:
    """What it is, what is open, what may be changed and how, what is not in it."""
    draft = asked.draft
    yield "title", draft.plan.title or draft.plan.project, ""
    yield "text", asked.say("front_what"), asked.say("front_what_text")
    digest = draft.read.written.digest[:12]
    made_of = asked.say("front_made_text", file=draft.read.written.name, digest=digest)
    yield "text", asked.say("front_made"), made_of
    yield "blank", "", ""
    yield "head", asked.say("front_open"), ""
    yield from (("count", label, number) for label, number in _open(asked))
    yield "blank", "", ""
    yield "head", asked.say("front_how"), ""
    yield from (("text", asked.say(f"how_{each}"), asked.say(f"how_{each}_text")) for each in _HOW)
    yield "blank", "", ""
    yield "head", asked.say("front_sheets"), ""
    yield from (("link", sheet.title, sheet.about) for sheet in made)
    yield "blank", "", ""
    yield "head", asked.say("front_privacy"), ""
    yield "text", asked.say("front_masked"), asked.say("front_masked_text")
    for source, reason in asked.looked.unread.items():
        yield "text", asked.say("front_unread"), asked.say("front_unread_text", source=source, reason=reason)


def _open(asked: Asked) -> Iterator[tuple[str, str]]:
    draft, standing_ = asked.draft, asked.standing
    missing = sum(len(missing_fields(draft, one)) for one in draft.plan.objects)
    yield asked.say("open_required"), asked.words.number(missing)
    yield asked.say("open_proposed"), asked.words.number(len(standing_.proposed))
    owed = sum(standing_.said(key, "status") in ("open", "asked") for key in standing_.register)
    yield asked.say("open_register"), asked.words.number(owed)
    if any(source.name not in asked.looked.unread for source in draft.plan.sources):
        values = sum(len(unmapped_values(draft, asked.looked, name)) for name in draft.file.value_maps)
        yield asked.say("open_values"), asked.words.number(values)
    else:
        yield asked.say("open_values"), asked.say("not_looked")


# ----------------------------------------------------------------------------------------------- what cells offer


def _lists(asked: Asked) -> dict[str, tuple[str, ...]]:
    """What cells offer: columns and statuses are the only ones there are, the others may be new."""
    draft, said = asked.draft, asked.standing.register.values()
    found = {f"columns:{source}": _columns(draft, source) for source in draft.desk.headers}
    found["status"] = tuple(asked.say(f"status_{each}") for each in STATUSES)
    people = {entry["owner"] for entry in said if "owner" in entry} | set(draft.plan.reconcile.sign_off)
    found["owner"] = tuple(sorted(people | {who for who, *_ in draft.plan.decision_words.values() if who}))
    found["decision"] = tuple(draft.plan.decisions)
    for name, value_map in draft.plan.value_maps.items():
        choices = [choice for each in _asking(draft, name) for choice in each]
        found[f"choices:{name}"] = tuple(dict.fromkeys([*choices, *filter(None, value_map.entries.values())]))
    return found


def _columns(draft: Draft, source: str) -> tuple[str, ...]:
    tag = draft.file.sources[source].tag
    return tuple(dict.fromkeys([*map(normal_name, draft.desk.headers[source]), *([tag] if tag else [])]))


def _asking(draft: Draft, name: str) -> Iterator[tuple[str, ...]]:
    """The choices of the fields that ask a value map."""
    for one in draft.plan.objects:
        for field in one.fields:
            steps = (step for cell in field.cells.values() for step in cell.steps)
            if field.choices and any(step.name == "map" and step.args[0] == name for step in steps):
                yield field.choices
