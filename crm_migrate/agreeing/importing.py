"""Edits of a workbook put into the mapping of today: all of them, or none and everything that is wrong with its cell.

An edit is a cell that differs from what the workbook said when it was written. Where the mapping has changed since, the
edit still goes in; only a cell that both changed, in two ways, is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from crm_migrate.agreeing.exporting import STATUSES
from crm_migrate.agreeing.reading import AGAIN, Came, Change, NewValue, read, wrong
from crm_migrate.agreeing.standing import PROPOSED, REGISTER, Standing, standing
from crm_migrate.errors import MappingError, UsageError
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping import resolving_register
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.editing import Confirm, Edit, Remove, Set, edited
from crm_migrate.mapping.file_text import MappingText, read_mapping
from crm_migrate.mapping.model_register import Entry
from crm_migrate.mapping.plan import MAP_JOINER
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.resolving import Draft, draft
from crm_migrate.mapping.resolving_sources import Columns
from crm_migrate.mapping.text import SAME_ROW, normal_name
from crm_migrate.mapping.tree import Path as Path_
from crm_migrate.mapping.tree import Scalar
from crm_migrate.reviewing.reading import small
from crm_migrate.suggesting.proving import about, errors_of
from crm_migrate.words.language import Language, language
from crm_migrate.workspace.layout import Project

LONGEST = 500  # characters of a name or a decision
Status = Literal["open", "asked", "agreed", "refused"]


@dataclass(frozen=True, slots=True)
class Placed:
    """An edit of the file, and the cell that asks for it."""

    edit: Edit
    place: str


@dataclass(slots=True)
class Imported:
    """What becomes of a workbook: the file before and after, how many cells count, what is wrong.

    With findings `new` is `old`. `already` are cells that say what the mapping says today anyway.
    """

    old: str
    new: str
    changed: int = 0
    already: int = 0
    since: bool = False  # the mapping is not the one that the workbook was made of
    unchecked: tuple[str, ...] = ()  # sources that could not be asked whether they have a column that was put in
    findings: list[Finding] = field(default_factory=list)


def take(
    project: Project, path: Path, columns: Columns, environment: str | None = None
) -> tuple[Imported, MappingText]:
    """Read a workbook, and make of the mapping what it asks for; nothing is written.

    InputError where the workbook cannot be read, UsageError where it is of another project or none of ours,
    MappingError where the mapping itself is wrong.
    """
    came = read(path)
    text = read_mapping(project.mapping)
    found = draft(project, environment=environment, columns=columns)
    if came.project != found.plan.project:
        raise UsageError(
            f"{path.name} is of the project `{came.project}`, and this is `{found.plan.project}`",
            hint="name the project that it was made of: crm-migrate mapping import FILE.xlsx PROJECT",
        )
    desk = _Desk(found, standing(found), language(came.language, "book"), list(came.findings))
    placed = desk.edits(came)
    taken = Imported(text.text, text.text, len(desk.counted), desk.already, came.digest != found.read.written.digest)
    taken.findings, taken.unchecked = desk.findings, tuple(sorted(desk.unchecked))
    if not taken.findings and placed:
        taken.new = _put_in(taken, placed, project, text.text, columns)
    if taken.findings:
        taken.new = taken.old
    taken.findings.sort(key=lambda each: each.place.file)
    return taken, text


# ---------------------------------------------------------------------------------------------- from cells to edits


@dataclass(slots=True)
class _Desk:
    """Cells judged one by one against the mapping of today."""

    draft: Draft
    standing: Standing
    words: Language
    findings: list[Finding]
    already: int = 0
    counted: list[str] = field(default_factory=list)
    unchecked: set[str] = field(default_factory=set)

    def edits(self, came: Came) -> list[Placed]:
        found: list[Placed] = []
        entries: dict[str, dict[str, Change]] = {}
        for change in came.changes:
            if change.column in REGISTER:
                entries.setdefault(change.key, {})[change.column] = change
            elif change.entry == "column":
                found += self._column(change)
            else:
                found += self._translation(change)
        for key, changes in entries.items():
            found += self._entry(key, changes)
        for value in came.values:
            found += self._value(value, found)
        return found

    def _tell(self, code: str, place: str, message: str, hint: str = AGAIN) -> None:
        self.findings.append(wrong(code, place, message, hint))

    def _stands(self, change: Change, was: str, now: str) -> bool:
        """Whether the mapping of today still says what the workbook said; a conflict is told."""
        ours = self.standing.text(change.key, change.column)
        if ours == now:
            self.already += 1
            return False
        confirmed = was == PROPOSED and not ours  # by somebody who took the mark away in the file: no other opinion
        if ours != was and not confirmed:
            message = f"the mapping has changed here since: the workbook said {was!r}, it says {ours!r} now"
            self._tell(
                "book_conflict", change.place, f"{message}, and {now!r} was put in", "Decide which one is right."
            )
            return False
        self.counted.append(change.place)
        return True

    # ---------------------------------------------------------------------------------------------- source columns

    def _column(self, change: Change) -> Iterator[Placed]:
        source = change.column.partition(":")[2]
        written = self.standing.cells.get((change.key, change.column))
        name = normal_name(change.now)
        if written is None:
            message = f"`{change.key}` reads no plain column of `{source}` any more"
            self._tell("book_conflict", change.place, message, "Look at the mapping, and write the workbook anew.")
        elif not name:
            message = f"the column `{change.was}` was taken away: a workbook unmaps no field"
            self._tell(
                "book_word", change.place, message, "Choose `refused`, and say in the decision what it should be."
            )
        elif name.startswith("=") or " | " in name or name == SAME_ROW:
            message = f"`{name[:60]}` is more than the name of a column"
            self._tell("book_word", change.place, message, "Rules are changed in the mapping itself.")
        elif self._is_column(source, name, change.place) and self._stands(change, change.was, name):
            yield Placed(Set(written.path, name + written.rest), change.place)

    def _is_column(self, source: str, name: str, place: str) -> bool:
        known = self.draft.desk.known_columns(source)
        if known is None:
            self.unchecked.add(source)
        if known is None or name in known:
            return True
        hint = nearest(name, known) or "Choose one from the list of the cell."
        self._tell("column_unknown", place, f"source `{source}` has no column `{name}`", hint)
        return False

    # ------------------------------------------------------------------------------------------------ translations

    def _nothing(self, text: str) -> str:
        """What a cell says that says `(empty)`."""
        return "" if text in (self.words.word("book.empty"), "(empty)") else text

    def _translation(self, change: Change) -> Iterator[Placed]:
        name, _, words = change.key.removeprefix("value_maps.").partition(MAP_JOINER)
        was, now = self._nothing(change.was), self._nothing(change.now)
        if not change.now:
            message = "the translation was taken away: a workbook adds and changes them"
            self._tell(
                "book_word", change.place, message, "Write (empty) for nothing, or take the line out of the mapping."
            )
            return
        written = self.standing.cells.get((change.key, change.column))
        if written is not None and self._stands(change, was, now):
            yield Placed(Set(written.path, now), change.place)
        elif written is None and name in self.draft.file.value_maps and not change.was:
            yield from self._added(name, words, now, change.place)
        elif written is None:
            message = "this word has no translation in the mapping any more"
            self._tell("book_conflict", change.place, message, "Look at the mapping, and write the workbook anew.")

    def _added(self, name: str, words: str, now: str, place: str) -> Iterator[Placed]:
        there = self.draft.plan.value_maps[name].entries.get(words)
        if there == now:
            self.already += 1
        elif there is not None:
            message = f"the mapping translates this by {there!r} since, and {now!r} was put in"
            self._tell("book_conflict", place, message, "Decide which one is right.")
        else:
            self.counted.append(place)
            yield Placed(Set(("value_maps", name, "map", *words.split(MAP_JOINER)), now), place)

    def _value(self, value: NewValue, before: Sequence[Placed]) -> Iterator[Placed]:
        name = value.map
        if name not in self.draft.file.value_maps:
            self._tell("book_conflict", value.place, "the list of this sheet is not in the mapping any more")
            return
        words = MAP_JOINER.join(normal_name(self._nothing(word)) for word in value.words)
        path = ("value_maps", name, "map", *words.split(MAP_JOINER))
        entries = self.draft.plan.value_maps[name].entries
        twice = any(each.edit.path == path for each in before)
        if twice or entries.get(words, self._nothing(value.translation)) != self._nothing(value.translation):
            message = f"`{', '.join(value.words)}` has a row on this sheet already"
            self._tell("book_row", value.place, message, "Change the translation there.")
        else:
            yield from self._added(name, words, self._nothing(value.translation), value.place)

    # ---------------------------------------------------------------------------------------------------- register

    def _entry(self, key: str, changes: dict[str, Change]) -> Iterator[Placed]:
        """The entry of one row with all that was changed of it."""
        now = {word: self._word(change) for word, change in changes.items()}
        if any(text is None for text in now.values()):
            return
        said = {word: cast(str, text) for word, text in now.items()}
        standing_ = {word: self._stands(changes[word], self._was(changes[word]), text) for word, text in said.items()}
        said = {word: text for word, text in said.items() if standing_[word]}
        if not said:
            return
        place = changes[next(iter(said))].place
        if said.get("status") == "agreed" and key in self.standing.proposed:
            yield Placed(Confirm(self.standing.proposed[key]), place)
        old = self.standing.register.get(key, {})
        new = {word: text for word, text in (old | said).items() if text}
        new = {word: new[word] for word in REGISTER if word in new}
        if self._fits(new, changes):
            yield from self._written(key, old, new, place)

    def _was(self, change: Change) -> str:
        return self._status(change.was) if change.column == "status" else change.was

    def _status(self, text: str) -> str:
        """A status by its word in the language of the workbook, or in English; the text where it is none."""
        said = small(text.strip())
        known = {small(self.words.word(f"book.status_{word}")): word for word in (*STATUSES, PROPOSED)}
        english = {word: word for word in (*STATUSES, PROPOSED)}
        return (english | known).get(said, text)

    def _word(self, change: Change) -> str | None:
        """What was put in, as the register says it; None, and a finding, where it cannot be said."""
        if change.column != "status":
            if len(change.now) > LONGEST or not change.now.replace("\n", " ").isprintable():
                message = f"this text is longer than {LONGEST} characters, or holds signs that steer something"
                self._tell("book_word", change.place, message, "Shorten it.")
                return None
            return " ".join(change.now.split())
        status = self._status(change.now)
        if status == PROPOSED or (not status and self.standing.said(change.key, "status") == PROPOSED):
            message = "what a program proposed is confirmed by `agreed`, and proposed by programs only"
            self._tell("book_word", change.place, message, self._choose())
            return None
        if status and status not in STATUSES:
            self._tell("book_word", change.place, f"{change.now[:40]!r} is no status", self._choose())
            return None
        return status

    def _choose(self) -> str:
        return f"Choose one of: {', '.join(self.words.word(f'book.status_{word}') for word in STATUSES)}."

    def _fits(self, new: dict[str, str], changes: dict[str, Change]) -> bool:
        """Whether an entry says all that it must; what it lacks is told at the cell that asks for it."""
        status = cast(Status, new.get("status", "open"))
        entry = Entry(status=status, owner=new.get("owner"), due=new.get("due"), decision=new.get("decision"))
        lacks = list(resolving_register.wrong(entry))
        for word, message, hint in lacks:
            change = changes.get(word) or changes.get("owner") or next(iter(changes.values()))
            self._tell("register_incomplete", change.place, message, hint.replace("`owner:`", "the owner"))
        decision = new.get("decision", "")
        if resolving_register.is_id(decision) and decision not in self.draft.plan.decisions and "decision" in changes:
            hint = nearest(decision, self.draft.plan.decisions) or "Write it down in decisions/, or use other words."
            self._tell("decision_unknown", changes["decision"].place, f"there is no decision `{decision}`", hint)
            return False
        return not lacks

    def _written(self, key: str, old: dict[str, str], new: dict[str, str], place: str) -> Iterator[Placed]:
        """The entry as one line; word by word where the file has it over several."""
        path: Path_ = ("register", key)
        node = self.draft.read.written.root.value("register")
        block = self.draft.read.written.find(path)
        if not new and not self._own(path):
            message = f"the shared mapping says what is owed of `{key}`: here it cannot be taken away"
            self._tell("book_unfit", place, message, "Choose another status, or change the shared mapping.")
        elif not new:
            yield Placed(Remove(path), place)
        elif node is not None and block is not node and _is_block(block):
            for word in REGISTER:
                if new.get(word, "") != old.get(word, ""):
                    yield Placed(Set((*path, word), new[word]) if word in new else Remove((*path, word)), place)
        else:
            yield Placed(Set(path, new), place)

    def _own(self, path: Path_) -> bool:
        """Whether the file itself says it, and not a shared mapping."""
        document = self.draft.read.written
        return document.find(path) is not document.find(path[:-1])


def _is_block(node: object) -> bool:
    """Whether an entry is written over several lines."""
    return not isinstance(node, Scalar) and not getattr(node, "flow", True)


# ------------------------------------------------------------------------------------------------ from edits to text


def _put_in(taken: Imported, placed: Sequence[Placed], project: Project, old: str, columns: Columns) -> str:
    """The text with all edits; what does not fit is told at its cell, and what the check of the mapping refuses too."""
    name = project.mapping.name
    try:
        new = edited(old, [each.edit for each in placed], name)
    except MappingError:
        raise
    except UsageError:
        taken.findings += _unfit(placed, old, name)
        return old
    known = {about(finding) for finding in errors_of(project, old, columns)}
    for finding in errors_of(project, new, columns):
        if finding.severity is Severity.ERROR and about(finding) not in known:
            taken.findings.append(wrong(finding.code, _cell(placed, new, finding, name), finding.message, finding.hint))
    return new


def _unfit(placed: Sequence[Placed], text: str, name: str) -> Iterator[Finding]:
    """Each edit by itself, so that the cell is named that asks for what cannot be done."""
    found = []
    for each in placed:
        try:
            text = edited(text, [each.edit], name)
        except UsageError as error:
            found.append(wrong("book_unfit", each.place, error.message, "Change it in the mapping itself."))
    return iter(found)


def _cell(placed: Sequence[Placed], text: str, finding: Finding, name: str) -> str:
    """The cell whose edit stands on the line of a finding; the place in the file where it is none of them."""
    document, _ = read_text(text, name)
    lines = {document.key_spot(each.edit.path).line: each.place for each in placed}
    return lines.get(finding.place.line) or str(finding.place)
