"""HubSpot, as `crm-migrate simulate hubspot` finds it.

What lives where: `crm` (what the engine drives), `routes` (which path means what), `portal` (tokens, account, rights),
`single`, `batches`, `searching` (records), `records`, `values`, `calculated` (one record), `associations`, `links`,
`link_types`, `definitions`, `properties`, `schemas`, `pipelines`, `owners`, `lists`, `files`, `consents`, `evidence`
(how we know), and `data` (a fresh portal).
"""

from collections.abc import Mapping
from typing import Any

from crm_migrate_simulators.hubspot.crm import HubSpot
from crm_migrate_simulators.hubspot.evidence import RULES
from crm_migrate_simulators.hubspot.faults import KINDS
from crm_migrate_simulators.hubspot.habits import Habits, limits
from crm_migrate_simulators.hubspot.object_types import STANDARD
from crm_migrate_simulators.hubspot.portal_store import PortalStore
from crm_migrate_simulators.hubspot.properties import field_of, fresh
from crm_migrate_simulators.schema import SchemaError
from crm_migrate_simulators.starting import Simulator


def furnished(schema: Any) -> Any:
    """The objects of a fresh portal, with the fields that a person's schema adds. Raises SchemaError."""
    schema = {} if schema is None else schema
    asked = schema.get("objects", {}) if isinstance(schema, Mapping) else None
    if not isinstance(asked, Mapping):
        raise SchemaError("a schema is a JSON object with `objects`")
    unknown = sorted(set(asked) - set(STANDARD))
    if unknown:
        raise SchemaError(
            f"{unknown[0]}: a portal has {', '.join(STANDARD)}; other objects are made by its schemas API"
        )
    fields = {name: {p: field_of(said).said() for p, said in fresh(name).items()} for name in STANDARD}
    for name, said in asked.items():
        fields[name] |= said.get("fields", {}) if isinstance(said, Mapping) else {}
    objects = {name: {"fields": each} for name, each in fields.items()}
    return {"organisation": f"{schema.get('organisation', 'portal')}", "objects": objects}


SIMULATOR = Simulator(
    "HubSpot",
    HubSpot,
    Habits,
    own_faults=KINDS,
    rules=RULES,
    furnished=furnished,
    limits=limits,
    stored=PortalStore,
    needs_schema=False,
)
