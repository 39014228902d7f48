"""What a CRM has exported after its import, read as the records that it has: in place of what it was to have.

A cell that says what our file said for that record has that value, whatever the words of the CRM mean; any other is
read as the layout writes it, and what cannot be read so is itself the value: it is a difference, and is told as one.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from crm_migrate.connecting.contract import ENTITY, By, TargetField, TargetObject
from crm_migrate.crm.types import REFUSALS, type_of
from crm_migrate.errors import InputError
from crm_migrate_bundles.export_files import Export, Exports
from crm_migrate_bundles.layout import Layout
from crm_migrate_bundles.naming import Names, Read, folded
from crm_migrate_bundles.opting_out import by_list, is_mail_consent, mailbox_of, refused, speaks
from crm_migrate_bundles.outbox import Outbox
from crm_migrate_bundles.reading import Reader, reader
from crm_migrate_bundles.sharing import Claim, Raw, closest
from crm_migrate_bundles.spelling import spelled, ticked

Record = dict[str, str | None]


class Exported:
    """The records of the exports in a folder, by object; `keys` is object -> the field that names its records there."""

    def __init__(self, place: Path, layout: Layout, outbox: Outbox, read: Read, keys: Mapping[str, str]) -> None:
        self._layout, self._outbox, self._read = layout, outbox, read
        self._keys = {layout.opt_outs: layout.mailbox, **keys}  # opt-outs are imported by their mailbox alone
        self._names = Names(layout, outbox, read)
        self._files = Exports(place, layout)
        self._records: dict[str, list[Record]] = {}
        self._expected: dict[str, dict[str, Record]] = {}
        self._by_mailbox: dict[str, bool] = {}
        self._kept: dict[str, list[Raw]] = {}

    def read(self, object: TargetObject, by: By, values: Sequence[str]) -> Iterator[pa.Table]:
        """As `Target.read`."""
        if object.name not in self._records:
            self._records[object.name] = list(self._of(self._outbox.object(object.name)))
        column = {"all": "", "key": ENTITY, "id": "target_id"}[by]
        wanted = set(values)
        names = ["target_id", ENTITY, *(field.name for field in object.fields)]
        found = [r for r in self._records[object.name] if not column or r[column] in wanted]
        yield pa.table({name: pa.array([r.get(name) for r in found], pa.string()) for name in names})

    def columns(self, object: TargetObject) -> frozenset[str]:
        """The fields of an object that are in its files."""
        consents = () if self._listed(object) is None else filter(is_mail_consent, object.fields)
        return self._files.fields(object, self._key_of(object.name)) | {field.name for field in consents}

    def _of(self, object: TargetObject) -> Iterator[Record]:
        key, ours = self._key_of(object.name), self._ours(object)
        links = {f.name: self._links(object, f) for f in object.fields if f.reference}
        boxes = {f.name: self._files.boxes(object.name, f) for f in object.fields if type_of(f.type).role == "consent"}
        listed, mailbox = self._listed(object), mailbox_of(object) or ""
        others = [field for field in object.fields if field.name not in links and field.name not in boxes]
        readers = {field.name: self._reader(object, field) for field in others}
        state = self._layout.closed.get(object.name)
        seen: Counter[str] = Counter()
        for number, row in enumerate(self._kept_rows(object)):
            named = self._known_as(object, row.get(key) or "")
            mine = ours.get(named)
            seen[named] += 1
            id = str(mine["target_id"]) if mine and seen[named] == 1 else f"row {number}"
            record: Record = {"target_id": id, ENTITY: mine[ENTITY] if mine else None}
            for field in object.fields:
                sent = mine[field.name] if mine else None
                if field.name in links:
                    column, ids = links[field.name]
                    record[field.name] = self._leads(field, row.get(column), ids, sent)
                elif field.name not in row and listed is not None and is_mail_consent(field):
                    record[field.name] = by_list(sent, listed=(row.get(mailbox) or "").casefold() in listed)
                elif field.name in boxes:
                    record[field.name] = consented(row.get(field.name), sent, boxes[field.name])
                elif state and field.name == state.by:
                    stage = self._value(row.get(field.name), field, sent, readers[field.name])
                    record[field.name] = state.read(stage, row.get(state.column), sent)
                else:
                    record[field.name] = self._value(row.get(field.name), field, sent, readers[field.name])
            yield record

    def _key_of(self, object: str) -> str:
        """The column that names its records in its export."""
        return self._keys.get(object) or self._layout.key_of(object)

    def _ours(self, object: TargetObject) -> Mapping[str, Record]:
        """The records that we expect, by what their key is in an export; one without it is by nothing."""
        if object.name not in self._expected:
            field = object.field(self._keys.get(object.name, ""))
            named = [
                (self._known_as(object, self._called(record, field)), record) for record in self._expected_of(object)
            ]
            several = [name for name, count in Counter(name for name, _ in named if name).items() if count > 1]
            if several:
                key = self._key_of(object.name)
                message = f"{len(several):,} values of `{key}` name several records of {object.name}"
                raise InputError(message, hint=f"choose a key that each record has for itself; e.g. not `{several[0]}`")
            self._expected[object.name] = {name: record for name, record in named if name}
        return self._expected[object.name]

    def _expected_of(self, object: TargetObject) -> Iterator[Record]:
        return (record for table in self._read(object) for record in table.to_pylist())

    def _called(self, record: Record, field: TargetField | None) -> str:
        return str(record[ENTITY]) if field is None else spelled(record[field.name], field.type, self._layout)

    def _known_as(self, object: TargetObject, cell: str) -> str:
        """A key as all exports say it: mailboxes are one in capitals and without."""
        if object.name not in self._by_mailbox:
            self._by_mailbox[object.name] = self._key_of(object.name) == mailbox_of(object)
        return cell.strip().casefold() if self._by_mailbox[object.name] else cell

    def _leads(self, field: TargetField, cell: str | None, ids: Mapping[str, str], sent: str | None) -> str | None:
        """The target id of the record that a link leads to; the cell itself where it names none that is known. A name
        that several have is right for each of them."""
        assert field.reference
        if sent and cell and field.reference not in self._keys:
            name = self._names.of(field.reference).get(sent)
            if name is not None and folded(name) == folded(cell):
                return sent
        return ids.get(cell, cell) if cell else None

    def _links(self, object: TargetObject, field: TargetField) -> tuple[str, Mapping[str, str]]:
        """The column of a link, and what its cells may say -> target id of the record that it leads to: of several ways
        to say a link that of which most is known."""
        rows = self._kept_rows(object)
        columns = self._files.links(object, field, rows[0]) if rows else [field.name]
        said = {column: {cell for row in rows if (cell := row.get(column))} for column in columns}
        ids = {column: self._ids(field, said[column]) for column in columns}
        best = max(columns, key=lambda column: len(said[column] & ids[column].keys()))
        return best, ids[best]

    def _ids(self, field: TargetField, said: Collection[str]) -> Mapping[str, str]:
        """What a cell of a link may say -> target id: the name by which our files called the record, or what a column
        of its own export says of it, whichever knows more."""
        assert field.reference
        parent = self._outbox.object(field.reference)
        names = {} if parent.name in self._keys else self._names.of(parent.name)
        by = {folded(name): id for id, name in names.items()}  # as importers compare
        named = {cell: by[folded(cell)] for cell in said if folded(cell) in by}
        if len(named) == len(said):
            return named
        key, ours = self._key_of(parent.name), self._ours(parent)
        rows = self._kept_rows(parent)
        column = linked_by(said, rows, key)
        known = ((row.get(column), ours.get(self._known_as(parent, row.get(key) or ""))) for row in rows)
        found = {cell: str(record["target_id"]) for cell, record in known if cell and record}
        return found if len(set(said) & found.keys()) > len(set(said) & named.keys()) else named

    def _kept_rows(self, object: TargetObject) -> Sequence[Raw]:
        if object.name not in self._kept:
            files = self._files.of(object, self._key_of(object.name))
            rows = [row for file, headings in files for row in self._rows(object, file, headings)]
            self._kept[object.name] = self._without_records(rows) if object.name == self._layout.opt_outs else rows
        return self._kept[object.name]

    def _without_records(self, rows: Sequence[Raw]) -> list[Raw]:
        """The rows of the list of opt-outs but for those that a record of another object brought there."""
        opt_outs = self._layout.opt_outs
        others = [self._outbox.object(name) for name in self._layout.order if name != opt_outs]
        records = ((each, record) for each in others if speaks(each, opt_outs) for record in self._expected_of(each))
        brought = {mail.casefold() for each, record in records if (mail := refused(each, opt_outs, record))}
        return [row for row in rows if (row.get(self._layout.mailbox) or "").casefold() not in brought]

    def _listed(self, object: TargetObject) -> frozenset[str] | None:
        """The mailboxes in the export of the list of opt-outs; None where there is none, or it says nothing of such
        records."""
        whole = self._outbox.object(self._layout.opt_outs)
        files = self._files.held(whole, self._layout.mailbox)
        if not files or not speaks(object, whole.name):
            return None
        claims = [(file, claim) for file in files if (claim := self._files.claim(file, whole, self._layout.mailbox))]
        return frozenset(claim.named(row).casefold() for file, claim in claims for row in file.rows())

    def _rows(self, object: TargetObject, file: Export, headings: Mapping[str, str]) -> Iterator[Raw]:
        """The rows of a file that are of an object, by our names of its columns."""
        claims, ours = self._claims(file), {header: field for field, header in headings.items()}
        for row in file.rows():
            if len(claims) == 1 or self._whose(row, claims) == object.name:
                yield {ours.get(header, header): cell for header, cell in row.items()}

    def _claims(self, file: Export) -> Sequence[Claim]:
        """The objects of which a file holds records."""
        objects = map(self._outbox.object, self._layout.order)
        found = (self._files.claim(file, each, self._key_of(each.name)) for each in objects)
        return [claim for claim in found if claim]

    def _whose(self, row: Raw, claims: Sequence[Claim]) -> str:
        """The object whose record a row names, else the one that it fits best."""
        known = [each for each in claims if self._known_as(each.object, each.named(row)) in self._ours(each.object)]
        return closest(row, known or claims).object.name

    def _reader(self, object: TargetObject, field: TargetField) -> Reader:
        """How the column of a field writes its values, by all of its cells and what was sent."""
        key, ours = self._key_of(object.name), self._ours(object)
        nothing: Record = {}
        named = ((row, self._known_as(object, row.get(key) or "")) for row in self._kept_rows(object))
        cells = ((row.get(field.name), ours.get(name, nothing)) for row, name in named)
        pairs = ((cell, mine.get(field.name)) for cell, mine in cells if cell)
        labels = self._layout.labels.get(object.name, {}).get(field.name, {})
        return reader(field.type, pairs, self._layout, labels, self._layout.zones.get(object.name, "UTC"))

    def _value(self, text: str | None, field: TargetField, sent: str | None, read: Reader) -> str | None:
        """What we sent where the cell says what our file said, whatever the words of the CRM mean."""
        if spelled(sent, field.type, self._layout) == (text or ""):
            return sent
        return read(text, sent) if text else None


def linked_by(said: Collection[str], parents: Sequence[Raw], key: str) -> str:
    """The column of the parents that links speak of: their key, or another one (the id of the CRM) that is different in
    every row and knows more of what the links say."""
    known = {column: [row[column] for row in parents if row.get(column)] for column in (parents[0] if parents else ())}
    hits = {c: len(set(said) & set(cells)) for c, cells in known.items() if len(set(cells)) == len(cells)}
    best = max(hits, key=lambda column: hits[column], default=key)
    return best if hits.get(best, 0) > hits.get(key, 0) else key


def consented(text: str | None, sent: str | None, boxes: Sequence[tuple[str, str]]) -> str | None:
    """A cell of a consent; `boxes` are words and the cells that say them. It is what we sent where the CRM has no word
    for it and says the nearest: a box for who refused does not tell who agreed from who was never asked."""
    meant, cell = sent or "unknown", ticked(text or "")
    said = [word for word, box in boxes if ticked(box) == cell]
    alike = meant not in {word for word, _ in boxes} and any((w in REFUSALS) == (meant in REFUSALS) for w in said)
    if meant in said or alike:
        return sent
    return said[0] if said else text.strip().lower() if text else None
