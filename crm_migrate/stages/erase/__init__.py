"""Erase: people who asked for it are taken out of what was read, before anything else of the run sees it.

The sources were read into a folder beside the run, and followed as far as to who is one person. Here the rows of the
people on the list are found there, with all that merges with them; the run gets the same rows without their values, and
a mark for each of them by which `map` sets it aside. So no later stage, report or file can hold what it never read. The
folder beside the run is removed when this is done.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence

import polars as pl

from crm_migrate.cleansing import Context
from crm_migrate.errors import InputError
from crm_migrate.finding import Finding
from crm_migrate.mapping.erase_list import Entry, read_entries
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.side_tables import read_list
from crm_migrate.stages.erase.forgetting import forget_keys
from crm_migrate.stages.erase.outlines import normal, outline
from crm_migrate.stages.erase.publishing import publish_source
from crm_migrate.stages.erase.reached import reach
from crm_migrate.stages.erase.redacting import Redactor
from crm_migrate.stages.erase.said import write_said
from crm_migrate.stages.erase.telling import Told, findings, read_told, write_told
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.mask_key import mask_key
from crm_migrate.workspace.row_keys import HIDDEN_KEY

__all__ = ["erase", "people_on_the_list", "read_told"]


def people_on_the_list(plan: Plan, project: Project) -> list[Entry]:
    """Who asked to be erased, one entry per line. InputError where the list is not that which the plan was made of."""
    assert plan.erase is not None
    data = (project.folder / plan.erase.people).read_bytes()
    if hashlib.sha256(data).hexdigest() != plan.files.get(plan.erase.people):
        raise InputError(f"{plan.erase.people} changed while the run began", hint="crm-migrate run")
    header, rows, _ = read_list(data.decode("utf-8-sig"))
    context = Context(locale=plan.locale, time_zone=plan.time_zone, as_of=plan.as_of)
    entries, _ = read_entries(header, rows, plan.objects, [source.name for source in plan.sources], context)
    return entries


def erase(plan: Plan, project: Project, beside: Run, run: Run, entries: Sequence[Entry]) -> tuple[Finding, ...]:
    """Give `run` the sources as they were read `beside` it, without the people on the list; what is to be told."""
    said = pl.scan_parquet(write_said(plan, beside, {column for entry in entries for column in entry.known}))
    reached = reach(plan, beside, said, entries)
    found = outline(plan, beside, said, reached, entries)
    told = Told(tuple(entries), reached, found)
    token, keeps = _token(mask_key(project)), _keeps(plan)
    for source in (each.name for each in plan.sources):
        redactor = Redactor(
            found.columns[source], found.places[source], found.kept[source], keeps, token,
            found.links.get(source, {}), found.mentions, found.answers.get(source, {}),
            found.alone[source],
        )  # fmt: skip
        publish_source(source, beside, run, redactor, found.marks[source])
        told.mentioned[source] = redactor.mentioned
    forget_keys(project, found.keys, token)
    report = findings(plan, told)
    write_told(run, report)
    return report


def _token(key: bytes) -> Callable[[str], str]:
    """A name for the key of an erased row: always the same in this project, and nobody's without its secret."""
    return lambda text: HIDDEN_KEY + hmac.new(key, normal(text).encode(), "sha256").hexdigest()[:16]


def _keeps(plan: Plan) -> Callable[[str], str]:
    """What the list of opt-outs keeps of a mailbox."""
    if plan.erase is not None and plan.erase.suppressions == "hash":
        return lambda mailbox: hashlib.sha256(normal(mailbox).lower().encode()).hexdigest()
    return lambda mailbox: mailbox
