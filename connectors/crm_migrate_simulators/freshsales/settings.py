"""What an administrator has set: the fields of a module, and the lists of choices."""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.freshsales.furniture import called
from crm_migrate_simulators.freshsales.modules import CUSTOM
from crm_migrate_simulators.freshsales.visit import Visit, refused
from crm_migrate_simulators.schema import Field
from crm_migrate_simulators.wire import Reply

SELECTORS: Mapping[str, str] = {  # the word of the path -> the list of the answer
    "owners": "users",
    **{
        name: name
        for name in (
            "deal_pipelines", "deal_stages", "currencies", "deal_types", "deal_reasons", "lead_sources",
            "industry_types", "business_types", "lifecycle_stages", "contact_statuses", "sales_activity_types",
        )
    },
}  # fmt: skip
_TYPES = {
    "decimal": "number",
    "amount": "number",
    "datetime": "date",
    "choice": "dropdown",
    "to": "auto_complete",
    "tags": "auto_complete",
}
_GROUPS = {("contacts", "email"): "emails", ("contacts", "sales_account_id"): "sales_accounts"}


def selector(visit: Visit) -> Reply:
    """A list of choices."""
    kind = visit.at["kind"]
    if kind not in SELECTORS:
        raise refused(404, "The requested resource does not exist")
    said = [dict(each) for each in visit.store.settings(kind).values()]
    for pipeline in said if kind == "deal_pipelines" else ():
        pipeline["deal_stages"] = _stages(visit, pipeline["id"])
    return Reply(200, {SELECTORS[kind]: said})


def _stages(visit: Visit, pipeline: int) -> list[Any]:
    return [each for each in visit.store.settings("deal_stages").values() if each["deal_pipeline_id"] == pipeline]


def fields(visit: Visit) -> Reply:
    """The fields of a module, custom ones among them."""
    if not visit.module.custom:
        raise refused(404, "The requested resource does not exist")
    there = visit.store.definition(visit.module.name).fields
    said = [_field(visit, n, of, at) for at, (n, of) in enumerate(there.items(), 1) if n != "targetable_id"]
    return Reply(200, {"fields": said})


def _field(visit: Visit, name: str, of: Field, place: int) -> dict[str, Any]:
    group = _GROUPS.get((visit.module.name, name))
    kind = of.more["kind"]
    return {
        "id": place,
        "label": of.more["label"],
        "name": group or name,
        "type": "group_field" if group else _TYPES.get(kind, kind),
        "default": not name.startswith(CUSTOM),
        "actionable": True,
        "position": place,
        "choices": _choices(visit, of),
        "base_model": visit.module.model,
        "required": of.required,
        "visible": True,
    }


def _choices(visit: Visit, of: Field) -> list[dict[str, Any]]:
    if of.more["kind"] == "choice":
        there = visit.store.settings(of.more["from"]).values()
        more = ("deal_pipeline_id", "forecast_type", "is_active")
        return [{"id": each["id"], "value": called(each), **{n: each[n] for n in more if n in each}} for each in there]
    return [{"id": place, "value": word, "position": place} for place, word in enumerate(of.choices, 1)]
