"""A simulated CRM from what a person says: schema, faults, clock, quotas, habits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from crm_migrate_simulators.call import Crm
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.engine import Engine
from crm_migrate_simulators.evidence import Rule, counted
from crm_migrate_simulators.faults import KINDS, Kind, Schedule, read_schedule
from crm_migrate_simulators.keep import Keep
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.schema import Schema, read_schema
from crm_migrate_simulators.server import Server
from crm_migrate_simulators.store import Store


def _as_it_is(schema: Any) -> Any:
    return schema


def _no_limits(habits: Any) -> Quotas:
    del habits
    return Quotas()


@dataclass(frozen=True)
class Simulator:
    """What an entry point of the group `crm_migrate.simulators` names. `habits` is a dataclass with defaults."""

    title: str
    crm: Callable[[Clock, Any], Crm]
    habits: type[Any]
    own_faults: Mapping[str, Kind] = field(default_factory=dict)  # beside those that any CRM may have
    rules: tuple[Rule, ...] = ()
    furnished: Callable[[Any], Any] = _as_it_is  # what stands in the schema whatever a person says
    limits: Callable[[Any], Quotas] = _no_limits  # of its habits, where nobody says others
    stored: Callable[[Schema], Store] = Store
    needs_schema: bool = True

    @property
    def kinds(self) -> dict[str, Kind]:
        """All kinds of fault by name."""
        return {**KINDS, **self.own_faults}

    def start(
        self,
        schema: Any,
        *,
        faults: str = "",
        seed: int = 0,
        port: int = 0,
        store: Path | None = None,
        now: float | None = None,
        quotas: Quotas | None = None,
        habits: Mapping[str, str] | None = None,
    ) -> Server:
        """A running server; `schema` is parsed JSON, `now` stops its clock at an instant, `store` is a file that
        outlives it. Raises ValueError with a sentence where something cannot be understood."""
        clock = Clock(now)
        ways = read_habits(self.habits, habits or {})
        engine = Engine(
            self.crm(clock, ways),
            read_schema(self.furnished(schema)),
            schedule=Schedule(read_schedule(faults, self.kinds), seed),
            clock=clock,
            quotas=quotas or self.limits(ways),
            keep=None if store is None else Keep(store),
            kinds=self.kinds,
            store=self.stored,
        )
        return Server(engine, port).start()

    def faults(self) -> list[tuple[str, str, str, str]]:
        """Name, family, words and evidence of each kind of fault."""
        return [(kind.name, kind.family, kind.words, kind.evidence) for kind in self.kinds.values()]

    def evidence(self) -> str:
        """How many of its rules rest on a recording, on a document, and on nothing: a sentence."""
        return f"{len(self.rules)} rules: {counted(rule.ground for rule in self.rules)}" if self.rules else ""


def read_habits(kind: type[Any], said: Mapping[str, str]) -> Any:
    """A dataclass of habits from texts. Raises ValueError for a word that it does not have."""
    known = {field.name: type(field.default) for field in fields(kind)}
    unknown = sorted(set(said) - set(known))
    if unknown:
        raise ValueError(f"there is no habit {unknown[0]!r}; there are {', '.join(known)}")
    return kind(**{name: _read(known[name], name, text) for name, text in said.items()})


def _read(kind: type[Any], name: str, text: str) -> Any:
    if kind is bool:
        if text not in ("yes", "no"):
            raise ValueError(f"habit {name}: yes or no, not {text!r}")
        return text == "yes"
    return kind(text)
