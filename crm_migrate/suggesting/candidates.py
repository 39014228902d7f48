"""Which fields of an object the columns of a table may feed: every candidate with its score and its reasons."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from crm_migrate.crm.model import OBJECTS, CanonicalField, CanonicalObject
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.suggesting.headers import TOWN, Reading, language_of_town, readings
from crm_migrate.suggesting.looks import Look, judged, look, share_of
from crm_migrate.suggesting.settled import settled
from crm_migrate.suggesting.tables import Table
from crm_migrate.suggesting.vocabulary import Meaning, compact, vocabulary

LIMIT = 0.65  # a candidate that is less sure is no proposal
_NAMED, _UNSURE = 0.95, 0.85  # by the name alone; where the phrase is that of several fields
_FOREIGN, _SHORT = 0.1, 0.4  # less for a word of a language that no other header speaks; a short one is chance
_LESS = {"first": 0.02, "second": 0.15, "noise": 0.02, "object": 0.01}  # for every word beside the phrase
_GLUED = 0.01
_RANK = 0.0002  # for every phrase of the field that is likelier: decides between columns that are else alike
_EARLIER = 0.96
_CODED = 0.5  # of the towns must have a code beside them
_BY_VALUE = 0.7  # the only column of mailboxes, or of account numbers, is what it looks like


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that may feed a field. `words` are those beside the phrase: the columns of one address share them."""

    column: str
    object: str
    field: str
    score: float
    because: tuple[str, ...]
    words: frozenset[str] = frozenset()
    steps: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it takes a part of its column, and others may take theirs."""
        return self.steps.startswith("place.")


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier project says of a header: field, steps behind the column, in how many mappings of how many."""

    object: str
    field: str
    steps: str
    times: int
    of: int
    where: str


@dataclass
class Study:
    """A table while it is studied: how its headers can be read, its languages, its values, what is known of it.

    `tag` is the column that the names of its files become.
    """

    table: Table
    profile: tuple[str, SourceProfile] | None = None
    tag: str | None = None
    earlier: Mapping[str, Known] = field(default_factory=dict)
    _looks: dict[str, Look] = field(default_factory=dict)
    _candidates: dict[str, list[Candidate]] = field(default_factory=dict)

    def look(self, column: str) -> Look | None:
        """What the values of a column look like, where any row is known."""
        values = self.table.values.get(column)
        if values is None or values.is_empty():
            return None
        if column not in self._looks:
            self._looks[column] = look(values, self.table.locale)
        return self._looks[column]

    @cached_property
    def settled(self) -> Mapping[str, str]:
        """The columns that its profile sees to, each with the reason why it is left out."""
        return settled(self.profile[1], self.table.columns) if self.profile else {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that most headers speak, the first one most; a header of several counts for each a part."""
        votes: Counter[str] = Counter()
        for column in self.table.columns:
            spoken = {m.language for r in readings(column)[:2] for m in vocabulary().meanings.get(r.phrase, ())}
            votes.update({language: 1 / len(spoken) for language in spoken})
        if not votes:
            return ("en",)
        most = max(votes.values())
        return tuple(sorted((name for name, count in votes.items() if count >= most * 0.6), key=lambda n: -votes[n]))


def candidates(study: Study, name: str) -> list[Candidate]:
    """Every column that may feed a field of that object, the surest first; one column may stand for several fields."""
    known = study._candidates
    if name not in known:
        known[name] = _candidates(study, OBJECTS[name])
    return known[name]


def _candidates(study: Study, model: CanonicalObject) -> list[Candidate]:
    found = [c for column in study.table.columns for c in _of_column(study, model, column)]
    found = [weighed for c in found if (weighed := _by_values(study, model, c)) and weighed.score >= LIMIT]
    found += _by_look(study, model, found)
    found += _towns(study, model)
    order = {column: at for at, column in enumerate(study.table.columns)}
    return sorted(found, key=lambda c: (-round(c.score, 4), len(c.column), order[c.column]))


def _of_column(study: Study, model: CanonicalObject, column: str) -> Iterator[Candidate]:
    """What an earlier project or the vocabulary says of a header; nothing of one that a profile sees to."""
    if column in study.settled:
        return
    known = study.earlier.get(compact(column))
    if known is not None:
        if known.object == model.name:
            said = f"so in {known.where}" + (f" and {known.times - 1} more" if known.times > 1 else "")
            yield Candidate(column, known.object, known.field, _EARLIER, (said,), steps=known.steps)
        return
    best: dict[str, Candidate] = {}
    for reading in readings(column):
        for each in _named(study, model, column, reading):
            if each.field not in best or best[each.field].score < each.score:
                best[each.field] = each
    yield from best.values()


def _named(study: Study, model: CanonicalObject, column: str, reading: Reading) -> Iterator[Candidate]:
    if reading.other or not _is_about(reading, model):
        return
    meanings = [m for m in vocabulary().meanings.get(reading.phrase, ()) if m.object == model.name]
    spoken = [m for m in meanings if m.language in study.languages or m.language == "en"]
    meant: dict[str, Meaning] = {}
    for meaning in spoken or meanings:
        meant.setdefault(meaning.field, meaning)
    score = _NAMED if len(meant) == 1 else _UNSURE
    score -= (_SHORT if len(reading.phrase) < 4 else _FOREIGN) * (not spoken) + _GLUED * (
        reading.glued and bool(reading.words)
    )
    score -= sum(_LESS[kind] for kind in reading.kinds) + _LESS["object"] * len(reading.about)
    for place, meaning in enumerate(meant.values()):
        wanted = model.field(meaning.field)
        if wanted is None or wanted.reference is not None or wanted.semantic.survive == "strictest":
            continue  # links are proposed by their keys; what a word of consent means is for a person to say
        reached = wanted.semantic.contact_point or wanted.block
        if ("second" in reading.kinds and not reached) or (
            "first" in reading.kinds and wanted.semantic.exact and not reached
        ):
            continue  # a private telephone is one; a private note or an address's amount is something else
        said = f'"{column}" is {meaning.field.replace("_", " ")} ({meaning.language})'
        yield Candidate(
            column,
            model.name,
            meaning.field,
            score - 0.02 * place - _RANK * min(meaning.rank, 30),
            (said,),
            reading.words,
        )


def _is_about(reading: Reading, model: CanonicalObject) -> bool:
    """Whether the words around the phrase speak of this object or of none; a lead is a person as a contact is."""
    kin = {name for name, each in OBJECTS.items() if each.entity == model.entity and each.entity != "thing"}
    return not reading.about or model.name in reading.about or bool(reading.about & kin)


def _by_values(study: Study, model: CanonicalObject, candidate: Candidate) -> Candidate | None:
    """The candidate with what its values say; None where they forbid it."""
    column = study.look(candidate.column)
    wanted = model.field(candidate.field)
    if column is None or wanted is None:
        return candidate if wanted is not None else None
    factor, told = judged(column, wanted.semantic)
    if not factor:
        return None
    because = (*candidate.because, told) if told else candidate.because
    return replace(candidate, score=min(candidate.score * factor, 0.99), because=because)


def _towns(study: Study, model: CanonicalObject) -> Iterator[Candidate]:
    """Postal code and town that stand in one column, by a header that names both: `PLZ/Ort`."""
    fields = [name for name in TOWN if model.field(name) is not None]
    for column in study.table.columns if len(fields) == len(TOWN) else ():
        seen, language = study.look(column), language_of_town(column)
        filled = seen is None or (seen.filled and share_of(seen.sample.str.contains(r"\d")) >= _CODED)
        if language and filled and column not in study.settled and compact(column) not in study.earlier:
            said = (f'"{column}" is postal code and town ({language})',)
            yield from (Candidate(column, model.name, name, _NAMED, said, steps=f"place.{name}") for name in fields)


def _by_look(study: Study, model: CanonicalObject, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """A column without a name that anybody knows, which is the only one that looks like a mailbox or an IBAN."""
    taken = {c.column for c in found}
    for wanted in _telling(model, {c.field for c in found}):
        fitting = [
            (column, judged(seen, wanted.semantic)[1])
            for column in study.table.columns
            if column not in taken and column not in study.settled
            if not _named_otherwise(column) and (seen := study.look(column)) is not None
            if (seen.share(wanted.semantic) or 0.0) >= 0.95 and seen.distinct >= 5
        ]
        if len(fitting) == 1:
            ((column, told),) = fitting
            yield Candidate(column, model.name, wanted.name, _BY_VALUE, (told, "the only such column"))


def _telling(model: CanonicalObject, taken: set[str]) -> list[CanonicalField]:
    """Fields whose values nothing else looks like."""
    return [
        f for f in model.fields if f.name not in taken and (f.semantic.key == "mailbox" or f.semantic.nobody == "iban")
    ]


def _named_otherwise(column: str) -> bool:
    """Whether the name says that it is of somebody else: an assistant's mailbox."""
    return any(reading.other or reading.about for reading in readings(column))
