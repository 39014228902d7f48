"""Which path means what: three styles of path for the same rooms.

/crm/v3/objects/...        v3, and v4 for associations
/crm/objects/2026-03/...   the version behind the room, a date (or v3)
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_migrate_simulators.hubspot import (
    associations,
    batches,
    bodies,
    consents,
    definitions,
    files,
    lists,
    owners,
    pipelines,
    portal,
    schemas,
    searching,
    single,
)
from crm_migrate_simulators.hubspot.visit import Visit
from crm_migrate_simulators.wire import Reply

Handler = Callable[[Visit], Reply]
DATES = frozenset({"2025-09", "2026-03", "2026-09"})
VERSIONS = DATES | {"v3", "v4"}
_VERSION = "|".join(sorted(VERSIONS))
_FRONT = re.compile(rf"/crm/({_VERSION})/(\w+)(/.*)?")
_BEHIND = re.compile(rf"/(?:crm/)?([\w-]+|settings/users)/({_VERSION})(/.*)?")
_ROOMS: Mapping[str, str] = {"crm-object-schemas": ""}  # its room stands behind the version


@dataclass(frozen=True, slots=True)
class Route:
    """A route: its template behind the version, whether it reads or writes, and who answers."""

    method: str
    template: str
    scope: str
    handler: Handler
    versions: frozenset[str]
    body: Any
    pattern: re.Pattern[str]


def _route(
    method: str, template: str, scope: str, handler: Handler, versions: frozenset[str] = VERSIONS, body: Any = None
) -> Route:
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
    return Route(method, template, scope, handler, versions, body, pattern)


OLD, NEW, V3 = frozenset({"v3"}), DATES | {"v4"}, DATES | {"v3"}
_OBJECT = "/objects/{object}"
_BATCH = f"{_OBJECT}/batch"
_LINKS = f"{_OBJECT}/{{id}}/associations"
_PAIR = "/associations/{from}/{to}"
_LIMITS = "/associations/definitions/configurations"
_PROPERTIES = "/properties/{object}"
_PIPELINES = "/pipelines/{object}"
_STAGES = f"{_PIPELINES}/{{pipeline}}/stages"
_CONSENT = "/communication-preferences"
ROUTES: tuple[Route, ...] = (
    _route("GET", "/account-info/details", "read", portal.account),
    _route("GET", "/account-info/api-usage/daily/private-apps", "read", portal.usage, V3),
    _route("GET", "/settings/users", "read", portal.users, V3),
    _route("POST", f"{_BATCH}/read", "read", batches.read, V3, body=bodies.BATCH_READ),
    _route("POST", f"{_BATCH}/create", "write", batches.post_create, V3, body=bodies.BATCH_NEW),
    _route("POST", f"{_BATCH}/update", "write", batches.post_update, V3, body=bodies.BATCH_CHANGED),
    _route("POST", f"{_BATCH}/upsert", "write", batches.post_upsert, V3, body=bodies.BATCH_UPSERTED),
    _route("POST", f"{_BATCH}/archive", "write", batches.archive, V3, body=bodies.IDS),
    _route("POST", f"{_OBJECT}/search", "read", searching.search, V3, body=bodies.SEARCH),
    _route("POST", f"{_OBJECT}/merge", "write", single.merge, V3, body=bodies.MERGE),
    _route("POST", f"{_OBJECT}/gdpr-delete", "write", single.forget, V3, body=bodies.FORGET),
    _route("GET", _OBJECT, "read", single.page, V3),
    _route("POST", _OBJECT, "write", single.post, V3, body=bodies.NEW),
    _route("GET", f"{_OBJECT}/{{id}}", "read", single.get, V3),
    _route("PATCH", f"{_OBJECT}/{{id}}", "write", single.patch, V3, body=bodies.CHANGED),
    _route("DELETE", f"{_OBJECT}/{{id}}", "write", single.delete, V3),
    _route("GET", f"{_LINKS}/{{to}}", "read", associations.of_one),
    _route("PUT", f"{_LINKS}/default/{{to}}/{{to_id}}", "write", associations.put_default, NEW),
    _route("PUT", f"{_LINKS}/{{to}}/{{to_id}}", "write", associations.put_one, NEW, body=bodies.SPECS),
    _route("PUT", f"{_LINKS}/{{to}}/{{to_id}}/{{type}}", "write", associations.put_v3, OLD),
    _route("DELETE", f"{_LINKS}/{{to}}/{{to_id}}", "write", associations.delete_one, NEW),
    _route("DELETE", f"{_LINKS}/{{to}}/{{to_id}}/{{type}}", "write", associations.delete_one, OLD),
    _route("POST", f"{_PAIR}/batch/read", "read", associations.read_v3, OLD, body=bodies.IDS),
    _route("POST", f"{_PAIR}/batch/create", "write", associations.create_v3, OLD, body=bodies.LINKS_V3),
    _route("POST", f"{_PAIR}/batch/read", "read", associations.read, NEW, body=bodies.IDS),
    _route("POST", f"{_PAIR}/batch/create", "write", associations.create, NEW, body=bodies.LINKS),
    _route(
        "POST", f"{_PAIR}/batch/associate/default", "write", associations.create_default, NEW, body=bodies.DEFAULT_LINKS
    ),
    _route("POST", f"{_PAIR}/batch/archive", "write", associations.archive, body=bodies.UNLINKED),
    _route("POST", f"{_PAIR}/batch/labels/archive", "write", associations.archive, NEW, body=bodies.UNLINKED),
    _route("GET", f"{_PAIR}/types", "read", associations.types_v3, OLD),
    _route("GET", f"{_PAIR}/labels", "read", associations.labels, NEW),
    _route("POST", f"{_PAIR}/labels", "write", associations.add_label, NEW, body=bodies.LABEL),
    _route("PUT", f"{_PAIR}/labels", "write", associations.change_label, NEW, body=bodies.CHANGED_LABEL),
    _route("GET", f"{_LIMITS}/{{from}}/{{to}}", "read", associations.limits, NEW),
    _route(
        "POST", f"{_LIMITS}/{{from}}/{{to}}/batch/create", "write", associations.set_limits, NEW, body=bodies.LIMITS
    ),
    _route(
        "POST", f"{_LIMITS}/{{from}}/{{to}}/batch/update", "write", associations.set_limits, NEW, body=bodies.LIMITS
    ),
    _route("DELETE", f"{_PAIR}/labels/{{type_id}}", "write", associations.delete_label, NEW),
    _route("GET", f"{_PROPERTIES}/groups", "read", definitions.groups, V3),
    _route("POST", f"{_PROPERTIES}/groups", "write", definitions.create_group, V3, body=bodies.GROUP),
    _route("GET", f"{_PROPERTIES}/groups/{{name}}", "read", definitions.group, V3),
    _route("PATCH", f"{_PROPERTIES}/groups/{{name}}", "write", definitions.update_group, V3, body=bodies.CHANGED_GROUP),
    _route("DELETE", f"{_PROPERTIES}/groups/{{name}}", "write", definitions.delete_group, V3),
    _route("POST", f"{_PROPERTIES}/batch/create", "write", definitions.create_many, V3, body=bodies.PROPERTIES),
    _route("POST", f"{_PROPERTIES}/batch/read", "read", definitions.read_many, V3, body=bodies.NAMES),
    _route("POST", f"{_PROPERTIES}/batch/archive", "write", definitions.archive_many, V3, body=bodies.NAMES),
    _route("GET", _PROPERTIES, "read", definitions.every, V3),
    _route("POST", _PROPERTIES, "write", definitions.create, V3, body=bodies.PROPERTY),
    _route("GET", f"{_PROPERTIES}/{{name}}", "read", definitions.one, V3),
    _route("PATCH", f"{_PROPERTIES}/{{name}}", "write", definitions.update, V3, body=bodies.CHANGED_PROPERTY),
    _route("DELETE", f"{_PROPERTIES}/{{name}}", "write", definitions.delete, V3),
    _route("GET", _PIPELINES, "read", pipelines.every, V3),
    _route("POST", _PIPELINES, "write", pipelines.create, V3, body=bodies.PIPELINE),
    _route("GET", f"{_PIPELINES}/{{pipeline}}", "read", pipelines.one, V3),
    _route("DELETE", f"{_PIPELINES}/{{pipeline}}", "write", pipelines.delete, V3),
    _route("GET", f"{_PIPELINES}/{{pipeline}}/stages", "read", pipelines.stages, V3),
    _route("POST", f"{_PIPELINES}/{{pipeline}}/stages", "write", pipelines.create_stage, V3, body=bodies.STAGE),
    _route("PATCH", f"{_PIPELINES}/{{pipeline}}", "write", pipelines.update, V3, body=bodies.CHANGED_PIPELINE),
    _route("PATCH", f"{_STAGES}/{{stage}}", "write", pipelines.update_stage, V3, body=bodies.CHANGED_STAGE),
    _route("DELETE", f"{_STAGES}/{{stage}}", "write", pipelines.delete_stage, V3),
    _route("GET", "/owners", "read", owners.every, V3),
    _route("GET", "/owners/{id}", "read", owners.one, V3),
    _route("GET", "/schemas", "read", schemas.every, V3),
    _route("POST", "/schemas", "write", schemas.create, V3, body=bodies.SCHEMA),
    _route("GET", "/schemas/{object}", "read", schemas.one, V3),
    _route("POST", "/imports", "write", portal.no_imports, V3),
    _route("POST", "/lists", "write", lists.create, V3, body=bodies.LIST),
    _route("POST", "/lists/search", "read", lists.search, V3),
    _route("GET", "/lists/{list}", "read", lists.one, V3),
    _route("GET", "/lists/object-type-id/{object}/name/{name}", "read", lists.named, V3),
    _route("GET", "/lists/records/{object}/{id}/memberships", "read", lists.of_record, V3),
    _route("POST", "/lists/records/memberships/batch/read", "read", lists.of_records, V3, body=bodies.LISTS_OF),
    _route("DELETE", "/lists/{list}", "write", lists.delete, V3),
    _route("PUT", "/lists/{list}/update-list-name", "write", lists.rename, V3),
    _route("GET", "/lists/{list}/memberships", "read", lists.members, V3),
    _route("PUT", "/lists/{list}/memberships/add", "write", lists.add, V3, body=bodies.MEMBERS),
    _route("PUT", "/lists/{list}/memberships/remove", "write", lists.remove, V3, body=bodies.MEMBERS),
    _route(
        "PUT", "/lists/{list}/memberships/add-and-remove", "write", lists.add_and_remove, V3, body=bodies.BOTH_MEMBERS
    ),
    _route("POST", "/files/files", "write", files.upload, V3),
    _route("GET", "/files/files/stat/{path}", "read", files.stat, V3),
    _route("GET", "/files/files/{id}", "read", files.one, V3),
    _route("DELETE", "/files/files/{id}", "write", files.delete, V3),
    _route("GET", f"{_CONSENT}/definitions", "read", consents.types),
    _route("GET", f"{_CONSENT}/status/email/{{address}}", "read", consents.status, OLD),
    _route("POST", f"{_CONSENT}/subscribe", "write", consents.subscribe, OLD, body=bodies.SUBSCRIBED),
    _route("POST", f"{_CONSENT}/unsubscribe", "write", consents.unsubscribe, OLD, body=bodies.SUBSCRIBED),
    _route("POST", f"{_CONSENT}/statuses/batch/read", "read", consents.read_many, NEW, body=bodies.ADDRESSES),
    _route("POST", f"{_CONSENT}/statuses/batch/write", "write", consents.write_many, NEW, body=bodies.STATES),
    _route(
        "POST",
        f"{_CONSENT}/statuses/batch/unsubscribe-all/read",
        "read",
        consents.all_statuses,
        NEW,
        body=bodies.ADDRESSES,
    ),
    _route(
        "POST",
        f"{_CONSENT}/statuses/batch/unsubscribe-all",
        "write",
        consents.unsubscribe_many,
        NEW,
        body=bodies.ADDRESSES,
    ),
    _route("GET", f"{_CONSENT}/statuses/{{address}}", "read", consents.statuses, NEW),
    _route("POST", f"{_CONSENT}/statuses/{{address}}", "write", consents.set_status, NEW, body=bodies.STATE),
    _route("GET", f"{_CONSENT}/statuses/{{address}}/unsubscribe-all", "read", consents.all_status, NEW),
    _route("POST", f"{_CONSENT}/statuses/{{address}}/unsubscribe-all", "write", consents.unsubscribe_all, NEW),
)


def _styles(path: str) -> Iterator[tuple[str, str]]:
    """The version and the path without it, in each of the styles that fit."""
    found = _FRONT.fullmatch(path)
    if found:
        yield found[1], f"/{found[2]}{found[3] or ''}"
    found = _BEHIND.fullmatch(path)
    if found:
        room = _ROOMS.get(found[1], f"/{found[1]}")
        yield found[2], f"{room}{found[3] or ''}"


def find(method: str, path: str) -> tuple[Route, str, Mapping[str, str]] | None:
    """The route of a path, the version that it calls, and the values in it."""
    for version, plain in _styles(path.rstrip("/")):
        for route in ROUTES:
            at = route.pattern.fullmatch(plain)
            if at and route.method == method and version in route.versions:
                return route, version, at.groupdict()
    return None
