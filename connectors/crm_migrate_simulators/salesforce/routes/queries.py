"""Queries with their pages, and a search that is little more than a look."""

import re
from typing import Any

from crm_migrate_simulators.salesforce.failures import Failure
from crm_migrate_simulators.salesforce.org import Org
from crm_migrate_simulators.salesforce.routing import DATA, At, routes
from crm_migrate_simulators.salesforce.soql.answering import Asking
from crm_migrate_simulators.salesforce.soql.parsing import read
from crm_migrate_simulators.salesforce.work import Work
from crm_migrate_simulators.wire import Reply


def _query(org: Org, work: Work, at: At) -> Reply:
    text = work.call.request.query.get("q", "")
    if not text:
        raise Failure("MALFORMED_QUERY", "A query string has to be specified")
    answer = Asking(work.store, text, work.now, at["version"], deleted=at.get("all") == "All").answer(read(text))
    return Reply(200, org.cursors.first(answer.rows, answer.total, at["version"], _page(org, work)))


def _more(org: Org, work: Work, at: At) -> Reply:
    return Reply(200, org.cursors.page(at["cursor"], at["version"], _page(org, work)))


def _page(org: Org, work: Work) -> int:
    asked = re.search(r"batchSize=(\d+)", work.call.request.headers.get("sforce-query-options", ""))
    return min(max(int(asked[1]), 200), org.habits.page) if asked else org.habits.page


def _search(org: Org, work: Work, at: At) -> Reply:
    text = work.call.request.query.get("q", "")
    found = re.search(r"FIND\s*\{(.+?)\}", text, re.IGNORECASE)
    if found is None:
        words = "No search term found. The search term must be enclosed in braces."
        raise Failure("MALFORMED_SEARCH", words)
    returning = re.search(r"RETURNING\s+(.+)$", text, re.IGNORECASE)
    asked = re.findall(r"(\w+)(?:\s*\(([^)]*)\))?", returning[1]) if returning else []
    wanted = [(name, [f.strip() for f in fields.split(",") if f.strip()] or ["Id"]) for name, fields in asked]
    return Reply(200, {"searchRecords": _found(org, work, found[1], wanted, at["version"])})


def _parameterized(org: Org, work: Work, at: At) -> Reply:
    said: Any = dict(work.call.request.query) if work.call.request.method == "GET" else org.body(work)
    objects = said.get("sobjects") or ([{"name": said["sobject"]}] if said.get("sobject") else [])
    fields = said.get("fields", "Id")
    fields = fields.split(",") if isinstance(fields, str) else fields
    wanted = [(each["name"], [f.rpartition(".")[2] for f in each.get("fields", fields)]) for each in objects]
    return Reply(200, {"searchRecords": _found(org, work, str(said.get("q", "")), wanted, at["version"])})


def _found(org: Org, work: Work, term: str, wanted: list[tuple[str, list[str]]], version: str) -> list[Any]:
    """Records with the term in a text. What is younger than the index is not found."""
    names = wanted or [(name, ["Id"]) for name in work.store.in_use() if work.store.compact(name).get("searchable")]
    pattern = re.compile(r"\b" + re.escape(term).replace(r"\*", ".*"), re.IGNORECASE)
    rows: list[Any] = []
    for name, fields in names:
        object = org.object(work, name)
        hits = [r for r in work.store.all(object) if r.seen(work.now) and _has(work, object, r.values, pattern)]
        for record in hits[:2000]:
            told = org.told_records(work, object, [record.id], ["Id", *fields], version)[0]
            rows.append(told)
    return rows


def _has(work: Work, object: str, values: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    fields = work.store.schema.objects[object].fields
    texts = (v for n, v in values.items() if n in fields and fields[n].type == "text" and isinstance(v, str))
    return any(pattern.search(text) for text in texts)


ROUTES = (
    *routes("read", _query, f"GET {DATA}/query", f"GET {DATA}/query(?P<all>All)"),
    *routes("read", _more, f"GET {DATA}/query/{{cursor}}", f"GET {DATA}/queryAll/{{cursor}}"),
    *routes("read", _search, f"GET {DATA}/search"),
    *routes("read", _parameterized, f"GET {DATA}/parameterizedSearch", f"POST {DATA}/parameterizedSearch"),
)
