"""Values that the mapping itself writes into a field (constants, branches, value maps): choices of the target."""

from crm_migrate.mapping.field_line import Line
from crm_migrate.mapping.plan import CasePlan
from crm_migrate.mapping.resolving_value_maps import entry_path
from crm_migrate.mapping.text import PlacedStep, normal_name
from crm_migrate.mapping.tree import Path

NOTHING = (None, "null", "~", "")  # what a branch says that writes nothing


def chosen(line: Line, value: str | None, word: str) -> str | None:
    """The value of a word of the field (`constant`, `default`), checked."""
    check_choice(line, value, (*line.path, word))
    return value


def check_choice(line: Line, value: str | None, path: Path) -> None:
    """A value that the mapping writes is one of the target's choices."""
    choices = (*line.profile.choices, *line.profile.map) if line.profile and line.profile.choices else ()
    if value and choices and normal_name(value) not in {normal_name(choice) for choice in choices}:
        line.desk.unknown("choice_unknown", f"for `{line.name}` the target's choice", value, choices, path)


def check_translations(line: Line, written: tuple[PlacedStep, ...]) -> None:
    """What a value map of this field writes must be one of the target's choices."""
    for step in written:
        name = step.plan.args[0] if step.plan.name == "map" and step.plan.args else ""
        if name not in line.desk.value_maps:
            continue
        listed = line.desk.file.value_maps[name].map
        for source, value in listed.items():
            check_choice(line, value, entry_path(name, source))
        read = line.desk.value_maps[name]
        for value in sorted(set(read.entries.values()) - {normal_name(value) for value in listed.values()}):
            check_choice(line, value, ("value_maps", name, "file"))
        check_choice(line, read.default, ("value_maps", name, "unmapped"))


def cases(line: Line) -> tuple[CasePlan, ...]:
    """The branches of `case`; one that is never reached is told."""
    plans: list[CasePlan] = []
    seen: set[str] = set()
    for at, branch in enumerate(line.spec.case):
        path: Path = (*line.path, "case", at)
        if plans and plans[-1].when is None:
            line.desk.tell(
                "case_unreachable", "this branch comes after `else` and is never reached", path, "Move it up."
            )
        elif branch.when is not None and branch.when.strip() in seen:
            message = "this branch has the condition of an earlier one and is never reached"
            line.desk.tell("case_unreachable", message, (*path, "when"), "Delete it.")
        seen.add((branch.when or "").strip())
        word = "then" if branch.when is not None else "else"
        value = branch.then if branch.when is not None else branch.else_
        value = None if value in NOTHING else value
        check_choice(line, value, (*path, word))
        plans.append(CasePlan(when=branch.when, then=value))
    return tuple(plans)
