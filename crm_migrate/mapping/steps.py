"""The steps of a cell: what was written, what the semantic type adds, and whether they exist."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from crm_migrate.crm.types import SemanticType
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import BY, OWN_CODE, StepPlan
from crm_migrate.mapping.text import PlacedStep
from crm_migrate.mapping.tree import Path

MOST = 200  # characters of an argument
_PROBES = (None, "", "a", "1.250,50", "31.12.2024", "2024-12-31T10:00:00Z")
_OWN = "A function of the project stands beside the sources: `{kisi: Puan, python: steps/loyalty.py:points}`."
ENGINE = frozenset({"map", "owner"})  # translated by the engine from the plan's value maps and owners


if TYPE_CHECKING:
    from crm_migrate.cleansing.steps import Step


@cache
def registry() -> "Mapping[str, Step]":
    """All steps by name; the cleansing room is imported only when a mapping is checked."""
    from crm_migrate.cleansing.steps import STEPS

    return STEPS


def known() -> frozenset[str]:
    """The names of all steps."""
    return frozenset(registry()) | ENGINE


def family(name: str) -> str:
    """What a step is about: steps of one family do the same job."""
    return registry()[name].family if name in registry() else name.partition(".")[0]


def resolved(
    steps: tuple[PlacedStep, ...], then: tuple[PlacedStep, ...], kind: SemanticType, call: StepPlan | None = None
) -> tuple[StepPlan, ...]:
    """All steps of a cell in order: its own, the field's `then:`, the call of own code, the defaults of the type.

    The default that cleans stands before a value map or the owners. Where there is a value map, it alone says what a
    program's word for nothing means. What own code returns is cleaned where it is a text; numbers, days and the like
    are what it says, and no locale reads them once more.
    """
    plans = [_of_kind(step.plan, kind) for step in (*steps, *then)]
    if call is not None:
        text = kind.clean if kind.storage in ("text", "reference") else None
        return (*plans, call, *((StepPlan(name=text),) if text else ()))
    engine = next((at for at, plan in enumerate(plans) if plan.name in ENGINE), None)
    default = "trim" if engine is not None else kind.clean
    if default is not None and all(family(plan.name) != family(default) for plan in plans):
        plans.insert(len(plans) if engine is None else engine, StepPlan(name=default))
    return (*plans, *(() if any(plan.name == "map" for plan in plans) else _nothing(kind)))


def _of_kind(plan: StepPlan, kind: SemanticType) -> StepPlan:
    """The step as it is for a type: a number that is money is read as money, and a share is none."""
    if plan.name != "number" or kind.clean != "money" or len(plan.args) > 1 or "percent" in plan.options:
        return plan
    return plan.model_copy(update={"name": "money"})


def of_a_list(steps: tuple[StepPlan, ...], argument: str) -> tuple[StepPlan, ...]:
    """The steps of a mailbox on a suppression list, where no second one and no filler is dropped."""
    listed = StepPlan(name="email", args=(argument,))
    return tuple(listed if step.name == "email" else step for step in steps)


def _nothing(kind: SemanticType) -> tuple[StepPlan, ...]:
    """The step that empties a program's word for nothing, where the type has one."""
    name, _, argument = kind.nothing.partition("(")
    return (StepPlan(name=name, args=(argument.rstrip(")"),) if argument else ()),) if name else ()


def check(desk: Desk, steps: tuple[PlacedStep, ...], path: Path) -> None:
    """Unknown steps, wrong arguments, unknown value maps, owners that are not declared."""
    for step in steps:
        name = step.plan.name
        if name not in known():
            message = f"there is no step `{name}`"
            hint = _OWN if name == OWN_CODE else nearest(name, known())
            desk.findings.append(desk.document.inside("step_unknown", message, path, step.at, hint))
        elif name == "map":
            _check_map(desk, step, path)
        elif name == "owner":
            _check_owner(desk, step, path)
        elif refused := _refused(step.plan):
            desk.findings.append(desk.document.inside("step_arguments", refused, path, step.at, _usage(name)))


def _named(parameters: tuple[str, ...], given: int) -> list[str]:
    """The parameter that each positional argument is; the last one may stand for many."""
    return [parameters[min(at, len(parameters) - 1)] for at in range(given)]


def _anything(text: str) -> str:  # noqa: ARG001 -- one shape for all parameters
    return ""


def _locale(text: str) -> str:
    return "" if is_locale(text) else "write tr, de, en, tr-TR ..."


def is_locale(text: str) -> bool:
    """Whether `tr` or `tr-TR` is a language, or one as it is spoken in a country."""
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(text.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _region(text: str) -> str:
    from babel import Locale

    known = len(text) == 2 and text.isalpha() and text in Locale("en").territories and text != "ZZ"
    return "" if known else "write the two capital letters of a country: TR, DE, ID ..."


def _format(text: str) -> str:
    return "" if re.search("Y|M|D|H|h|m", text) else "it needs letters of a day or time, as in DD.MM.YYYY HH:mm"


def _system(text: str) -> str:
    return "" if text == "salesforce" else "write salesforce"


# What a step would take for something else, in silence, and fall back to its default.
_MEANINGLESS: dict[str, Callable[[str], str]] = {
    "locale": _locale,
    "region": _region,
    "format...": _format,
    "system": _system,
}


def _usage(name: str) -> str:
    step = registry()[name]
    if _by_country(name):
        return f"It is written {name}(region), {name}({BY}=COLUMN) with the column of the countries, or with both."
    return f"It is written {name}({', '.join(step.parameters)})." if step.parameters else f"It is written {name}."


def _by_country(name: str) -> bool:
    """Whether a step reads by the rules of a country, so that a column may say which."""
    return "region" in registry()[name].parameters


def _refused(plan: StepPlan) -> str:
    """Why a step does not take these arguments; "" where it does. Asked of the step itself, on a few values."""
    import polars as pl

    from crm_migrate.cleansing.steps import Context

    step = registry()[plan.name]
    many = bool(step.parameters) and step.parameters[-1].endswith("...")
    if len(plan.args) > len(step.parameters) and not many:
        return f"`{plan.name}` takes {len(step.parameters) or 'no'} argument(s), not {len(plan.args)}"
    options = {name: text for name, text in plan.options.items() if not (name == BY and _by_country(plan.name))}
    if unknown := [option for option in options if option not in step.parameters]:
        return f"`{plan.name}` has no option `{unknown[0]}`"
    for name, text in (*zip(_named(step.parameters, len(plan.args)), plan.args, strict=True), *options.items()):
        if why := _MEANINGLESS.get(name, _anything)(text):
            return f"`{plan.name}` knows no such {name.rstrip('.')}: {why}"
    if any(len(text) > MOST for text in (*plan.args, *plan.options.values())):
        return f"an argument of `{plan.name}` is longer than {MOST} characters"
    try:
        step.function(pl.Series(_PROBES, dtype=pl.String), Context(), *plan.args, **options)
    except (ValueError, TypeError, LookupError, ArithmeticError, re.error, pl.exceptions.PolarsError) as error:
        return f"`{plan.name}` refuses these arguments: {error}"
    return ""


def _check_owner(desk: Desk, step: PlacedStep, path: Path) -> None:
    if desk.file.owners is None:
        hint = "Add `owners: {from: refs/owners.csv}`."
        message = "`owner` needs the project's owners"
        desk.findings.append(desk.document.inside("step_unknown", message, path, step.at, hint))


def _check_map(desk: Desk, step: PlacedStep, path: Path) -> None:
    name, *beside = step.plan.args or ("",)
    if not name or step.plan.options:
        message = "`map` takes the name of one value map"
        desk.findings.append(desk.document.inside("mapping_text", message, path, step.at, "Write map(stage)."))
    elif name not in desk.file.value_maps:
        message = f"there is no value map `{name}`"
        hint = nearest(name, desk.file.value_maps)
        desk.findings.append(desk.document.inside("map_unknown", message, path, step.at, hint))
    elif beside and len(beside) != (wanted := max(0, len(by := desk.value_maps[name].by) - 1)):
        message = f"`{name}` is asked with {len(beside)} column(s) beside the cell, and has {wanted}"
        hint = f"Write map({', '.join([name, *by[:-1]])}) with the columns for them." if by else f"Write map({name})."
        desk.findings.append(desk.document.inside("mapping_text", message, path, step.at, hint))
