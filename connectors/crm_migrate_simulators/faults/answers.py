"""It was done, and the answer is not as it should be."""

import gzip
import json
from collections.abc import Callable
from typing import Any

from crm_migrate_simulators.call import AnswersOne, Call
from crm_migrate_simulators.faults.catalogue import kind
from crm_migrate_simulators.wire import Reply


@kind("answer", "any", "assumed", 0.2)
def slow(call: Call, seconds: float) -> Reply:
    """The answer comes that much later."""
    reply = call.proceed()
    call.clock.wait(seconds)
    return reply


@kind("answer", "any", "recording hubspot/batch_create_ten_results_in_other_order")
def shuffled(call: Call, _: float) -> Reply:
    """The results come in another order."""
    return changed_results(call, lambda results: call.random.shuffle(results))


@kind("answer", "write", "recording mutation: one result dropped")
def result_missing(call: Call, _: float) -> Reply:
    """One of the results is not there, though its record was written."""
    return changed_results(call, lambda results: results.pop(call.random.randrange(len(results))))


@kind("answer", "any", "recording mutation: one result repeated")
def result_doubled(call: Call, _: float) -> Reply:
    """One of the results is there twice."""
    return changed_results(call, lambda results: results.append(dict(results[0])))


@kind("answer", "any", "recording mutation: one result nobody asked for")
def result_foreign(call: Call, _: float) -> Reply:
    """There is a result about a record that nobody asked for."""
    return changed_results(call, lambda results: results.append(call.crm.foreign_result(results[0])))


@kind("answer", "write", "document HubSpot additional e-mails (two keys, one record)")
def one_id_twice(call: Call, _: float) -> Reply:
    """Two results carry the same id."""
    return changed_results(call, lambda results: call.crm.same_id(results))


@kind("answer", "any", "recording mutation: null for a list")
def results_null(call: Call, _: float) -> Reply:
    """The list of results, or the one record, is null."""
    reply = call.proceed()
    if isinstance(reply.body, dict):
        one = _one_under(call, reply.body)
        reply.body = {n: None if isinstance(value, list) or n == one else value for n, value in reply.body.items()}
    elif isinstance(reply.body, list):
        reply.body = b"null"
    return reply


@kind("answer", "any", "recording mutation: another key in the answer")
def unknown_words(call: Call, _: float) -> Reply:
    """The answer and each result have a member that no document names; that is allowed."""
    reply = changed_results(call, lambda results: [r.update(traceparent="00-simulated") for r in results])
    if isinstance(reply.body, dict):
        reply.body = {"requestId": "simulated", **reply.body}
    return reply


@kind("answer", "any", "document RFC 8259 4: behaviour is unpredictable")
def doubled_member(call: Call, _: float) -> Reply:
    """The JSON object has one of its members twice, the second time null."""
    reply = call.proceed()
    if isinstance(reply.body, dict) and reply.body:
        text = json.dumps(reply.body, ensure_ascii=False)
        reply.body = f"{text[:-1]}, {json.dumps(next(iter(reply.body)))}: null}}".encode()
    return reply


@kind("answer", "any", "assumed")
def wrong_content_type(call: Call, _: float) -> Reply:
    """The answer is right, but says that it is a page."""
    reply = call.proceed()
    reply.headers["Content-Type"] = "text/html; charset=iso-8859-1"
    return reply


@kind("answer", "any", "assumed", 200)
def gzip_bomb(call: Call, megabytes: float) -> Reply:
    """All was done; the answer is a small gzip body that inflates to that many megabytes."""
    call.proceed()
    body = gzip.compress(b" " * int(megabytes * 1_000_000), compresslevel=9)
    return Reply(200, body, {"Content-Encoding": "gzip", "Content-Type": "application/json"})


@kind("answer", "any", "assumed", 100_000)
def deep_answer(call: Call, depth: float) -> Reply:
    """All was done; the answer is JSON that nests that deep."""
    call.proceed()
    return Reply(200, b"[" * int(depth) + b"]" * int(depth))


def changed_results(call: Call, change: Callable[[list[dict[str, Any]]], object]) -> Reply:
    """The ordinary reply, its results changed in place; a reply without results stays as it is. A reply about one
    record tells of the last one that is there afterwards, or of none."""
    reply = call.proceed()
    results = call.crm.results(reply.body)
    one = _one_under(call, reply.body)
    if results:
        change(results)
    elif one:
        told = [reply.body[one]]
        change(told)
        reply.body = {**reply.body, one: told[-1] if told else None}
    return reply


def _one_under(call: Call, body: Any) -> str:
    """The member that tells of one record; "" where the reply is about none, or about many."""
    name = call.crm.one_under if isinstance(call.crm, AnswersOne) else ""
    told = body.get(name) if name and isinstance(body, dict) else None
    return name if isinstance(told, dict) and told.get("id") else ""
