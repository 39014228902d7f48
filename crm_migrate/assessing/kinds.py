"""What the columns of a source are: by its mapping where there is one, else as they would be proposed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crm_migrate.assessing.opening import Opened, Subject
from crm_migrate.crm.model import OBJECTS
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import FieldPlan, ObjectPlan, Plan
from crm_migrate.suggesting.candidates import Study
from crm_migrate.suggesting.headers import readings
from crm_migrate.suggesting.proposing import propose
from crm_migrate.suggesting.suggestion import Suggestion
from crm_migrate.suggesting.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column is: its semantic type ("" where nobody knows), its place in the CRM model, who says so."""

    kind: str = ""
    field: str = ""
    mapped: bool = False
    plan: FieldPlan | None = None


@dataclass(slots=True)
class Meanings:
    """All that is known of the columns, by source: meanings, keys, objects, and declared or proposed links.

    `links` is (source, column) -> the source whose key it speaks, and whether the mapping says so.
    """

    columns: dict[str, dict[str, Meaning]] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    links: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    def of(self, source: str, column: str) -> Meaning:
        """What one column is."""
        return self.columns.get(source, {}).get(column, Meaning())


def meanings(opened: Opened) -> Meanings:
    """What every column is."""
    told = propose([subject.study for subject in opened.subjects])
    found = Meanings()
    for subject in opened.subjects:
        found.columns[subject.name] = _proposed(subject, told)
        key = told.keys.get(subject.name)
        found.keys[subject.name] = key.columns if key else ()
        found.objects[subject.name] = next((o for o, s in told.feeds if s == subject.name), "")
    _proposed_links(told, found)
    if opened.plan is not None:
        _mapped(opened.plan, found)
    return found


def _proposed(subject: Subject, told: Suggestion) -> dict[str, Meaning]:
    """What is offered for each column; a column without an offer is what its name alone may mean."""
    offers = {o.column: o for o in reversed(told.offers) if o.source == subject.name and o.column}
    found = {}
    for column in subject.staged.columns:
        if column in offers and (model := OBJECTS[offers[column].object].field(offers[column].field)):
            found[column] = Meaning(model.semantic.name, f"{offers[column].object}.{offers[column].field}")
        else:
            found[column] = Meaning(_named(column) or _looking(subject.study, column))
    return found


def _named(column: str) -> str:
    """The type of consent, owners and choices that a header names; those are never proposed by name alone."""
    for reading in readings(column):
        for meaning in vocabulary().meanings.get(reading.phrase, ()):
            model = OBJECTS[meaning.object].field(meaning.field)
            if model is not None and (model.semantic.role in ("consent", "owner") or meaning.field == "consent"):
                return model.semantic.name
    return ""


_SURE = 0.95
_LOOKS = {"mailboxes": "email", "web addresses": "url", "dates": "date"}


def _looking(study: Study, column: str) -> str:
    """The type that nearly all values of a column without a known name are of; "" for plain words and numbers."""
    seen = study.look(column)
    if seen is None or seen.distinct < 2:
        return ""
    kind = _LOOKS.get(seen.foreign(), "")
    return kind if kind and (seen.share(TYPES[kind]) or 0.0) >= _SURE else ""


def _proposed_links(told: Suggestion, found: Meanings) -> None:
    sources = {name: source for source, name in found.objects.items()}
    for offer in told.offers:
        if offer.ref and offer.column and offer.ref in sources:
            found.links[offer.source, offer.column] = (sources[offer.ref], False)


def _mapped(plan: Plan, found: Meanings) -> None:
    """What the mapping says goes before everything else."""
    for source in plan.sources:
        if source.name in found.keys:
            found.keys[source.name] = source.key
    for each in plan.objects:
        for feed in each.feeds:
            found.objects[feed.source] = each.name
        for line in each.fields:
            for name, cell in line.cells.items():
                if cell.column is not None and name in found.columns and not line.let:
                    meaning = Meaning(line.type, f"{each.name}.{line.name}", True, line)
                    if not found.of(name, cell.column).mapped:  # the first of several fields says what it is
                        found.columns[name][cell.column] = meaning
                    _link(plan.objects, name, cell.column, line, found)


def _link(objects: Sequence[ObjectPlan], source: str, column: str, line: FieldPlan, found: Meanings) -> None:
    if line.ref is None or source in line.ref.same_row:
        return
    spoken = line.ref.spaces.get(source)
    feeds = [feed.source for each in objects if each.name == line.ref.object for feed in each.feeds]
    parent = spoken if spoken in found.columns else next(iter(feeds), None)
    if parent is not None and line.ref.by is None:
        found.links[source, column] = (parent, True)
