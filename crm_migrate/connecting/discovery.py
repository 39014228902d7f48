"""Connectors, and what else packages offer by name: built-ins and strangers are found the same way, by entry points."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from crm_migrate.connecting.contract import Connector
from crm_migrate.errors import UsageError

GROUP = "crm_migrate.connectors"


@dataclass(frozen=True, slots=True)
class Installed:
    """A connector that is installed: its name, the package it comes from, and why it cannot be used, if so."""

    name: str
    package: str
    title: str = ""
    trouble: str = ""


@cache
def _points(group: str) -> dict[str, EntryPoint]:
    """The entry points by name, looked for once per process: that reads a file of every installed package."""
    return {point.name: point for point in sorted(entry_points(group=group), key=lambda p: p.value, reverse=True)}


def offered(group: str, kind: str, name: str) -> EntryPoint:
    """What a package offers by that name in a group. UsageError where there is no such `kind` of thing."""
    points = _points(group)
    if name not in points:
        near = difflib.get_close_matches(name, points, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"installed are: {', '.join(sorted(points)) or 'none'}"
        raise UsageError(f"there is no {kind} `{name}`", hint=hint)
    return points[name]


def connector(name: str) -> Connector:
    """The connector of that name. UsageError where there is none, or where what it needs is not installed."""
    return _load(offered(GROUP, "connector", name))


def _load(point: EntryPoint) -> Connector:
    package = point.dist.name if point.dist else point.module
    try:
        return cast(Connector, point.load())
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the connector `{point.name}` needs the Python package `{error.name}`, which is not installed",
            hint=f'pip install "{package}[{point.name}]"',
        ) from None
    except Exception as error:
        raise UsageError(
            f"the connector `{point.name}` of the package `{package}` cannot be loaded: {error}",
            hint=f"update or remove `{package}`",
        ) from error


def source_options(name: str) -> frozenset[str] | None:
    """The options that sources of a connector read; None where it is not there or does not say."""
    return _options(name, "source_options")


def target_options(name: str) -> frozenset[str] | None:
    """The options that targets of a connector read; None where it is not there or does not say."""
    return _options(name, "target_options")


def writes_files(name: str) -> bool:
    """Whether the targets of a connector are files, which the profile of the target lays out."""
    try:
        return bool(getattr(connector(name), "writes_files", False))
    except UsageError:
        return False


def _options(name: str, which: str) -> frozenset[str] | None:
    try:
        said = getattr(connector(name), which, None)
    except UsageError:
        return None
    return frozenset(said) if said is not None else None


def available() -> Iterator[Installed]:
    """Every connector that is installed, by name, also those that do not load."""
    for name, point in sorted(_points(GROUP).items()):
        package = point.dist.name if point.dist else point.module
        try:
            yield Installed(name, package, _load(point).title)
        except UsageError as error:
            yield Installed(name, package, trouble=error.message)
