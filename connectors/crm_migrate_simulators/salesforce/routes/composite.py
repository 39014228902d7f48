"""Several requests in one: composite with references, batch, and trees of records."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.salesforce import dml
from crm_migrate_simulators.salesforce.failures import Failure, failure, in_row
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply, Request

MOST = 25
MOST_IN_TREE = 200
_REFERENCE = re.compile(r"@\{([^}]+)\}")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."


class _Undone(Exception):
    pass


def _composite(org: Org, work: Work, at: At) -> Reply:
    said = org.body(work)
    parts = said.get("compositeRequest")
    if not isinstance(parts, list) or not parts:
        raise Failure("JSON_PARSER_ERROR", "compositeRequest is a list of one or more")
    if len(parts) > MOST:
        raise Failure("LIMIT_EXCEEDED", f"Composite request limit of {MOST} exceeded")
    for part in parts:
        _readable(part)
    names = [part.get("referenceId") for part in parts]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        raise Failure("INVALID_INPUT", "Each subrequest needs a referenceId of its own")
    return Reply(200, {"compositeResponse": _run(org, work, parts, together=said.get("allOrNone") is True)})


def _readable(part: Any) -> None:
    """Raises Failure where a part of a request is not made as it has to be."""
    if not isinstance(part, dict):
        raise Failure("JSON_PARSER_ERROR", "A part of the request is no JSON object")
    for word, kind in (("url", str), ("method", str), ("httpHeaders", dict)):
        if not isinstance(part.get(word, kind()), kind):
            raise Failure("JSON_PARSER_ERROR", f"Cannot deserialize {word} of a part of the request")


def _run(org: Org, work: Work, parts: list[dict[str, Any]], *, together: bool) -> list[dict[str, Any]]:
    answers: dict[str, Reply] = {}
    try:
        with work.store.all_or_nothing() if together else _by_itself():
            for part in work.call.records(parts):
                answers[part["referenceId"]] = _part(org, work, part, answers)
                if together and answers[part["referenceId"]].status >= 400:
                    raise _Undone
            if together and work.call.share < 1:
                raise _Undone
    except _Undone:
        answers = {name: reply if reply.status >= 400 else _halted() for name, reply in answers.items()}
    told = [(part["referenceId"], answers.get(part["referenceId"]) or _halted()) for part in parts]
    return [
        {"body": reply.body, "httpHeaders": _headers(reply), "httpStatusCode": reply.status, "referenceId": name}
        for name, reply in told
    ]


class _by_itself:  # noqa: N801 -- a context like `all_or_nothing`
    def __enter__(self) -> None:
        """Nothing is undone."""

    def __exit__(self, *_: object) -> None:
        """Nothing is undone."""


def _headers(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name in ("Location", "ETag", "Last-Modified")}


def _halted() -> Reply:
    return Reply(400, [{"errorCode": "PROCESSING_HALTED", "message": _HALTED}])


def _part(org: Org, work: Work, part: dict[str, Any], answers: Mapping[str, Reply]) -> Reply:
    try:
        url = _filled(part.get("url", ""), answers)
        return _asked(
            org, work, part.get("method", "GET"), url, _filled(part.get("body"), answers), part.get("httpHeaders")
        )
    except Failure as failed:
        return Reply(400, [{"errorCode": failed.code, "message": failed.message}])


def _asked(org: Org, work: Work, method: str, url: str, body: Any, headers: Any) -> Reply:
    parts = urlsplit(url if url.startswith("/") else f"/{url}")
    more = {str(name).lower(): str(value) for name, value in (headers or {}).items()}
    sent = b"" if body is None else json.dumps(body).encode()
    kept = {**work.call.request.headers, **more}
    query = tuple(parse_qsl(parts.query))
    request = Request(method.upper(), parts.path, dict(query), kept, sent, query)
    call = replace(work.call, request=request)
    try:
        with work.store.all_or_nothing():
            return org.dispatch(replace(work, call=call), session=None)
    except Refused as refused:
        return org.refused(failure(refused))


def _filled(said: Any, answers: Mapping[str, Reply]) -> Any:
    """What is sent, with `@{name.field}` replaced by what an earlier answer says there. Raises Failure."""
    if isinstance(said, dict):
        return {name: _filled(value, answers) for name, value in said.items()}
    if isinstance(said, list):
        return [_filled(value, answers) for value in said]
    if not isinstance(said, str):
        return said
    return _REFERENCE.sub(lambda found: str(_looked_up(found[1], answers)), said)


def _looked_up(path: str, answers: Mapping[str, Reply]) -> Any:
    name, *steps = re.findall(r"\w+", path)
    here: Any = answers[name].body if name in answers and answers[name].status < 400 else None
    for step in steps:
        if isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        else:
            here = here.get(step) if isinstance(here, dict) else None
    if here is None:
        words = f"Invalid reference specified. No value for {path} found in {name}"
        raise Failure("PROCESSING_HALTED", words)
    return here


def _batch(org: Org, work: Work, at: At) -> Reply:
    said = org.body(work)
    parts = said.get("batchRequests")
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST:
        raise Failure("LIMIT_EXCEEDED", f"A batch has 1 to {MOST} requests")
    for part in parts:
        _readable(part)
    results: list[dict[str, Any]] = []
    for part in work.call.records(parts):
        if said.get("haltOnError") is True and any(result["statusCode"] >= 400 for result in results):
            halted = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"}]
            results.append({"statusCode": 412, "result": halted})
            continue
        url = f"/services/data/{part.get('url', '').lstrip('/').removeprefix('services/data/')}"
        reply = _asked(org, work, part.get("method", "GET"), url, part.get("richInput"), None)
        results.append({"statusCode": reply.status, "result": reply.body})
    return Reply(200, {"hasErrors": any(r["statusCode"] >= 400 for r in results), "results": results})


def _tree(org: Org, work: Work, at: At) -> Reply:
    object = org.object(work, at["object"])
    rows = org.body(work).get("records")
    if not isinstance(rows, list) or not rows:
        raise Failure("REQUIRED_FIELD_MISSING", "At least 1 record is required")
    made: list[dict[str, str]] = []
    errors: list[dict[str, Any]] = []
    try:
        with work.store.all_or_nothing():
            for row in rows:
                _planted(org, work, object, row, {}, made, errors)
            if errors or work.call.share < 1:
                raise _Undone
            if len(made) > MOST_IN_TREE:
                errors.append(_in_tree("", Failure("INVALID_INPUT", f"A tree has at most {MOST_IN_TREE} records")))
                raise _Undone
    except _Undone:
        return Reply(400, {"hasErrors": True, "results": errors})
    work.call.asked.records = len(made)
    return Reply(201, {"hasErrors": False, "results": made})


def _planted(
    org: Org,
    work: Work,
    object: str,
    row: Any,
    parent: dict[str, str],
    made: list[dict[str, str]],
    errors: list[dict[str, Any]],
) -> None:
    if not isinstance(row, dict):
        raise Failure("JSON_PARSER_ERROR", f"Cannot deserialize instance of {object} from {type(row).__name__}")
    attributes = row.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    reference = str(attributes.get("referenceId", ""))
    branches = {n: v["records"] for n, v in row.items() if isinstance(v, dict) and isinstance(v.get("records"), list)}
    said = {n: v for n, v in row.items() if n not in branches} | parent
    try:
        if not reference or attributes.get("type") != object:
            raise Failure("INVALID_INPUT", "attributes name a type and a referenceId")
        record = dml.create(work, object, said)
    except Failure as failed:
        errors.append(_in_tree(reference, failed))
        return
    made.append({"referenceId": reference, "id": record.id})
    children = {child[2]: child for child in work.store.children(object)}
    for name, rows in branches.items():
        if name not in children:
            errors.append(_in_tree(reference, Failure("INVALID_FIELD", f"No such relation '{name}' on {object}")))
            continue
        for each in rows:
            _planted(org, work, children[name][0], each, {children[name][1]: record.id}, made, errors)


def _in_tree(reference: str, failed: Failure) -> dict[str, Any]:
    return {"referenceId": reference, "errors": [in_row(failed)]}


ROUTES = (
    *routes("write", _composite, f"POST {DATA}/composite"),
    *routes("write", _batch, f"POST {DATA}/composite/batch"),
    *routes("write", _tree, f"POST {DATA}/composite/tree/{{object}}"),
)
