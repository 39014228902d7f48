"""Which path of the Web API means what."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from crm_migrate_simulators.dynamics import defining, metadata, multiple, queries, records, rights, single, states
from crm_migrate_simulators.dynamics.problems import no_segment, unreadable
from crm_migrate_simulators.dynamics.work import Work
from crm_migrate_simulators.wire import Reply, Request

At = Mapping[str, str]
Answer = Callable[[Work, At], Reply]
DATA = r"/api/data/v9\.\d/"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and the shape of a path; `template` is what the log says."""

    method: str
    template: str
    scope: str
    pattern: re.Pattern[str]
    answer: Answer


def body(work: Work) -> dict[str, Any]:
    """The body as a JSON object. Raises Failure."""
    try:
        said = json.loads(work.request.body)
    except (ValueError, RecursionError):
        raise unreadable("the body is no JSON") from None
    if not isinstance(said, dict):
        raise unreadable("the body is no JSON object")
    return said


def table(work: Work, set: str) -> str:
    """The table of an entity set. Raises Failure."""
    found = work.store.table_of(set)
    if found is None:
        raise no_segment(set)
    return found


def _who(work: Work, at: At) -> Reply:
    del at
    user = work.store.get("systemuser", work.user)
    unit = user.values["businessunitid"] if user else ""
    return Reply(
        200,
        {"BusinessUnitId": unit, "UserId": work.user, "OrganizationId": metadata.organisation(work)},
        dict(queries.JSON),
    )


def _filters(work: Work, at: At) -> Reply:
    """Which tables have which message: asked with the name of the message and of the table."""
    del at
    aliases = {name: said.strip("'") for name, said in work.request.query.items() if name.startswith("@")}
    text = work.request.query.get("$filter", "")
    said = {**aliases, **dict(re.findall(r"(\w+(?:/name)?) eq '([^']*)'", text))}
    message = said.get("sdkmessageid/name", said.get("@message", ""))
    of = said.get("primaryobjecttypecode", said.get("@table", ""))
    there = (
        message in multiple.MESSAGES and of in work.store.schema.objects and of not in work.habits.one_by_one.split(",")
    )
    row = {"@odata.etag": 'W/"1"', "sdkmessagefilterid": metadata.table(work, of)["MetadataId"]} if there else {}
    context = f"{work.host}/api/data/v9.2/$metadata#sdkmessagefilters"
    return Reply(200, {"@odata.context": context, "value": [row] if row else []}, dict(queries.JSON))


def _privileges(work: Work, asked: str, held: list[dict[str, str]]) -> Reply:
    context = f"{work.host}/api/data/v9.2/$metadata#{asked.partition('(')[0]}Response"
    return Reply(200, {"@odata.context": context, "RolePrivileges": held}, dict(queries.JSON))


def _tables(work: Work, at: At) -> Reply:
    del at
    return metadata.tables(work)


def _make_table(work: Work, at: At) -> Reply:
    del at
    return defining.table(work, body(work))


def _make_tables(work: Work, at: At) -> Reply:
    """Several tables by one action, all or none."""
    del at
    said = body(work).get("Entities")
    if not isinstance(said, list) or not said or not all(isinstance(each, dict) for each in said):
        raise unreadable("Entities is a list of tables")
    with work.store.all_or_nothing():
        for each in said:
            defining.table(work, each)
    context = f"{work.host}/api/data/v9.2/$metadata#Microsoft.Dynamics.CRM.CreateEntitiesResponse"
    return Reply(200, {"@odata.context": context}, dict(queries.JSON))


def _close(work: Work, at: At) -> Reply:
    if at["action"] not in states.ACTIONS:
        raise no_segment(at["action"])
    records.close(work, at["action"], body(work))
    return Reply(204, None, {"OData-Version": "4.0"})


def _route(method: str, template: str, scope: str, answer: Answer, **shapes: str) -> Route:
    text = re.escape(template)
    for name, shape in {"set": r"\w+", "of": r"\w+", "what": r"[^/]*|[^()]*='.*'", **shapes}.items():
        text = text.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{shape})", 1)
    return Route(method, template, scope, re.compile(DATA + text, re.DOTALL), answer)


_OF = "EntityDefinitions(LogicalName='{of}')"
ROUTES: tuple[Route, ...] = (
    _route("GET", "WhoAmI", "read", _who),
    _route("GET", "WhoAmI()", "read", _who),
    _route("GET", "sdkmessagefilters", "read", _filters),
    _route("GET", "EntityDefinitions", "read", _tables),
    _route("POST", "EntityDefinitions", "write", _make_table),
    _route("GET", _OF, "read", lambda work, at: metadata.named(work, at["of"])),
    _route("GET", f"{_OF}/Attributes", "read", lambda work, at: metadata.attributes(work, at["of"], "")),
    _route("GET", f"{_OF}/Attributes/{{kind}}", "read",
           lambda work, at: metadata.attributes(work, at["of"], at["kind"]), kind=r"Microsoft\.Dynamics\.CRM\.\w+"),
    _route("POST", f"{_OF}/Attributes", "write", lambda work, at: defining.column(work, at["of"], body(work))),
    _route("GET", f"{_OF}/{{way}}", "read", lambda work, at: metadata.relationships(work, at["of"], at["way"]),
           way="ManyToOneRelationships|OneToManyRelationships"),
    _route("GET", f"{_OF}/Keys", "read", lambda work, at: metadata.of_keys(work, at["of"])),
    _route("POST", f"{_OF}/Keys", "write", lambda work, at: defining.key(work, at["of"], body(work))),
    _route("POST", "{set}/Microsoft.Dynamics.CRM.{message}", "write",
           lambda work, at: multiple.many(work, table(work, at["set"]), at["message"], body(work)),
           message="|".join(multiple.MESSAGES)),
    _route("GET", "{set}", "read", lambda work, at: queries.many(work, table(work, at["set"]))),
    _route("POST", "CreateEntities", "write", _make_tables),
    _route("POST", "{action}", "write", _close, action=r"[A-Z]\w+"),
    _route("POST", "{set}", "write", lambda work, at: single.create(work, table(work, at["set"]), body(work))),
    _route("GET", "{set}({what})", "read", lambda work, at: queries.one(work, table(work, at["set"]), at["what"])),
    _route("GET", f"systemusers({{what}})/{rights.ASKED}", "read",
           lambda work, at: _privileges(work, rights.ASKED, rights.held(work, at["what"])), what=r"[^()]*"),
    _route("GET", f"teams({{what}})/{rights.ASKED_OF_TEAM}", "read",
           lambda work, at: _privileges(work, rights.ASKED_OF_TEAM, rights.held_by_team(work, at["what"])),
           what=r"[^()]*"),
    _route("GET", "{set}({what})/{property}", "read",
           lambda work, at: single.children(work, table(work, at["set"]), at["what"], at["property"]),
           what=r"[^()]*", property=r"\w+"),
    _route("PATCH", "{set}({what})", "write",
           lambda work, at: single.upsert(work, table(work, at["set"]), at["what"], body(work))),
    _route("DELETE", "{set}({what})", "write",
           lambda work, at: single.delete(work, table(work, at["set"]), at["what"])),
    _route("PUT", "{set}({what})/{property}", "write",
           lambda work, at: single.put(work, table(work, at["set"]), at["what"], at["property"], body(work)),
           what=r"[^()]*", property=r"[\w$/]+"),
    _route("POST", "{set}({what})/{property}", "write",
           lambda work, at: single.associate(work, table(work, at["set"]), at["what"], at["property"], body(work)),
           what=r"[^()]*", property=r"[\w$/]+"),
    _route("DELETE", "{set}({what})/{property}({child})/$ref", "write",
           lambda work, at: single.dissociate(work, table(work, at["set"]), at["what"], at["property"], at["child"]),
           what=r"[^()]*", property=r"\w+", child=r"[^()]*"),
    _route("DELETE", "{set}({what})/{property}", "write",
           lambda work, at: single.empty(work, table(work, at["set"]), at["what"], at["property"]),
           what=r"[^()]*", property=r"\w+"),
)  # fmt: skip


def found(request: Request) -> tuple[Route, At] | None:
    """The route of a request and the values of its path."""
    path = unquote(request.path)
    for route in ROUTES:
        if route.method == request.method and (match := route.pattern.fullmatch(path)):
            return route, match.groupdict()
    return None
