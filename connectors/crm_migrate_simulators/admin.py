"""What tests ask and set while a simulated CRM runs, beside its own routes: never counted, never struck by a fault.

GET  /_simulator/summary | requests | creations | records/{object} | faults | links/{kind} | settings/{kind}
PUT  /_simulator/clock   {"advance": seconds} or {"set": instant}
PUT  /_simulator/settings {"kind", "name", "value"}
PUT  /_simulator/records  {"object", "id", "values", "created", "changed"}: a record as it is told, no creation
PUT  /_simulator/faults  {"faults": "reset_after@1", "seed": 1}
POST /_simulator/user    {"do": "edit" | "delete" | "undelete" | "merge", "object", "id", "fields" | "loser"}
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.faults import Schedule, read_schedule
from crm_migrate_simulators.rules import Refused
from crm_migrate_simulators.store import Record
from crm_migrate_simulators.wire import Reply, Request

PREFIX = "/_simulator/"


def answer(engine: Engine, request: Request) -> Reply:
    """Handle one of these routes."""
    what, _, rest = request.path.removeprefix(PREFIX).partition("/")
    reads: dict[str, Callable[[], Any]] = {
        "summary": engine.log.summary,
        "requests": lambda: [asdict(asked) for asked in engine.log.requests],
        "creations": lambda: [asdict(creation) for creation in engine.log.creations],
        "records": lambda: [asdict(record) for record in engine.store.all(rest)],
        "links": lambda: engine.store.links(rest),
        "settings": lambda: engine.store.settings(rest),
        "faults": lambda: [{"name": k.name, "family": k.family, "words": k.words} for k in engine.kinds.values()],
        "clock": lambda: {"now": engine.clock.now()},
    }
    writes: dict[str, Callable[[Any], None]] = {
        "clock": lambda said: _set_clock(engine, said),
        "faults": lambda said: _set_faults(engine, said),
        "settings": lambda said: engine.store.put(said["kind"], said["name"], said["value"]),
        "records": lambda said: _seed(engine, said),
        "user": lambda said: _by_user(engine, said),
    }
    try:
        if request.method == "GET" and what in reads:
            return Reply(200, reads[what]())
        if request.method in ("PUT", "POST") and what in writes:
            writes[what](request.json())
            return Reply(200, {})
    except (ValueError, KeyError, TypeError, Refused) as error:
        return Reply(400, {"error": str(error)})
    return Reply(404, {"error": "there is no such route"})


def _set_clock(engine: Engine, said: Any) -> None:
    if "set" in said:
        engine.clock.set(float(said["set"]))
    else:
        engine.clock.advance(float(said["advance"]))


def _set_faults(engine: Engine, said: Any) -> None:
    engine.schedule = Schedule(read_schedule(said["faults"], engine.kinds), int(said.get("seed", engine.schedule.seed)))
    engine.log.count_anew()


def _seed(engine: Engine, said: Any) -> None:
    now = engine.clock.now()
    created, changed = (float(said.get(name, now)) for name in ("created", "changed"))
    engine.store.seed(Record(said["object"], str(said["id"]), dict(said["values"]), created, changed))


def _by_user(engine: Engine, said: Any) -> None:
    store, now = engine.store, engine.clock.now()
    if said["do"] == "edit":
        store.update(said["object"], said["id"], said["fields"], now)
    elif said["do"] == "delete":
        store.delete(said["object"], said["id"], now)
    elif said["do"] == "undelete":
        store.undelete(said["object"], said["id"], now)
    elif said["do"] == "merge":
        store.merge(said["object"], said["id"], said["loser"], now)
    else:
        raise ValueError(f"a user cannot {said['do']}")
