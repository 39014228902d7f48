"""What becomes of every record that a run wrote: removed, released, restored, or kept because somebody touched it.

A record is touched where a loaded field is not what was read back after the load. What was read back must be what was
sent (somebody may have been quicker than our reading), and a record that we made goes only while nothing else in it has
changed either. In doubt it is kept.
"""

from collections.abc import Callable, Collection, Sequence

from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load.keys import Names, fields_where, text_columns
from crm_migrate.stages.load.objects import links, loaded_fields
from crm_migrate.stages.load.sending import KINDS
from crm_migrate.stages.reconcile.comparing import Compared
from crm_migrate.stages.undo.images import Undoing, after, answered_ids, before, create_sent, planned
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import NOW, OTHERS

# A verdict is what is to be done (remove, release, restore), what an earlier start has done (removed, released,
# restored), that nothing is to be done (same), or that the record stays as it is (kept).
EMPTIED = "STRUCT(field VARCHAR, parent VARCHAR)[]"


def judge(tables: Relations, undoing: Undoing, object_plan: ObjectPlan, defaults: Collection[str]) -> None:
    """Create `verdict/<object>`: `__entity`, `target_id`, `did` (create, adopt, update), `verdict`, `code`, `message`,
    `fields` (to be restored), `changed` (all that the run wrote) and `emptied` (`field`, `parent`: links of a new
    record that an earlier start has emptied).

    `defaults` are fields that the target fills by itself where nothing is sent. Who refers to whom is not looked at.
    """
    names = Names(object_plan.name)
    mine = [(undoing.run, undoing.lines)]
    create_sent(tables, names.sent, undoing, object_plan, mine, KINDS)
    create_sent(tables, names.undone, undoing, object_plan, undoing.earlier, ("link", "update", "release", "relink"))
    create_sent(tables, names.asked, undoing, object_plan, undoing.earlier, ("remove", "release"))
    lists = _lists(undoing.plan, object_plan, defaults)
    listed = "".join(f", {sql} AS __{name}" for name, sql in lists.items())
    tables.execute(f"""CREATE TEMP TABLE {names.verdict} AS
    WITH wrote AS (SELECT e.__entity, coalesce(i.target_id, e.__target_id) AS known, s.__doubt AS doubt,
        CASE WHEN e.__action = 'create' THEN 'create' WHEN e.__code = 'existing' THEN 'adopt' ELSE 'update' END AS did
      FROM {planned(undoing, object_plan)} e JOIN {names.sent} s USING (__entity)
      LEFT JOIN {answered_ids(undoing, object_plan)} i USING (__entity)),
    judged AS (SELECT d.*, q.__entity IS NOT NULL AS asked, u.__entity IS NOT NULL AS undid, n.target_id AS id,
        r.target_id IS NOT NULL AS by_id, r.__entity AS other, {_several(tables, names)} AS several{listed}
      {_sides(tables, undoing, object_plan)})
    SELECT __entity, coalesce(id, known) AS target_id, did, {_VERDICT} AS verdict, {_CODE} AS code,
      {_MESSAGE} AS message, CASE WHEN did = 'create' THEN [] ELSE __restore END AS fields, __changed AS changed,
      __emptied AS emptied
    FROM judged WHERE NOT (id IS NULL AND known IS NULL AND doubt AND NOT asked)""")


def _several(tables: Relations, names: Names) -> str:
    """SQL: several records of the target carry this key."""
    now = tables.scan(NOW, names.object)
    return (
        f"d.__entity IN (SELECT __entity FROM {now} WHERE __entity IS NOT NULL GROUP BY __entity HAVING count(*) > 1)"
    )


def _sides(tables: Relations, undoing: Undoing, object_plan: ObjectPlan) -> str:
    """The joins: `n` the record now, `r` who has its id now, `a` as it was read back, `b` before, `s` sent, `u` sent by
    earlier starts of the undo, `q` who was asked to go by one."""
    names = Names(object_plan.name)
    now = tables.scan(NOW, object_plan.name, also=text_columns(object_plan))
    return f"""FROM wrote d JOIN {names.sent} s USING (__entity)
      LEFT JOIN {_once(now)} n ON n.__entity = d.__entity
      LEFT JOIN {tables.scan(NOW, object_plan.name)} r ON r.target_id = d.known
      LEFT JOIN {_once(after(undoing, object_plan))} a ON a.__entity = d.__entity
      LEFT JOIN {before(undoing, object_plan)} b ON b.target_id = d.known AND d.did <> 'create'
      LEFT JOIN {names.undone} u ON u.__entity = d.__entity
      LEFT JOIN {names.asked} q ON q.__entity = d.__entity"""


def _once(relation: str) -> str:
    """One record per key of ours: the first by id."""
    first = f"SELECT __entity, min(target_id) AS target_id FROM {relation} WHERE __entity IS NOT NULL GROUP BY __entity"
    return (
        f"(SELECT x.* FROM {relation} x SEMI JOIN ({first}) f ON f.__entity = x.__entity AND f.target_id = x.target_id)"
    )


def _lists(plan: Plan, object_plan: ObjectPlan, defaults: Collection[str]) -> dict[str, str]:
    """SQL over the sides: the names of the fields that were touched, rewritten ... by what is found out of each."""
    fields = [_Field(name, kind, name in defaults) for name, kind in kinds(object_plan).items()]
    later = {link.name for link in links(plan, object_plan) if link.later}
    back = "a.__entity IS NOT NULL"
    others = f"CASE WHEN {back} AND a.{OTHERS} IS NOT NULL THEN a.{OTHERS} <> n.{OTHERS} ELSE n.{OTHERS} <> '' END"
    unlike = f"d.did = 'create' AND {others}"
    return {
        "touched": _names(fields, lambda f: f"{back} AND {f.touched}"),
        "rewritten": _names(fields, lambda f: f"{back} AND {f.rewritten}"),
        "unsure": _names(fields, lambda f: f"NOT ({back}) AND {f.unsure}"),
        "noted": f"({unlike} AND {back} AND a.{OTHERS} IS NOT NULL)",
        "unseen": f"({unlike} AND NOT ({back} AND a.{OTHERS} IS NOT NULL))",
        "restore": _names(fields, lambda f: f"{f.sent} AND {f.now} IS DISTINCT FROM {f.before}"),
        "changed": _names(fields, lambda f: f.sent),
        "emptied": _emptied([f for f in fields if f.name in later]),
    }


def kinds(object_plan: ObjectPlan) -> dict[str, str]:
    """Field -> what decides how two of its texts are the same value."""
    fields = (Compared(str(f.target), f.type, f.ref is not None) for f in loaded_fields(object_plan))
    return {field.name: field.kind for field in fields}


class _Field:
    """A loaded field as SQL over the sides; empty is null."""

    def __init__(self, name: str, kind: str, default: bool) -> None:
        self.name, self.kind = name, kind
        cell, flag = quoted(name), quoted(f"?{name}")
        self.now, self.back, self.before, self.gave, self.undid = (f"nullif({t}.{cell}, '')" for t in "nabsu")
        self.sent = f"s.{flag}"
        self._expected = f"CASE WHEN {self.sent} THEN {self.gave} ELSE {self.before} END"
        same = f"{self.now} IS NOT DISTINCT FROM {self.undid} OR (d.did = 'create' AND {self.now} IS NULL)"
        self._ours = f"(coalesce(u.{flag}, FALSE) AND ({same}))"
        self._default = f"{self._expected} IS NULL" if default else "FALSE"

    @property
    def touched(self) -> str:
        """Changed since it was read back, and not by an earlier start of the undo."""
        return f"{self.now} IS DISTINCT FROM {self.back} AND NOT {self._ours}"

    @property
    def rewritten(self) -> str:
        """Read back as another value than was sent. Of a record that was there, fields that we did not write are no
        matter."""
        wrote = f"(d.did = 'create' OR {self.sent})"
        return f"{wrote} AND NOT {self._alike(self.back)} AND NOT ({self._default})"

    @property
    def emptied(self) -> str:
        """A link of a new record that an earlier start of the undo has emptied."""
        return f"d.did = 'create' AND n.__entity IS NOT NULL AND {self.now} IS NULL AND {self._ours}"

    @property
    def unsure(self) -> str:
        """Never read back, and now neither what was sent nor, where that is in doubt, what was there before."""
        untaken = f"(s.__doubt AND {self.now} IS NOT DISTINCT FROM {self.before})"
        return f"NOT {self._alike(self.now)} AND NOT {untaken} AND NOT {self._ours}"

    def _alike(self, cell: str) -> str:
        return f"alike({literal(self.kind)}, {self._expected}, {cell})"


def _names(fields: Sequence[_Field], condition: Callable[[_Field], str]) -> str:
    return fields_where((f.name, condition(f)) for f in fields)


def _emptied(fields: Sequence[_Field]) -> str:
    cells = ", ".join(
        f"CASE WHEN {f.emptied} THEN {{'field': {literal(f.name)}, 'parent': coalesce({f.back}, {f.gave})}} END"
        for f in fields
    )
    return f"list_filter([{cells}]::{EMPTIED}, lambda x: x IS NOT NULL)"


_VERDICT = """CASE
  WHEN id IS NULL AND did = 'create' AND asked AND NOT by_id THEN 'removed'
  WHEN id IS NULL AND did = 'adopt' AND asked AND by_id AND other IS NULL THEN 'released'
  WHEN id IS NULL AND did = 'adopt' AND doubt AND by_id AND other IS NULL THEN 'same'
  WHEN id IS NULL OR several OR (known IS NOT NULL AND id <> known) THEN 'kept'
  WHEN len(__touched) + len(__rewritten) + len(__unsure) > 0 OR __noted OR __unseen THEN 'kept'
  WHEN did = 'create' THEN 'remove'
  WHEN did = 'adopt' THEN 'release'
  WHEN len(__restore) > 0 THEN 'restore'
  WHEN undid THEN 'restored'
  ELSE 'same' END"""

_CODE = f"""CASE WHEN {_VERDICT} <> 'kept' THEN NULL
  WHEN id IS NULL AND by_id THEN 'undo_key_gone'
  WHEN id IS NULL THEN 'undo_gone'
  WHEN several OR id <> known THEN 'undo_moved'
  WHEN len(__touched) > 0 THEN 'undo_touched'
  WHEN len(__rewritten) > 0 THEN 'undo_rewritten'
  WHEN len(__unsure) > 0 THEN 'undo_unsure'
  WHEN __noted THEN 'undo_noted'
  ELSE 'undo_unsure' END"""

_MESSAGE = f"""CASE WHEN {_VERDICT} <> 'kept' THEN NULL
  WHEN id IS NULL THEN NULL
  WHEN several THEN 'several records carry its key'
  WHEN id <> known THEN 'its key is on another record now; it was ' || known
  WHEN len(__touched) > 0 THEN array_to_string(__touched, ', ')
  WHEN len(__rewritten) > 0 THEN array_to_string(__rewritten, ', ')
  WHEN len(__unsure) > 0 THEN array_to_string(__unsure, ', ')
  WHEN __noted THEN NULL
  ELSE 'it holds more than was loaded' END"""
