"""The verb `simulate`: a simulated CRM on this machine, by name, as installed packages offer them."""

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast

import click

from crm_migrate.connecting.discovery import offered
from crm_migrate.errors import InputError, UsageError

GROUP = "crm_migrate.simulators"


class Running(Protocol):
    """A simulated CRM that listens."""

    @property
    def url(self) -> str:
        """Where."""
        ...

    def stop(self) -> None:
        """Answer and write nothing any more."""
        ...


class Simulator(Protocol):
    """What an entry point of the group `crm_migrate.simulators` names."""

    title: str
    needs_schema: bool

    def start(
        self,
        schema: Any,
        *,
        faults: str = "",
        seed: int = 0,
        port: int = 0,
        store: Path | None = None,
        now: float | None = None,
        habits: Mapping[str, str] | None = None,
    ) -> Running:
        """Listen on 127.0.0.1. Raises ValueError with a sentence where something cannot be understood."""
        ...

    def faults(self) -> list[tuple[str, str, str, str]]:
        """Name, family, words and evidence of each kind of fault."""
        ...

    def evidence(self) -> str:
        """How many of its rules rest on a recording, on a document, and on nothing: a sentence, "" without rules."""
        ...


def simulator(name: str) -> Simulator:
    """The simulator of that name. UsageError where there is none, or where it does not load."""
    point = offered(GROUP, "simulator", name)
    try:
        return cast(Simulator, point.load())
    except Exception as error:
        raise UsageError(f"the simulator `{point.name}` cannot be loaded: {error}") from error


@click.command("simulate")
@click.argument("name")
@click.option(
    "--schema",
    type=click.Path(path_type=Path),
    help="Objects and fields, as JSON; those of a product are there without.",
)
@click.option("--faults", default="", metavar="SPEC", help="What goes wrong: `reset_after:0.05, throttled(3)@2`.")
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same faults.")
@click.option("--port", default=0, help="The port on 127.0.0.1; any that is free without it.")
@click.option("--store", type=click.Path(path_type=Path), help="Keep records in this file; without it in memory alone.")
@click.option("--now", metavar="TIME", help="Let the clock stand at this time (ISO 8601) until a test moves it.")
@click.option(
    "--habit", "habits", multiple=True, metavar="NAME=VALUE", help="How it behaves: `atomic=yes`, `batch=50`."
)
@click.option("--list-faults", is_flag=True, help="Print the kinds of fault with their evidence, and end.")
def simulate_command(name: str, schema: Path | None, list_faults: bool, **options: Any) -> None:
    """Run a simulated CRM on this machine until Ctrl-C, to rehearse a load with lost answers, limits and busy users.

    \b
      crm-migrate simulate rest --schema crm.json --faults doubt:0.1 --seed 7
      crm-migrate simulate hubspot
    It prints its address first. What it saw is told at ADDRESS/_simulator/summary.
    """
    chosen = simulator(name)
    if list_faults:
        _print_faults(chosen)
        return
    if schema is None and chosen.needs_schema:
        raise UsageError("a simulated CRM needs to know its objects", hint="name a JSON file with --schema")
    running = _started(chosen, schema, **options)
    try:
        click.echo(running.url)
        threading.Event().wait()
    finally:
        running.stop()


def _started(
    chosen: Simulator,
    schema: Path | None,
    *,
    faults: str,
    seed: int,
    port: int,
    store: Path | None,
    now: str | None,
    habits: tuple[str, ...],
) -> Running:
    try:
        said = None if schema is None else json.loads(schema.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{schema} is no JSON: {error}") from None
    try:
        pairs = dict(_pair(habit) for habit in habits)
        return chosen.start(said, faults=faults, seed=seed, port=port, store=store, now=_instant(now), habits=pairs)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _pair(habit: str) -> tuple[str, str]:
    name, equals, value = habit.partition("=")
    if not equals:
        raise ValueError(f"--habit {habit}: it looks like NAME=VALUE")
    return name, value


def _instant(text: str | None) -> float | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _print_faults(chosen: Simulator) -> None:
    kinds = chosen.faults()
    for name, family, words, evidence in kinds:
        click.echo(f"{name:20} {family:8} {words}\n{'':29} {evidence}")
    by = {ground: sum(e.startswith(ground) for *_, e in kinds) for ground in ("recording", "document", "assumed")}
    click.echo(f"{len(kinds)} kinds: " + ", ".join(f"{count} by {ground}" for ground, count in by.items()))
    if chosen.evidence():
        click.echo(chosen.evidence())
