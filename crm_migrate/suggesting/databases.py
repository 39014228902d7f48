"""Tables of a database that profiles know by their names and columns, each with the tables that it is joined with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crm_migrate.connecting.contract import JoinSpec, Source, SourceSpec
from crm_migrate.connecting.discovery import connector
from crm_migrate.connecting.secrets import resolve_secret
from crm_migrate.errors import InputError
from crm_migrate.mapping.profiles import ProfileJoin, SourceProfile
from crm_migrate.suggesting.candidates import Known, Study
from crm_migrate.suggesting.exports import Export, Found
from crm_migrate.suggesting.recognising import Fit, fits
from crm_migrate.suggesting.tables import Table, sampled

LENDER = "database"  # the source that lends the others its address
_LISTED: Mapping[str, str] = {
    "sqlite": "SELECT name AS table_name FROM sqlite_master WHERE type IN ('table', 'view')",
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()",
    "mariadb": "SELECT table_name AS table_name FROM information_schema.tables WHERE table_schema = database()",
}


def found_in_database(
    folder: Path, address: str, known: Mapping[str, SourceProfile], earlier: Mapping[str, Known]
) -> Found:
    """Study every table that a profile knows; the others are named. InputError where none is known."""
    spec = SourceSpec("export", url=resolve_secret(address, folder), folder=folder)
    there = _tables(spec)
    told = Found(lender=(LENDER, address))
    joined: set[str] = set()
    for table in [each for each in there if any(profile.table == each for profile in known.values())]:
        asked = replace(spec, table=table)
        fitting = fits(_source(asked).describe().columns, known, table)
        if not fitting:
            continue
        joins = _joins(fitting, there, told) if len(fitting) == 1 else {}
        joined |= {join.table for join in joins.values()}
        told.exports.append(_export(asked, fitting, joins, earlier))
    if not told.exports:
        message = f"no profile knows one of the {len(there):,} tables of this database"
        raise InputError(message, hint="write a mapping by hand: docs/mapping-examples.md shows one of a database")
    told.notes += _unread(there, {export.table or "" for export in told.exports} | joined)
    return told


def _source(spec: SourceSpec) -> Source:
    return connector("sql").source(spec)


def _tables(spec: SourceSpec) -> list[str]:
    """The names of its tables and views in order. InputError where they cannot be asked for."""
    kind = str(spec.url).partition(":")[0].partition("+")[0]
    listed = _LISTED.get("mariadb" if kind == "mysql" else kind)
    if listed is None:
        raise InputError(f"tables of a database of the kind `{kind}` cannot be listed", hint=f"of {', '.join(_LISTED)}")
    values, _, _ = sampled(_source(replace(spec, query=listed, order_by=("table_name",))))
    return values["table_name"].drop_nulls().to_list() if values else []


def _joins(fitting: Sequence[Fit], there: Sequence[str], told: Found) -> dict[str, ProfileJoin]:
    """The joins whose tables are there, and whose columns earlier ones brought; the others are told."""
    found: dict[str, ProfileJoin] = {}
    profile = fitting[0].profile
    for alias, join in profile.join.items():
        needed = {column.partition(".")[0] for column in join.by} & profile.join.keys()
        if join.table in there and needed <= found.keys():
            found[alias] = join
        else:
            told.notes.append(f"`{profile.table}`: no table `{join.table}` is here to join it with (`{alias}`)")
    return found


def _export(
    spec: SourceSpec, fitting: tuple[Fit, ...], joins: Mapping[str, ProfileJoin], earlier: Mapping[str, Known]
) -> Export:
    only = (fitting[0].name, fitting[0].profile) if len(fitting) == 1 else None
    partners = tuple(JoinSpec(alias, join.table, join.by, join.take) for alias, join in joins.items())
    source = _source(replace(spec, joins=partners, order_by=only[1].key if only else ()))
    values, whole, _ = sampled(source)
    name = str(spec.table)
    table = Table(name, source.describe().columns, name, values, whole)
    return Export(name, (), Study(table, only, earlier=earlier), fits=fitting, table=name, joins=joins)


def _unread(there: Sequence[str], read: set[str]) -> Iterator[str]:
    """The tables that nothing reads."""
    left = [table for table in there if table not in read]
    if left:
        yield f"{len(left):,} table(s) that no profile knows are not read: {', '.join(left)}"
