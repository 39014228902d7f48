"""Environments: which one is meant, its target's profile, what its connector reads, and what is masked in it."""

import re
from collections.abc import Iterator, Sequence

from crm_migrate.cleansing.contact.mailboxes import FREE_MAIL
from crm_migrate.connecting.discovery import target_options
from crm_migrate.crm.types import TYPES, Pseudonym
from crm_migrate.errors import UsageError
from crm_migrate.mapping import library, refs
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model_environments import Mask
from crm_migrate.mapping.model_sources import Environment
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan
from crm_migrate.mapping.plan_environment import EnvironmentPlan
from crm_migrate.mapping.profiles import TargetProfile
from crm_migrate.mapping.tree import Listing, Path, Scalar
from crm_migrate.pseudonyms.masks import LENGTHS

_PRODUCTION = re.compile(r"prod.*|live", re.IGNORECASE)
_ALLOWED = re.compile(r"[^\s@]*@[^\s@]+\.[^\s@.]+|\+\d{7,15}")
_WAY_OUT = "Leave the field out with `action: drop`, or keep it as it is."


def is_production(name: str) -> bool:
    """Whether an environment is named like production: never a default, and nothing is tried there."""
    return _PRODUCTION.fullmatch(name) is not None


def chosen(desk: Desk, wanted: str | None) -> EnvironmentPlan:
    """The environment of that name, or the first that is not named like production; its `mask` is still to come."""
    known = desk.file.environments
    if wanted is None:
        wanted = next((name for name in known if not is_production(name)), None)
        if wanted is None:
            raise UsageError("production is never the default environment", hint=f"--env {next(iter(known))}")
    if wanted not in known:
        raise UsageError(f"there is no environment `{wanted}`", hint=nearest(wanted, known))
    for name, each in known.items():
        for option, text in each.options.items():
            path: Path = ("environments", name, option)
            _check_option(desk, each, option, path)
            if option == "url":
                refs.check_address(desk, text, path)
    _check_needs(desk)
    meant = known[wanted]
    return EnvironmentPlan(name=wanted, connector=meant.connector, options=meant.options, needs=meant.needs)


def _check_option(desk: Desk, environment: Environment, option: str, path: Path) -> None:
    """A word that the connector does not read may not pass in silence."""
    known = target_options(environment.connector)
    if known is not None and option not in known:
        words = [*known, *Environment.model_fields]
        desk.unknown("mapping_unknown_word", f"the option of `{environment.connector}`", option, words, path, key=True)


def _check_needs(desk: Desk) -> None:
    """No way around what an environment needs: another one that writes into the same target needs it too."""
    known = desk.file.environments
    for name, each in known.items():
        for other, guarded in known.items():
            lacking = [need for need in guarded.needs if need not in each.needs]
            if lacking and (each.connector, each.options) == (guarded.connector, guarded.options):
                message = f"`{name}` writes where `{other}` does, and does not need {', '.join(lacking)}"
                desk.tell_key("mapping_value", message, ("environments", name), "Give both the same `needs:`.")


def target(desk: Desk, chosen: EnvironmentPlan) -> TargetProfile | None:
    """The profile of the target of an environment."""
    environment = desk.file.environments[chosen.name]
    path: Path = ("environments", chosen.name, "profile" if environment.profile else "connector")
    name = environment.profile or environment.connector
    entry = library.find("targets", name, desk.project.folder)
    if entry is None:
        words = library.names("targets", desk.project.folder)
        desk.unknown("profile_unknown", "the target profile", name, words, path)
        return None
    profile, findings = library.target_profile(entry)
    desk.findings += findings
    desk.files[entry.label] = entry.digest
    return profile


# ---------------------------------------------------------------------------------------------------- mask

Masked = dict[str, dict[str, Pseudonym]]


def masked(desk: Desk, chosen: EnvironmentPlan, objects: Sequence[ObjectPlan]) -> EnvironmentPlan:
    """The environment with what is masked in it, by object and field. Those of all other environments are checked."""
    plan = chosen
    for name, each in desk.file.environments.items():
        if each.mask is None:
            continue
        path: Path = ("environments", name, "mask")
        found = _fields(desk, each.mask, objects, path)
        _check_allowed(desk, each.mask, path)
        if name == chosen.name:
            _check_lengths(desk, found, objects, path)
            plan = chosen.model_copy(update={"mask": found, "allow": each.mask.allow})
    return plan


def _fields(desk: Desk, mask: Mask, objects: Sequence[ObjectPlan], path: Path) -> Masked:
    """Every field that a word means, and those that `keep_others:` of such a field fills with the same values."""
    found: Masked = {}
    here: Path = (*path, "fields") if not isinstance(desk.document.find(path), Listing | Scalar) else path
    for at, word in enumerate(mask.fields):
        place: Path = (*here, at)
        meant = [(o, f) for o in objects for f in o.fields if word in (f.type, f.name, f"{o.name}.{f.name}")]
        if not meant and not _maskable(word):
            words = [name for name in TYPES if _maskable(name)]
            words += [name for o in objects for f in o.fields for name in (f.name, f"{o.name}.{f.name}")]
            desk.unknown("field_unknown", "the type or field", word, set(words), place)
        for object_plan, field in _with_kept(meant):
            if field.target is None or field.let or field.action != "migrate":
                continue  # it is not loaded anywhere
            if why := _unfit(field):
                message = f"`{object_plan.name}.{field.name}` cannot be masked: {why}"
                desk.tell("mask_refused", message, place, _WAY_OUT)
            else:
                found.setdefault(object_plan.name, {})[field.name] = field.kind.pseudonym
    return found


def _with_kept(meant: Sequence[tuple[ObjectPlan, FieldPlan]]) -> Iterator[tuple[ObjectPlan, FieldPlan]]:
    for object_plan, field in meant:
        yield object_plan, field
        if field.keep_others:
            yield from ((object_plan, f) for f in object_plan.fields if f.name == field.keep_others)


def _maskable(type_name: str) -> bool:
    return type_name in TYPES and TYPES[type_name].pseudonym != ""


def _unfit(field: FieldPlan) -> str:
    """Why a field can hold no pseudonym, or nothing."""
    if not field.kind.pseudonym:
        return f"a value of type {field.type} would say something else"
    return "the target takes only its own words there" if field.choices else ""


def _check_lengths(desk: Desk, found: Masked, objects: Sequence[ObjectPlan], path: Path) -> None:
    for object_plan in objects:
        for name, kind in found.get(object_plan.name, {}).items():
            length, wanted = object_plan.field(name).length, LENGTHS.get(kind, 0)
            if length is not None and length < wanted:
                message = f"`{object_plan.name}.{name}` takes {length} characters, and a pseudonym has {wanted}"
                desk.tell("mask_refused", message, path, _WAY_OUT)


def _check_allowed(desk: Desk, mask: Mask, path: Path) -> None:
    """An entry is a mailbox, a domain or a number; the domain of a mail host of everybody would let everybody in."""
    for at, entry in enumerate(mask.allow):
        place: Path = (*path, "allow", at)
        if not _ALLOWED.fullmatch(entry):
            message = f"`{entry}` is no mailbox, no `@domain` and no number"
            desk.tell("mapping_value", message, place, "Write @ourcompany.example, qa@ourcompany.example or +90...")
        elif entry.startswith("@") and entry[1:].lower() in FREE_MAIL:
            message = f"`{entry}` is a mail host of everybody: real people would be reached"
            desk.tell("mask_refused", message, place, "Name the mailboxes of your testers one by one.")
