"""Taking back what a load did: records that nobody refers to go. They are marked as deleted there, and nothing of
others changes."""

from collections.abc import Collection, Iterator

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.taking_back import told
from crm_migrate_opencrm.dialect import Dialect, Entity, Pointing
from crm_migrate_opencrm.looking import entity_of, named
from crm_migrate_opencrm.rows import id_of, key_of
from crm_migrate_opencrm.writing import Writing


class Removing:
    """Takes records away."""

    def __init__(self, dialect: Dialect, writing: Writing) -> None:
        self._dialect, self._writing = dialect, writing

    def remove(self, batch: WriteBatch) -> Answer:
        """Who is there, carries our key and is referred to by nobody goes."""
        dialect, rows = self._dialect, rows_of(batch)
        entity = entity_of(dialect, batch.object)
        ids = {key: str(row[TARGET_ID]) for key, row in rows.items()}
        found, gone = named(dialect, entity, rows), set[str]()
        referring = self._referring(entity, [id_of(each) for each in found.values()])

        def one(key: str) -> str | Refusal:
            if key not in found:
                gone.add(key)
                return ids[key]
            if key_of(entity, found[key]) != key:
                return TAKEN
            who = [each for each in referring.get(ids[key], ()) if each.by not in went]
            if who:
                return Refusal(f"{who[0].entity}.{who[0].field} refers to it", "REFERRED")
            said = dialect.delete(entity, ids[key])
            if isinstance(said, Refusal):
                return said
            went.add(ids[key])
            if not said:
                gone.add(key)
            return ids[key]

        went = set[str]()
        answer = self._writing.each(list(rows), one, Answer())
        return Answer(answer.loaded, answer.refused, answer.in_doubt, answer.later, gone=frozenset(gone))

    def _referring(self, entity: Entity, ids: list[str]) -> dict[str, list[Pointing]]:
        found: dict[str, list[Pointing]] = {}
        for each in self._dialect.pointing(entity, ids) if ids else ():
            if each.by != each.id:
                found.setdefault(each.id, []).append(each)
        return found

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to, and by what."""
        entity = entity_of(self._dialect, object)
        referring = (
            (each.id, f"{each.entity}:{each.kind}" if each.kind else each.entity, each.field)
            for each in self._dialect.pointing(entity, None)
        )
        yield told(referring, known)
