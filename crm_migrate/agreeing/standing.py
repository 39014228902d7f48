"""What a mapping file says that its workbook may change: columns of plain fields, translations, the register."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crm_migrate.mapping.model import MappingFile, ObjectPart, TargetField
from crm_migrate.mapping.plan import MAP_JOINER
from crm_migrate.mapping.proposed import proposals
from crm_migrate.mapping.resolving import Draft
from crm_migrate.mapping.resolving_value_maps import normal_words
from crm_migrate.mapping.text import SAME_ROW, TextError, parse_cell
from crm_migrate.mapping.tree import Document, Path, Scalar, plain

REGISTER = ("status", "owner", "due", "decision")
PROPOSED = "proposed"  # a status that only a program gives

Spot = tuple[str, str]  # what a row is about, and which of its columns


@dataclass(frozen=True, slots=True)
class Written:
    """A text of the file that may be changed: its path, what a workbook shows of it, and what stands behind that."""

    path: Path
    text: str
    rest: str = ""


@dataclass(slots=True)
class Standing:
    """All that may be changed, by row and column; `fixed` is what may not, with the reason (a key of the words).

    `register` has the entries as they are written, `proposed` the paths of lines that nobody has confirmed.
    """

    cells: dict[Spot, Written] = field(default_factory=dict)
    fixed: dict[Spot, str] = field(default_factory=dict)
    register: dict[str, dict[str, str]] = field(default_factory=dict)
    proposed: dict[str, Path] = field(default_factory=dict)

    def said(self, key: str, word: str) -> str:
        """What the register says of a row; a status that a program gave stands until somebody else gives one."""
        entry = self.register.get(key, {})
        if word != "status":
            return entry.get(word, "")
        status = entry.get("status", "open" if entry else "")
        return PROPOSED if key in self.proposed and status in ("", "open", "agreed") else status

    def text(self, key: str, column: str) -> str:
        """What a cell that may be changed says today; "" where the file says nothing."""
        if column in REGISTER:
            return self.said(key, column)
        written = self.cells.get((key, column))
        return written.text if written else ""


def standing(draft: Draft) -> Standing:
    """What the file of a draft says that may be changed."""
    found = Standing()
    _register(found, draft.file, draft.read.document)
    for name, part in draft.file.objects.items():
        for key, path, spec in _lines(name, part):
            _columns(found, draft.read.document, key, path, spec, [*part.from_, *part.enrich])
    for name, link in draft.file.links.items():
        base: Path = ("links", name)
        for section, specs in (("ends", link.ends), ("let", link.let), ("fields", link.fields)):
            for field_name, spec in specs.items():
                key = f"{name}.{_end(draft, name, field_name) if section == 'ends' else field_name}"
                _columns(found, draft.read.document, key, (*base, section, field_name), spec, [*link.from_])
    for name in draft.file.value_maps:
        _translations(found, draft, name)
    _proposed(found, draft)
    return found


def _end(draft: Draft, link: str, written: str) -> str:
    """How the field of an end is called, which may be written by the name of the object that it leads to."""
    path: Path = ("links", link, "ends", written)
    elsewhere = draft.desk.document.elsewhere
    return next((str(key[-1]) for key, value in elsewhere.items() if value == path), written)


def _lines(name: str, part: ObjectPart) -> Iterator[tuple[str, Path, TargetField]]:
    if part.record_type is not None:
        yield f"{name}.record_type", ("objects", name, "record_type"), part.record_type
    for section, specs in (("let", part.let), ("fields", part.fields)):
        for field_name, spec in specs.items():
            yield f"{name}.{field_name}", ("objects", name, section, field_name), spec


def _columns(found: Standing, document: Document, key: str, path: Path, spec: TargetField, sources: list[str]) -> None:
    """The column of each source in a line; whatever else it says of a source is shown and stays."""
    for written, text in spec.cells.items():
        source = written or (sources[0] if len(sources) == 1 else "")
        spot, where = (key, f"source:{source}"), (*path, written) if written else path
        reason = _fixed(document.find(where), text)
        if reason:
            found.fixed[spot] = reason
            continue
        column, bar, rest = text.partition(" | ")
        found.cells[spot] = Written(where, column.strip(), f" | {rest}" if bar else "")


def _fixed(node: object, text: str) -> str:
    """Why a cell is no plain column of this file; "" where it is one."""
    if not isinstance(node, Scalar) or node.text != text:
        return "elsewhere"
    if node.spot.file:
        return "shared"
    if text.strip() == SAME_ROW:
        return "same_row"
    try:
        cell = parse_cell(text)
    except TextError:
        return "elsewhere"
    return "computed" if cell.column is None else ""


def _translations(found: Standing, draft: Draft, name: str) -> None:
    document = draft.read.document
    for words in draft.desk.value_maps[name].entries:
        spot = (f"value_maps.{name}{MAP_JOINER}{words}", "translation")
        inline = _inline(draft.file, name, words)
        if inline is None:
            found.fixed[spot] = "file"
            continue
        path: Path = ("value_maps", name, "map", *inline.split(MAP_JOINER))
        node = document.find(path)
        if not isinstance(node, Scalar) or node.spot.file:
            found.fixed[spot] = "shared"
        else:
            found.cells[spot] = Written(path, node.text)


def _inline(file: MappingFile, name: str, words: str) -> str | None:
    """An entry as the file itself writes it; None where a CSV says it."""
    return next((written for written in file.value_maps[name].map if normal_words(written) == words), None)


def _register(found: Standing, file: MappingFile, document: Document) -> None:
    for key in file.register_:
        said = plain(document.find(("register", key)))
        entry: Mapping[str, object] = said if isinstance(said, dict) else {"status": said or "open"}
        found.register[key] = {word: str(text) for word, text in entry.items()}


def _proposed(found: Standing, draft: Draft) -> None:
    """Lines that are proposed, by what a row of the workbook is called."""
    for each in proposals(draft.read.written):
        path = each.path
        if path[:1] in (("objects",), ("links",)) and len(path) >= 4:
            name, field_name = str(path[1]), str(path[3])
            if path[0] == "links" and path[2] == "ends":
                field_name = _end(draft, name, field_name)
            found.proposed[f"{name}.{field_name}"] = path[:4]
