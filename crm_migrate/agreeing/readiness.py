"""What is still open before a mapping is ready, and who owes what by when: of the mapping, the data, the latest run."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from crm_migrate.agreeing.looking import Looked, look
from crm_migrate.agreeing.sheets import missing_fields, unmapped_values
from crm_migrate.agreeing.standing import Standing, standing
from crm_migrate.errors import CrmMigrateError, UsageError
from crm_migrate.mapping.checking import left_over
from crm_migrate.mapping.frozen import read_plan
from crm_migrate.mapping.model_register import OPEN
from crm_migrate.mapping.opening import OpenSources
from crm_migrate.mapping.plan import MAP_JOINER
from crm_migrate.mapping.resolving import Draft
from crm_migrate.reviewing.standing import open_counts
from crm_migrate.words.language import Language
from crm_migrate.workspace.decisions import read_duplicates
from crm_migrate.workspace.kept_figures import read_figures
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.patterns import read_patterns
from crm_migrate.workspace.signatures import read_signatures
from crm_migrate.workspace.state import look_at

KINDS = ("required", "register", "proposed", "refused", "values", "owners", "columns", "duplicates", "rejected",
         "waiting", "unsigned")  # fmt: skip
# What is done next about each kind: a command, or advice.
NEXT = {
    **dict.fromkeys(("required", "register", "proposed", "refused", "values"), "crm-migrate mapping export PROJECT"),
    "owners": "add them to the owners file, or say `unknown:` of `owners:`",
    "columns": "crm-migrate mapping suggest PROJECT",
    "duplicates": "crm-migrate review PROJECT",
    "rejected": "crm-migrate rejects PROJECT",
    "waiting": "crm-migrate rejects PROJECT --held",
    "unsigned": "crm-migrate mapping sign PROJECT --role ROLE --who NAME",
}
_SHOWN = 5  # words of a list that are named
_ENDED = {"rejected": "rejected", "failed": "rejected", "quarantined": "rejected", "held": "waiting"}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is open: what it is about, how many records or words hang on it, who owes it by when."""

    kind: str
    about: str
    told: str
    count: int = 1
    status: str = ""
    owner: str = ""
    due: str = ""
    overdue: bool = False

    @property
    def next(self) -> str:
        """What is done about it."""
        return NEXT[self.kind]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Everything that is open, the most urgent first; `unseen` says what could not be looked at."""

    project: str
    today: str
    items: tuple[Item, ...]
    unseen: tuple[str, ...]

    @property
    def overdue(self) -> int:
        """How many things should have been settled before today."""
        return sum(item.overdue for item in self.items)

    @property
    def owed_by_nobody(self) -> int:
        """How many things have nobody who owes them."""
        return sum(not item.owner for item in self.items)

    def by_owner(self) -> dict[str, list[Item]]:
        """Who owes what, by name; what nobody owes stands at the end."""
        names = sorted({item.owner for item in self.items}, key=lambda name: (not name, name.casefold()))
        return {name: [item for item in self.items if item.owner == name] for name in names}


def readiness(project: Project, draft: Draft, sources: OpenSources, words: Language, today: date) -> Readiness:
    """What is open on a day. MappingError and the like are the caller's: the draft is read already."""
    looked = look(draft.plan, project, sources, samples=False, columns={})
    finder = _Finder(project, draft, standing(draft), looked, words, today)
    items = sorted(finder.items(), key=lambda item: (not item.overdue, item.due or "9", KINDS.index(item.kind)))
    unseen = [*finder.unseen, *(finder.say("unread", source=s, reason=r) for s, r in looked.unread.items())]
    return Readiness(draft.plan.title or draft.plan.project, today.isoformat(), tuple(items), tuple(unseen))


class _Finder:
    """Looks everywhere where something may be open."""

    def __init__(
        self, project: Project, draft: Draft, standing_: Standing, looked: Looked, words: Language, today: date
    ) -> None:
        self._project, self._draft, self._standing = project, draft, standing_
        self._looked, self._words, self._today = looked, words, today
        self.unseen: list[str] = []

    def say(self, key: str, **values: object) -> str:
        """A sentence in the language of the reader."""
        return self._words.word(f"book.ready.{key}", **values)

    def items(self) -> Iterator[Item]:
        """Everything that is open, in no order; a thing of the register is told once, with what it is about."""
        found = {item.about: item for item in (*self._required(), *self._values(), *self._proposed())}
        whole = [*self._columns(), *self._owners(), *self._of_runs()]
        yield from found.values()
        yield from self._register({*found, *(item.about for item in whole)})
        yield from whole
        yield from self._unsigned()

    def _item(self, kind: str, about: str, told: str, count: int = 1, owner: str = "") -> Item:
        """A thing with what the register says of it."""
        entry = self._standing.register.get(about, {})
        due = entry.get("due", "")
        status = self._standing.said(about, "status")
        overdue = bool(due) and due < self._today.isoformat()
        return Item(kind, about, told, count, status, entry.get("owner", owner), due, overdue)

    # ---------------------------------------------------------------------------------------------- of the mapping

    def _required(self) -> Iterator[Item]:
        for one in self._draft.plan.objects:
            for name in missing_fields(self._draft, one):
                yield self._item("required", f"{one.identity}.{name}", self.say("required"))

    def _proposed(self) -> Iterator[Item]:
        for key in self._standing.proposed:
            yield self._item("proposed", key, self.say("proposed"))

    def _register(self, told: Iterable[str]) -> Iterator[Item]:
        """What people wrote down themselves and nothing else has told."""
        mapped = {f"{one.identity}.{each.name}" for one in self._draft.plan.objects for each in one.fields}
        known = set(told)
        for key, entry in self._standing.register.items():
            status = entry.get("status", "open")
            words = entry.get("decision", "")
            if key in known:
                continue
            if status in OPEN:
                yield self._item("register", key, self.say(status, words=f": {words}" if words else ""))
            elif status == "refused" and key in mapped:
                yield self._item("refused", key, self.say("refused", words=f": {words}" if words else ""))

    def _unsigned(self) -> Iterator[Item]:
        plan = self._draft.plan
        signed = {each.role for each in read_signatures(self._project.folder) if each.mapping == plan.meaning}
        for role in plan.reconcile.sign_off:
            if role not in signed:
                yield self._item("unsigned", role, self.say("unsigned"), owner=role)

    # --------------------------------------------------------------------------------------------------- of the data

    def _values(self) -> Iterator[Item]:
        for name in self._draft.file.value_maps:
            found = unmapped_values(self._draft, self._looked, name)
            if found:
                secret = self._looked.hidden.get(name, set())
                shown = {words: count for words, count in found.items() if words not in secret}
                told = self.say("values", n=self._n(len(found)), rows=self._n(sum(found.values())))
                yield self._item("values", f"value_maps.{name}", told + self._named(shown, len(found)), len(found))

    def _owners(self) -> Iterator[Item]:
        found = self._looked.owners
        if found:
            told = self.say("owners", n=self._n(len(found)), rows=self._n(found.total()))
            yield self._item("owners", "owners", told + self._named(dict(found.most_common()), len(found)), len(found))

    def _named(self, found: dict[str, int], of: int) -> str:
        """The first words, each with its count."""
        listed = [f"{self._quoted(words)} ({self._n(n)})" for words, n in [*found.items()][:_SHOWN]]
        return f": {', '.join(listed)}{' …' if of > len(listed) else ''}" if listed else ""

    def _quoted(self, words: str) -> str:
        return self._words.word("book.quoted", text=words.replace(MAP_JOINER, ", "))

    def _columns(self) -> Iterator[Item]:
        """Columns that nobody has spoken of, a line per source; those of the register are told there."""
        for source in self._draft.plan.sources:
            if not any(source.name in one.sources for one in self._draft.plan.objects):
                continue
            open_ = left_over(self._draft.desk, source) or []
            left = [column for column in open_ if f"{source.name}[{column}]" not in self._standing.register]
            if left:
                names = ", ".join(left[:_SHOWN]) + (" …" if len(left) > _SHOWN else "")
                told = self.say("columns", n=self._n(len(left)), names=names)
                yield self._item("columns", source.name, told, len(left))

    # ------------------------------------------------------------------------------------------------- of the runs

    def _of_runs(self) -> Iterator[Item]:
        deduped, reconciled = self._latest("dedupe"), self._latest("reconcile")
        if deduped is None:
            self.unseen.append(self.say("no_run"))
            return
        try:
            yield from self._duplicates(deduped)
            if reconciled is not None:
                yield from self._stopped(reconciled)
            else:
                self.unseen.append(self.say("no_figures"))
        except CrmMigrateError as error:
            self.unseen.append(self.say("damaged", run=deduped.id, reason=error.message))

    def _latest(self, stage: str) -> Run | None:
        try:
            return look_at(self._project, None, stage)
        except UsageError:
            return None

    def _duplicates(self, run: Run) -> Iterator[Item]:
        decisions, _ = read_duplicates(self._project.decisions)
        patterns, _ = read_patterns(self._project.decisions)
        for name, count in open_counts(read_plan(run), run, decisions, patterns).items():
            yield self._item(
                "duplicates", self._identity(name), self.say("duplicates", n=self._n(count), run=run.id[:5]), count
            )

    def _stopped(self, run: Run) -> Iterator[Item]:
        """Rows of the latest whole run that were rejected or wait, by object and reason."""
        found: Counter[tuple[str, str, str]] = Counter()
        for group in read_figures(run).exceptions:
            if group.state in _ENDED:
                about = self._identity(group.object) if group.object else group.source
                found[_ENDED[group.state], about, group.code] += group.count
        for (kind, name, code), count in found.most_common():
            told = self.say(kind, n=self._n(count), why=self._meaning(code), run=run.id[:5])
            yield self._item(kind, name, told, count)

    def _identity(self, name: str) -> str:
        """An object as the file calls it, whose parts may be several objects of the plan."""
        return next((each.identity for each in self._draft.plan.objects if each.name == name), name)

    def _meaning(self, code: str) -> str:
        """What a code means, where the language has words for it; else the code alone."""
        title = self._words.words.get(f"code.{code}.title")
        return f"{title.rstrip('.')} ({code})" if title else code

    def _n(self, count: int) -> str:
        return self._words.number(count)
