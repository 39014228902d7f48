"""What an account lacks. No public route of Freshsales makes custom fields: people make them, by this list."""

from collections.abc import Iterator, Mapping, Sequence

from crm_migrate.connecting.by_hand import ByHand, refuse
from crm_migrate.connecting.contract import TargetObject
from crm_migrate.errors import TargetError
from crm_migrate_freshsales.calls import HERE
from crm_migrate_freshsales.describe import wanted_type
from crm_migrate_freshsales.looking import Looking
from crm_migrate_freshsales.shapes import ACTIVITIES, KEY, KIND, TYPE, Model, is_custom, model_of, split
from crm_migrate_freshsales.values import KINDS, Names

MENUS = {"contacts": "Contacts", "sales_accounts": "Accounts", "deals": "Deals", ACTIVITIES: "Sales activities"}


def prepare(objects: Sequence[TargetObject], looking: Looking, *, apply: bool) -> tuple[str, ...]:
    """What is missing. TargetError where something is, and `apply` says that it should be there."""
    looking.ask_anew()
    found = by_hand(objects, looking)
    if apply:
        refuse("Freshsales", found)
    return tuple(map(str, found))


def by_hand(objects: Sequence[TargetObject], looking: Looking) -> tuple[ByHand, ...]:
    """All that is missing."""
    return tuple(dict.fromkeys(_lacking(objects, looking)))


def where_choices(object: str, field: str) -> str:
    """Where people add a choice, a stage or a currency."""
    model = model_of(object)
    return f"Admin Settings > {MENUS[model.name] if model else object} > {field}"


def _lacking(objects: Sequence[TargetObject], looking: Looking) -> Iterator[ByHand]:
    for wanted in objects:
        if wanted.key_field != KEY:
            raise TargetError(f"our key cannot live in {wanted.key_field}", hint="take `key_field:` out")
        model = model_of(wanted.name)
        if model is None:
            yield ByHand(f"the object {wanted.name}", f"name another with `to:`: {HERE}", "there is none")
            continue
        yield from _of(wanted, model, looking.names(model))


def _of(wanted: TargetObject, model: Model, names: Names) -> Iterator[ByHand]:
    kind, where = split(wanted.name)[1], f"Admin Settings > {MENUS[model.name]}"
    if model.name == ACTIVITIES and kind not in names.choices[TYPE]:
        yield ByHand(f"a type of sales activities {kind}", where)
    for name, type in _customs(wanted, model, kind).items():
        there, what = names.customs.get(name), f"the custom field {name} ({wanted_type(type)}) of {model.name}"
        if there is None:
            yield ByHand(what, where)
        elif there.get("type") not in KINDS:
            yield ByHand(what, f"{where}, or name another with `to:`", f"it is a {there.get('type')}")
    for each in wanted.fields:
        if each.name not in model.fields and not is_custom(each.name):
            how = "name a custom field with `to:`, like cf_some_name"
            yield ByHand(f"the place {each.name} of {model.name}", how, "there is none")


def _customs(wanted: TargetObject, model: Model, kind: str) -> Mapping[str, str]:
    """The custom fields that an object wants, and the semantic type of each."""
    found = {KEY: "text"} | ({KIND: "text"} if kind and model.name != ACTIVITIES else {})
    return found | {each.name: each.type for each in wanted.fields if is_custom(each.name)}
