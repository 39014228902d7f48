"""`privacy:` as the engine runs it: who is erased, and how long records may be kept, as checks of merged records."""

import calendar
from collections.abc import Sequence
from datetime import date

from crm_migrate.cleansing import Context
from crm_migrate.cleansing.contact.mentions import Mentions
from crm_migrate.disk.lines import Lines
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.checking import over_record
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.erase_list import Entry, read_entries, told
from crm_migrate.mapping.model_privacy import Retention
from crm_migrate.mapping.plan import CheckPlan, ErasePlan, ObjectPlan
from crm_migrate.mapping.refs import is_date, read_text
from crm_migrate.mapping.side_tables import read_list
from crm_migrate.mapping.tree import Path

TOO_OLD, UNDATED = "retention", "retention_undated"


def erase(desk: Desk, objects: Sequence[ObjectPlan]) -> ErasePlan | None:
    """Who asked to be erased. The list is read here to be checked; what it says goes into no plan."""
    written = desk.file.privacy.erase
    if written is None:
        return None
    path: Path = ("privacy", "erase")
    desk.decided(written.because, (*path, "because"))
    for name in written.children.keys() - {""} - desk.file.objects.keys():
        desk.unknown("object_unknown", "the object", name, desk.file.objects, (*path, "children", name), key=True)
    for name in sorted(name for name, word in written.children.items() if word == "clear" and name in desk.links):
        message = f"`{name}: clear` would leave links with one end"
        desk.tell(
            "field_conflict", message, (*path, "children", name), "Say `exclude`, as it is unless said, or `hold`."
        )
    place: Path = (*path, "list") if desk.written((*path, "list")) else path
    text = read_text(desk, written.list_, place)
    if text is not None:
        _check_list(desk, written.list_, text, objects, place)
    return ErasePlan(
        people=written.list_, several=written.several, suppressions=written.suppressions, because=written.because
    )


def _check_list(desk: Desk, name: str, text: str, objects: Sequence[ObjectPlan], place: Path) -> None:
    header, rows, wrong = read_list(text)
    for each in wrong:
        desk.tell("mapping_file", f"`{name}` {each.message}", place, each.hint, count=each.count)
    entries, unfit = read_entries(header, rows, objects, desk.file.sources, list_context(desk))
    for message, lines in told(unfit):
        where = f"{Lines(lines)}: {message}" if lines != [0] else message
        hint = "" if lines != [0] else _COLUMNS
        desk.tell("erase_list", f"`{name}`: {where}", place, hint, count=len(lines))
    if not wrong and not unfit:
        _check_inputs(desk, entries, place)


_COLUMNS = (
    "Its columns are email, phone, key (source:key), name and birth_date, or a type or field of people and"
    " organisations; what says nothing of a person is called note..."
)


def _check_inputs(desk: Desk, entries: Sequence[Entry], place: Path) -> None:
    """What people wrote down for the migration goes into its plan: nobody who is erased may stand there."""
    written = [text for entry in entries for text in entry.written.values()]
    spoken = Mentions(written, (text for text in written if text.startswith("+")))
    own = desk.file.privacy.erase
    for name in sorted(desk.files):
        file = desk.project.folder / name
        if (own is not None and name == own.list_) or not file.is_file():
            continue
        lines = [n for n, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1) if spoken.found(line)]
        if lines:
            message = f"`{name}` speaks of somebody who is to be erased ({Lines(lines)})"
            desk.tell("erase_written", message, place, "Take it out: this file goes into the plan of every run.")


def list_context(desk: Desk) -> Context:
    """How the list is read: as the project says of itself."""
    project = desk.file.project
    return Context(locale=project.locale, time_zone=project.time_zone, as_of=project.as_of)


def retention(desk: Desk, objects: dict[str, ObjectPlan]) -> tuple[CheckPlan, ...]:
    """What is older than it may be is left out by its decision; what has no date does as it says."""
    found: list[CheckPlan] = []
    as_of = desk.file.project.as_of
    for name, rule in desk.file.privacy.retention.items():
        path: Path = ("privacy", "retention", name)
        desk.decided(rule.because, (*path, "because"))
        if name not in objects:
            desk.unknown("object_unknown", "the object", name, objects, path, key=True)
        elif as_of is None:
            hint = "Write `as_of: YYYY-MM-DD` under `project:`."
            desk.tell_key("mapping_missing", "an age needs the day that it is counted from", path, hint)
        elif is_date(as_of) and _is_sound(desk, objects[name], rule, path):
            found += _checks(name, rule, as_of)
    return tuple(found)


def _is_sound(desk: Desk, plan: ObjectPlan, rule: Retention, path: Path) -> bool:
    """Whether the fields are dates of the object and the condition can be read; else it is told."""
    before = len(desk.findings)
    dates = [f.name for f in plan.fields if f.kind.storage in ("date", "instant")]
    for at, field in enumerate(rule.by):
        if field not in dates:
            message = f"`{field}` is no field of `{plan.name}` that holds a day"
            place: Path = (*path, "by", at) if len(rule.by) > 1 else (*path, "by")
            desk.tell("field_unknown", message, place, nearest(field, dates))
    if rule.where is not None:
        over_record(desk, rule.where, plan, (*path, "where"), with_derived=True)
    return len(desk.findings) == before


def _checks(name: str, rule: Retention, as_of: str) -> list[CheckPlan]:
    first = first_kept(as_of, rule.older_than)
    young = " or ".join(f"{field} >= {first}" for field in rule.by)
    dated = " or ".join(rule.by)
    about = f"not ({rule.where}) or " if rule.where is not None else ""
    listed = " and ".join([", ".join(rule.by[:-1]), rule.by[-1]] if len(rule.by) > 1 else rule.by)
    too_old = CheckPlan(
        id=rule.because, object=name, expression=f"{about}not ({dated}) or {young}", otherwise="exclude",
        say=f"older than may be kept: {listed} is before {first}", code=TOO_OLD,
    )  # fmt: skip
    undated = CheckPlan(
        id=rule.because, object=name, expression=f"{about}{dated}", say=f"{listed} is empty: its age is not known",
        otherwise="warn" if rule.undated == "keep" else rule.undated, code=UNDATED,
    )  # fmt: skip
    return [too_old, undated]


def first_kept(as_of: str, age: str) -> str:
    """The first day that is not older than `age` on that day: the same day of that month, or the month's last."""
    today, count, unit = date.fromisoformat(as_of), int(age[:-1]), age[-1]
    if unit == "d":
        return date.fromordinal(max(today.toordinal() - count, 1)).isoformat()
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    year, month = max(months // 12, 1), months % 12 + 1
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1])).isoformat()
