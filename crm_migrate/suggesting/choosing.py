"""Which object a table holds, and which column gets which field: one column a field, one field a column."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm_migrate.crm.model import OBJECTS, SUPPRESSIONS, CanonicalObject
from crm_migrate.crm.types import TYPES
from crm_migrate.suggesting.candidates import Candidate, Study, candidates
from crm_migrate.suggesting.headers import object_words, readings
from crm_migrate.suggesting.vocabulary import vocabulary

_BY_NAME_ALONE = frozenset(
    {"leads", "users", SUPPRESSIONS}
)  # their columns are those of contacts: somebody must say so
_OWN = 2  # fields that no other object has, which make one that must be named worth a doubt
_LABEL, _WORDS = 1.5, 1.0  # what the file's name, and the words in its headers, weigh beside its columns
ENOUGH = 1.4  # what a table must weigh at least to hold an object at all
_WHOLE = TYPES["person_name"].names  # a whole name alone may be that of a task; one in two parts is a person's
_PARTS = {TYPES["given_name"].names, TYPES["family_name"].names}
_TOWNS = ("city", "postal_code")
_TITLED = 0.5  # of the heaviest object's weight is enough for the one that the table is called after
_CLEAR = 0.85  # an object that weighs this much of the heaviest one is as likely


@dataclass(frozen=True, slots=True)
class Choice:
    """An object that a table may hold, with the columns of its fields, and how much speaks for it.

    `named`: by the name of the table or the words of its headers; some objects must be. `titled`: by the table's name.
    """

    object: str
    fields: tuple[Candidate, ...]
    weight: float
    named: bool
    titled: bool


def choices(study: Study, allowed: Iterable[str] = tuple(OBJECTS), least: float = ENOUGH) -> list[Choice]:
    """The objects that a table may hold, the likeliest first; none where it holds nothing that we know."""
    found = [choice for name in allowed if name in OBJECTS and (choice := choose(study, OBJECTS[name])) is not None]
    return sorted(
        (c for c in found if c.weight >= least or _names_somebody(c) or _names_a_company(c)), key=lambda c: -c.weight
    )


def _names_somebody(choice: Choice) -> bool:
    """Whether nothing but a person's name in its parts and a way to reach them is a person all the same."""
    model = OBJECTS[choice.object]
    kinds = [field.semantic for field in model.fields if field.name in {c.field for c in choice.fields}]
    return model.entity == "person" and {k.names for k in kinds} >= _PARTS and any(kind.contact_point for kind in kinds)


def _names_a_company(choice: Choice) -> bool:
    """Whether nothing but what is called a company, and where it is or how it is reached, are a company all the same.

    A bare `Name` may be that of a person.
    """
    model = OBJECTS[choice.object]
    if model.entity != "organisation":
        return False
    kinds = {c.column: field.semantic for c in choice.fields if (field := model.field(c.field)) is not None}
    called = any(kind.key == "company" and _is_company_word(column) for column, kind in kinds.items())
    return called and any(kind.contact_point or kind.survive == "block" for kind in kinds.values())


def _is_company_word(column: str) -> bool:
    """Whether a header is a word for names of companies and of nothing else."""
    meant = [m for r in readings(column) for m in vocabulary().meanings.get(r.phrase, ())]
    fields = [field for m in meant if (field := OBJECTS[m.object].field(m.field)) is not None]
    return bool(fields) and all(field.semantic.key == "company" or field.reference for field in fields)


def likeliest(found: Sequence[Choice]) -> str | None:
    """The object that a table holds, where that is clear.

    What the table is called counts unless another object weighs twice as much. Otherwise one must be much likelier than
    all others; one that must be named and is not is only a doubt.
    """
    titled = [choice for choice in found if choice.titled]
    if len(titled) == 1 and titled[0].weight >= found[0].weight * _TITLED:
        return titled[0].object
    able = [choice for choice in found if choice.named or choice.object not in _BY_NAME_ALONE]
    if not able or found[0] is not able[0]:
        return None
    return able[0].object if len(able) == 1 or able[1].weight < _CLEAR * able[0].weight else None


def choose(study: Study, model: CanonicalObject) -> Choice | None:
    """The table as that object; None where it lacks what the object cannot do without."""
    label = model.name in object_words(study.table.label)
    said = _said(study, model)
    profiled = any(c.because and c.because[0].startswith("profile") for c in candidates(study, model.name))
    named = label or said >= 0.2 or profiled
    fields = assigned(candidates(study, model.name))
    own = {field.name for field in model.fields if _telling(field.name) == 1}
    unsaid = model.name in _BY_NAME_ALONE and not named
    if not _can_be(model, fields) or (unsaid and len(own & {c.field for c in fields}) < _OWN):
        return None  # what nobody names is thought of only where much that is its own is there
    weight = sum(c.score * _weight(c) for c in fields) + _LABEL * label + _WORDS * said
    if model.entity == "organisation" and not label and _names_people(study):
        weight /= 2  # a company has no given name: such a table is one of people, who work somewhere
    return Choice(model.name, tuple(fields), weight, named, label)


def _names_people(study: Study) -> bool:
    """Whether a table has the parts of people's names, and not those of somebody beside the record."""
    found = {c.field for c in candidates(study, "contacts") if not c.words}
    return {"first_name", "last_name"} <= found


def _said(study: Study, model: CanonicalObject) -> float:
    """Share of the headers whose words name the object."""
    naming = sum(
        any(model.name in r.about for r in readings(column)) or model.name in object_words(column, whole=True)
        for column in study.table.columns
    )
    return naming / max(1, len(study.table.columns))


def _weight(candidate: Candidate) -> float:
    """What a column tells of the object: less where its name may mean something of other objects too."""
    phrases = {reading.phrase for reading in readings(candidate.column)}
    meant = {m.object for phrase in phrases for m in vocabulary().meanings.get(phrase, ())}
    return min(_telling(candidate.field), 1 / len(meant) if meant else 1.0)


def _telling(name: str) -> float:
    """What a field tells of its object: all that has it share it."""
    return 1 / sum(model.field(name) is not None for model in OBJECTS.values())


def _can_be(model: CanonicalObject, fields: Sequence[Candidate]) -> bool:
    """Required fields are there, and something else; of a person what says who it is."""
    found = {c.field for c in fields}
    if not all(f.name in found for f in model.fields if f.required) or len(found) < 2:
        return False
    kinds = [field.semantic for field in model.fields if field.name in found]
    if model.entity == "person":
        return any(kind.contact_point or 0 < kind.names < _WHOLE for kind in kinds)
    return any(f.required for f in model.fields) or any(k.role == "amount" or k.key == "id" for k in kinds)


def assigned(found: Sequence[Candidate]) -> list[Candidate]:
    """The best candidate of every field, each column once; the columns of one address come from one address.

    A street without a town is none: such an address stands whole in its cell.
    """
    free = _of_one_block(found)
    taken: dict[str, Candidate] = {}
    columns: set[str] = set()
    for candidate in free:
        shared = candidate.is_part and any(c.is_part and c.column == candidate.column for c in taken.values())
        if candidate.field not in taken and (shared or candidate.column not in columns):
            taken[candidate.field] = candidate
            columns.add(candidate.column)
    return list(taken.values())


def _of_one_block(found: Sequence[Candidate]) -> list[Candidate]:
    """Without the columns of a second address: of a block only those whose words are those of its best part."""
    weights: dict[tuple[str, str], Counter[frozenset[str]]] = {}
    for candidate in found:
        block = _block(candidate)
        if block:
            weights.setdefault((candidate.object, block), Counter())[candidate.words] += candidate.score  # type: ignore[assignment]
    best = {key: max(counted, key=lambda words: counted[words]) for key, counted in weights.items()}
    kept = [c for c in found if not (b := _block(c)) or best[c.object, b] == c.words]
    placed = {(c.object, _block(c)) for c in kept if _identity(c) in _TOWNS}
    return [c for c in kept if not (b := _block(c)) or _identity(c) != "street" or (c.object, b) in placed]


def _identity(candidate: Candidate) -> str:
    field = OBJECTS[candidate.object].field(candidate.field)
    return field.semantic.identity if field else ""


def _block(candidate: Candidate) -> str | None:
    field = OBJECTS[candidate.object].field(candidate.field)
    return field.block if field else None
