"""What an account lacks. No public route of Freshsales makes custom fields: people make them, by this list."""

from collections.abc import Iterator, Mapping, Sequence

from crm_migrate.connecting.contract import TargetObject
from crm_migrate.errors import TargetError
from crm_migrate_freshsales.calls import HERE
from crm_migrate_freshsales.describe import wanted_type
from crm_migrate_freshsales.looking import Looking
from crm_migrate_freshsales.shapes import ACTIVITIES, KEY, KIND, TYPE, Model, is_custom, model_of, split
from crm_migrate_freshsales.values import KINDS, Names


def prepare(objects: Sequence[TargetObject], looking: Looking, *, apply: bool) -> tuple[str, ...]:
    """What is missing. TargetError where something is, and `apply` says that it should be there."""
    found = tuple(dict.fromkeys(_lacking(objects, looking)))
    if found and apply:
        raise TargetError(
            "Freshsales lacks what only people can make there: " + "; ".join(found),
            hint="Admin Settings: Contacts, Accounts, Deals, Sales activities; then the same command again",
        )
    return found


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> Iterator[str]:
    known: dict[str, Names] = {}
    for wanted in objects:
        if wanted.key_field != KEY:
            raise TargetError(f"our key cannot live in {wanted.key_field}", hint="take `key_field:` out")
        model = model_of(wanted.name)
        if model is None:
            yield f"the object {wanted.name} (there is none: {HERE})"
            continue
        if model.name not in known:
            known[model.name] = looking.names(model)
        yield from _of(wanted, model, known[model.name])


def _of(wanted: TargetObject, model: Model, names: Names) -> Iterator[str]:
    kind = split(wanted.name)[1]
    if model.name == ACTIVITIES and kind not in names.choices[TYPE]:
        yield f"a type of sales activities {kind}"
    for name, type in _customs(wanted, model, kind).items():
        there = names.customs.get(name)
        if there is None:
            yield f"the custom field {name} ({wanted_type(type)}) of {model.name}"
        elif there.get("type") not in KINDS:
            yield f"the custom field {name} ({wanted_type(type)}) of {model.name}: it is a {there.get('type')}"
    for each in wanted.fields:
        if each.name not in model.fields and not is_custom(each.name):
            yield f"the place {each.name} of {model.name} (there is none: name a custom field, like cf_some_name)"


def _customs(wanted: TargetObject, model: Model, kind: str) -> Mapping[str, str]:
    """The custom fields that an object wants, and the semantic type of each."""
    found = {KEY: "text"} | ({KIND: "text"} if kind and model.name != ACTIVITIES else {})
    return found | {each.name: each.type for each in wanted.fields if is_custom(each.name)}
