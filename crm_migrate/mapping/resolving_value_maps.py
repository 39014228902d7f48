"""Value maps as the engine asks them: inline entries and those of a CSV in one, by one column or by several."""

from dataclasses import replace

from crm_migrate.finding import errors
from crm_migrate.mapping import refs
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import BY, MAP_JOINER, ValueMapPlan
from crm_migrate.mapping.text import PlacedStep, normal_name
from crm_migrate.mapping.tree import Path


def value_map(desk: Desk, name: str) -> ValueMapPlan:
    """The value map of that name; what is wrong with it is told, each thing once."""
    written, path = desk.file.value_maps[name], ("value_maps", name)
    before = len(desk.findings)
    by = _by(desk, name, path)
    entries: dict[str, str] = {}
    for source, value in written.map.items():
        _check_depth(desk, source, by, entry_path(name, source))
        if entries.setdefault(normal_words(source), normal_name(value)) != normal_name(value):
            message = f"`{shown(source)}` has two translations: it differs from another only by blanks or composition"
            desk.tell_key("mapping_duplicate", message, entry_path(name, source), "Keep one of the two.")
    if written.file and not errors(desk.findings[before:]):
        _read(desk, written.file, by or ("from",), (*path, "file"), entries)
    if not entries and not errors(desk.findings[before:]):  # else the reason is told
        desk.tell_key("mapping_missing", f"the value map `{name}` is empty", path, "Add `map:` or `file:`.")
    word, _, default = written.unmapped.partition("(")
    return ValueMapPlan.model_validate(
        {"name": name, "by": by, "entries": entries, "unmapped": word, "default": default[:-1] if default else None}
    )


def entry_path(name: str, words: str) -> Path:
    """Where an inline entry stands in the file."""
    return ("value_maps", name, "map", *words.split(MAP_JOINER))


def normal_words(words: str) -> str:
    """The words of an entry as they are compared."""
    return MAP_JOINER.join(normal_name(word) for word in words.split(MAP_JOINER))


def shown(words: str) -> str:
    """The words of an entry as people read them."""
    return ", ".join(words.split(MAP_JOINER))


def _by(desk: Desk, name: str, path: Path) -> tuple[str, ...]:
    """The names of the columns of a map on several; none where it is on one."""
    by = tuple(normal_name(column) for column in desk.file.value_maps[name].by)
    if not by and not desk.written((*path, "by")):
        return ()
    if len(by) < 2:
        message = "`by:` names the columns of a map on several: one column alone needs none"
        desk.tell_key("mapping_value", message, (*path, "by"), "Take it out, or name two columns: `[pipeline, stage]`.")
    if "to" in by or len(set(by)) < len(by):
        what = "`to` is the column of the translation" if "to" in by else "`by:` names a column twice"
        desk.tell("mapping_value", what, (*path, "by"), "Name each column that decides once, the cell's own last.")
    return by


def _check_depth(desk: Desk, words: str, by: tuple[str, ...], path: Path) -> None:
    """An entry has a word for each column of the map."""
    found, wanted = len(words.split(MAP_JOINER)), max(1, len(by))
    if found == wanted:
        return
    if not by:
        message, hint = "words stand in each other here, and the map has no `by:`", "Add `by: [pipeline, stage]`."
    else:
        message = f"this entry has {found} word(s), and `by:` names {wanted} columns"
        hint = f"Write {{word of {by[0]}: {{word of {by[1]}: translation}}}}."
    desk.tell_key("mapping_value", message, path, hint)


def _read(desk: Desk, file: str, keys: tuple[str, ...], path: Path, entries: dict[str, str]) -> None:
    """The entries of a CSV beside those of the mapping."""
    rows = refs.read_csv(desk, file, path, (*keys, "to"), keys=len(keys))
    twice, odd = [], []
    for line, row in rows.items():
        words = MAP_JOINER.join(row[key] for key in keys)
        if words.count(MAP_JOINER) >= len(keys):
            odd.append((line, words))
        elif entries.setdefault(words, row["to"]) != row["to"]:
            twice.append((line, shown(words)))
    what, hint = "with a second translation", "Keep one of the two."
    refs.tell_lines(desk, file, path, what, hint, twice, "mapping_duplicate")
    refs.tell_lines(desk, file, path, f"with `{MAP_JOINER}`, which stands between words of ours", "Take it out.", odd)


def with_columns(desk: Desk, source: str, steps: tuple[PlacedStep, ...], path: Path) -> tuple[PlacedStep, ...]:
    """The steps with the columns of this source that they read beside the cell: those of a map on several columns, and
    the one of countries."""
    return tuple(_with_columns(desk, source, step, path) for step in steps)


def _with_columns(desk: Desk, source: str, step: PlacedStep, path: Path) -> PlacedStep:
    if BY in step.plan.options:
        column = desk.column(source, step.plan.options[BY], path, step.at)
        return replace(step, plan=step.plan.model_copy(update={"options": {**step.plan.options, BY: column}}))
    return _of_map(desk, source, step, path) if step.plan.name == "map" else step


def _of_map(desk: Desk, source: str, step: PlacedStep, path: Path) -> PlacedStep:
    name, *named = step.plan.args or ("",)
    by = desk.value_maps[name].by if name in desk.value_maps else ()
    if not by or len(named) not in (0, len(by) - 1):  # the latter was told
        return step
    before = len(desk.findings)
    columns = [desk.column(source, column, path, step.at) for column in named or by[:-1]]
    if not named:
        more = f"`{name}` is by {', '.join(by)}: name the column behind it, `map({name}, COLUMN)`."
        desk.findings[before:] = [replace(f, hint=f"{f.hint} {more}".strip()) for f in desk.findings[before:]]
    return replace(step, plan=step.plan.model_copy(update={"args": (name, *columns)}))
