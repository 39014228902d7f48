"""Lists of few words, people who own records, and what columns say of consent."""

from collections.abc import Iterator, Mapping

import polars as pl

from crm_migrate.assessing.figures import ConsentFigure, OwnerFigure, OwnerState, PicklistFigure, PickValue, ValueFigure
from crm_migrate.assessing.hiding import shown
from crm_migrate.assessing.kinds import Meaning, Meanings
from crm_migrate.assessing.opening import Subject
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import OwnersPlan, Plan, ValueMapPlan
from crm_migrate.quality.damage import Tally
from crm_migrate.stages.transform.translating import translate

FEW, OFTEN = 40, 5  # different words of a list, and how often each stands in the column on average
MOST = 200  # words of one list, and owners of one column, that are shown


def is_list(column: Tally, meaning: Meaning) -> bool:
    """Whether a column is a list of words: by its type, or as it holds few and each often."""
    known = TYPES.get(meaning.kind)
    if known is not None and known.role == "choice":
        return 0 < column.values.height <= MOST
    plain = known is None or known.plain
    return plain and 1 < column.values.height <= FEW and column.filled >= OFTEN * column.values.height


def picklist(
    subject: Subject, column: Tally, meaning: Meaning, plan: Plan | None, day: pl.Series | None, masked: bool
) -> PicklistFigure:
    """The words of a list, those that nobody has translated first, then by their number."""
    known = value_map(subject.name, column.name, meaning, plan)
    told = becomes(column, known)
    spans = _spans(subject, column.name, day)
    kind = meaning.kind or "text"
    values = [
        PickValue(
            value=shown(text, kind, masked),
            cells=cells,
            first=spans.get(text, ("", ""))[0],
            last=spans.get(text, ("", ""))[1],
            becomes=told.get(text),
        )
        for text, cells in column.values.select("value", "cells").iter_rows()
    ]
    values.sort(key=lambda each: (each.becomes is not None, -each.cells, each.value))
    return PicklistFigure(
        source=subject.name,
        column=column.name,
        field=meaning.field,
        mapped=known is not None,
        values=tuple(values[:MOST]),
        unmapped=sum(each.becomes is None for each in values) if known is not None else 0,
        more=max(0, len(values) - MOST),
    )


def value_map(source: str, column: str, meaning: Meaning, plan: Plan | None) -> ValueMapPlan | None:
    """The value map on this column alone, as it stands in the source; None where other steps come before it."""
    if plan is None or meaning.plan is None:
        return None
    cell = meaning.plan.cells.get(source)
    if cell is None or cell.column != column:
        return None
    steps = [step for step in cell.steps if step.name != "trim"]
    found = plan.value_maps.get(str(steps[0].args[0])) if steps and steps[0].name == "map" else None
    return found if found is not None and not found.by else None


def becomes(column: Tally, known: ValueMapPlan | None) -> Mapping[str, str]:
    """What the value map makes of each word, by the very function of a run; who has no translation is left out."""
    if known is None:
        return {}
    strict = known.model_copy(update={"unmapped": "hold"})
    told = translate(column.values["value"], strict)
    rows = zip(column.values["value"], told["value"], told["flag"], strict=True)
    return {text: value or "" for text, value, flag in rows if flag is None}


def _spans(subject: Subject, column: str, day: pl.Series | None) -> dict[str, tuple[str, str]]:
    """The first and the last day of the rows with each word."""
    if day is None:
        return {}
    frame = pl.DataFrame({"value": subject.staged.column(column).str.strip_chars(), "day": day}).drop_nulls()
    spans = frame.group_by("value").agg(pl.col("day").min().alias("first"), pl.col("day").max().alias("last"))
    return {value: (first.isoformat(), last.isoformat()) for value, first, last in spans.iter_rows()}


def owners(source: str, column: Tally, said: OwnersPlan | None) -> Iterator[OwnerFigure]:
    """Who owns how many records, those who left first. Owners are the company's own people: they stay readable."""
    order = {"left": 0, "unknown": 1, "active": 2, "not_said": 3}
    found = []
    for login, cells in column.values.select("value", "cells").iter_rows():
        state, successor = who(login, said)
        found.append(
            OwnerFigure(
                source=source,
                column=column.name,
                owner=shown(login, "text", False),
                state=state,
                records=cells,
                successor=successor,
            )
        )
    return iter(sorted(found, key=lambda each: (order[each.state], -each.records, each.owner))[:MOST])


def who(login: str, said: OwnersPlan | None) -> tuple[OwnerState, str]:
    """What the owners file says of somebody, and who follows."""
    if said is None:
        return "not_said", ""
    entry = next((each for each in said.entries if each.login.casefold() == login.casefold()), None)
    if entry is None:
        return "unknown", ""
    return "active" if entry.active else "left", entry.successor or ""


def consent(subject: Subject, column: Tally, meanings: Meanings, masked: bool) -> ConsentFigure:
    """What a column says of consent, and the rows that also say when or how."""
    meaning = meanings.of(subject.name, column.name)
    evidence = _evidence(subject, meaning)
    top = column.values.sort(["cells", "value"], descending=[True, False]).head(12)
    return ConsentFigure(
        source=subject.name,
        column=column.name,
        rows=column.rows,
        filled=column.filled,
        evidence=evidence,
        proved=_proved(subject, column.name, evidence),
        values=tuple(
            ValueFigure(value=shown(v, "consent", masked), cells=n) for v, n in top.select("value", "cells").iter_rows()
        ),
    )


def _evidence(subject: Subject, meaning: Meaning) -> tuple[str, ...]:
    """The columns that the mapping names as evidence."""
    named = (text.partition(".") for text in (meaning.plan.evidence if meaning.plan else ()))
    return tuple(c for source, _, c in named if source == subject.name and c in subject.staged.columns)


def _proved(subject: Subject, column: str, evidence: tuple[str, ...]) -> int:
    if not evidence:
        return 0
    frame = pl.read_parquet(subject.staged.path, columns=list(dict.fromkeys([column, *evidence])))
    filled = [(pl.col(name).str.strip_chars() != "").fill_null(False) for name in evidence]
    said = (pl.col(column).str.strip_chars() != "").fill_null(False)
    return int(frame.select((said & pl.any_horizontal(filled)).sum()).item())
