"""Taking back what a load did: records that nobody refers to are archived.

HubSpot would archive a record that others are linked with, and drop their links without a word. It answers the same
whether there was a record or not; so records are looked at before and after.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import pyarrow as pa

from crm_migrate.connecting.batch_rows import rows_of
from crm_migrate.connecting.contract import TARGET_ID, Answer, Refusal, TargetObject, WriteBatch
from crm_migrate.connecting.found import TAKEN
from crm_migrate.connecting.http import Http
from crm_migrate_hubspot.calls import key_of, kind_of
from crm_migrate_hubspot.link_answers import Linked
from crm_migrate_hubspot.linking import done
from crm_migrate_hubspot.portal import Portal
from crm_migrate_hubspot.requests import BATCH
from crm_migrate_hubspot.rosters import LISTS, number_of
from crm_migrate_hubspot.shapes import ASSOCIATIONS, BELOW, INVERSE, KEY, KIND, OBJECTS, REGISTRY, refers, split
from crm_migrate_hubspot.ties import KEYS, TO, lines_of

First = Callable[[Mapping[str, str]], Mapping[str, Refusal]]  # entity -> id of who goes; who may not, after all
Found = tuple[str, str, str]  # id of the record that is referred to, object and field that refer to it


class Removing:
    """Takes records away."""

    def __init__(self, portal: Portal, http: Http) -> None:
        self._portal, self._http = portal, http

    def remove(self, batch: WriteBatch, first: First | None = None) -> Answer:
        """Who is there, carries our key and is referred to by nobody is archived; `first` what hangs on it goes."""
        name, rows = split(batch.object.name)[0], rows_of(batch)
        ids = {entity: str(row[TARGET_ID]) for entity, row in rows.items()}
        there = self._portal.surely_of(name, [KEY], list(ids.values()))
        gone = {entity: id for entity, id in ids.items() if id not in there}
        refused = {e: TAKEN for e, id in ids.items() if id in there and key_of(there[id]) != e}
        left = {entity: id for entity, id in ids.items() if entity not in gone and entity not in refused}
        referring = self._who(name, list(left.values()))
        refused |= {
            e: Refusal(f"{referring[id]} refers to it", "REFERRED") for e, id in left.items() if id in referring
        }
        going = {entity: id for entity, id in left.items() if entity not in refused}
        if first is not None:
            refused |= first(going)
            going = {entity: id for entity, id in going.items() if entity not in refused}
        loaded = {**gone, **self._archived(name, going)}
        return Answer(loaded, refused, gone=frozenset(gone))

    def _archived(self, name: str, going: Mapping[str, str]) -> dict[str, str]:
        """Who is to be seen no more; whoever still is may be gone a moment later, and is in doubt."""
        ids = list(going.values())
        for start in range(0, len(ids), BATCH):
            done(self._http, self._portal.requests.archive(name, ids[start : start + BATCH]))
        there = self._portal.of(name, (), ids)
        return {entity: id for entity, id in going.items() if id not in there}

    def _who(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        """Id -> an object that refers to it, of those that others refer to."""
        found: dict[str, str] = {}
        for other in self._others(name):
            for id, linked in self._portal.links(name, other, ids).items() if ids else ():
                if any(_refers_to_us(name, other, each) for each in linked):
                    found.setdefault(id, other)
        return found | {id: f"a {LISTS[:-1]} of users" for id, _ in self._enlisted(name, ids)}

    def _enlisted(self, name: str, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Record and list, where somebody else put one of ours into a list; asked only where lists are loaded."""
        if not ids or REGISTRY not in self._portal.existing(name):
            return
        held = self._portal.lists_of(number_of(name) or "", ids)
        kept = self._portal.of(name, [KEYS], list(held)) if KEYS in self._portal.existing(name) else {}
        known: dict[str, bool] = {}
        for id, lists in held.items():
            ours = {line.tie.other for line in lines_of(id, kept.get(id, {}).get(KEYS)) if line.to == LISTS}
            for each in (each for each in lists if each not in ours):
                if each not in known:
                    there = self._portal.roster(each)
                    known[each] = there is not None and there.is_static
                if known[each]:
                    yield id, each

    def _others(self, name: str) -> Iterator[str]:
        """The objects of the portal whose records may refer to one of this object."""
        for other in OBJECTS:
            if (other == name or refers(other, name)) and self._portal.labels(name, other) is not None:
                yield other

    # ------------------------------------------------------------------------------------------------ referring

    def referred(self, object: TargetObject, known: Collection[tuple[str, str]]) -> Iterator[pa.Table]:
        """Records that others refer to by a link, page by page."""
        name, kind = split(object.name)
        for page in self._portal.pages(name, [KIND] if KIND in self._portal.existing(name) else []):
            ids = [id for id, values in page if kind_of(values) == kind]
            found = sorted(
                {
                    *self._referring(name, ids, frozenset(known)),
                    *((id, f"{LISTS}:{name}", "members") for id, _ in self._enlisted(name, ids)),
                }
            )
            if found:
                columns = zip(("target_id", "object", "field"), zip(*found, strict=True), strict=True)
                yield pa.table({each: pa.array(column, pa.string()) for each, column in columns})

    def _referring(self, name: str, ids: Sequence[str], known: frozenset[tuple[str, str]]) -> Iterator[Found]:
        for other in self._others(name) if ids else ():
            links = self._portal.links(name, other, ids)
            pairs = {
                (each.id, id) for id, linked in links.items() for each in linked if _refers_to_us(name, other, each)
            }
            yield from self._fields(name, other, pairs, known)

    def _fields(
        self, name: str, other: str, pairs: Collection[tuple[str, str]], known: frozenset[tuple[str, str]]
    ) -> Iterator[Found]:
        """By which fields records of another object refer to ours; that one only it can say, as it has labels of its
        own for a link."""
        owners = sorted({one for one, _ in pairs})
        asked = [key for key in (KIND, KEYS) if key in self._portal.existing(other)]
        for start in range(0, len(owners), BATCH):
            some = owners[start : start + BATCH]
            kept = self._portal.of(other, asked, some) if asked else {}
            for one, linked in self._portal.links(other, name, some).items():
                kind = kind_of(kept.get(one, {}))
                keyed = {line.tie.other for line in lines_of(one, kept.get(one, {}).get(KEYS)) if line.to == name}
                object = f"{other}:{kind}" if kind else other
                for each in linked:
                    ties = [(f"{other}>{name}", TO)] if each.id in keyed else []
                    fields = [*ties, *((object, field) for field in _fields_of(name, each))]
                    if (one, each.id) in pairs and not _is_known(fields, known):
                        yield (each.id, *fields[-1])


def _refers_to_us(name: str, other: str, linked: Linked) -> bool:
    """Whether a link, as our record shows it, is of the other one. Between two records of one object its label says so;
    one without a label is of neither."""
    if name != other:
        return True
    return any(label == BELOW or label.endswith(INVERSE) for label in linked.labels())


def _fields_of(name: str, linked: Linked) -> list[str]:
    """The fields that a link may be, as the record shows it that refers: the one without a label first."""
    plain = f"{ASSOCIATIONS}.{name}"
    return [plain, *(f"{plain}.{label}" for label in linked.labels() if not label.endswith(INVERSE))]


def _is_known(fields: Sequence[tuple[str, str]], known: frozenset[tuple[str, str]]) -> bool:
    told = {(object, field.lower()) for object, field in known}
    return any(each in told for each in fields)
