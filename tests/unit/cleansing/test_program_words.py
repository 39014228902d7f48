"""A program's word for nothing is nothing in every kind of field, or it is told; and Null is a family name."""

import polars as pl
import pytest

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.crm.types import TYPES
from crm_migrate.mapping.plan import (
    CellPlan,
    EnvironmentPlan,
    FeedPlan,
    FieldPlan,
    ObjectPlan,
    OwnerPlan,
    OwnersPlan,
    Plan,
    SourcePlan,
    StepPlan,
)
from crm_migrate.mapping.steps import resolved
from crm_migrate.stages.map.batch import Mapped, map_batch

SURE = (
    "null",
    "NULL",
    "Null",
    "\\N",
    "#N/A",
    "(null)",
    "<NULL>",
    "[null]",
    "undefined",
    "#YOK",
    "{null}",
    "1.#QNAN",
    '"NULL"',
    "(boş)",
    "(Leer)",
    "null null",
)
DOUBTFUL = ("None", "NaN", "nan", "nil", "NA", "none", "missing")
NAMES = {kind.name for kind in TYPES.values() if kind.nothing == "program_null(names)"}


def mapped(kind: str, *texts: str, steps: tuple[StepPlan, ...] = (), **more: object) -> Mapped:
    cells = {"a": CellPlan(column="X", steps=(*steps, *resolved((), (), TYPES[kind])))}
    each = ObjectPlan(
        name="o",
        entity="person",
        target="o",
        feeds=(FeedPlan(source="a"),),
        fields=(FieldPlan(name="x", type=kind, cells=cells, on_invalid=TYPES[kind].on_invalid),),
    )
    source = SourcePlan(name="a", key=("No",), locale="en-US", time_zone="UTC")
    plan = Plan(
        project="p",
        environment=EnvironmentPlan(name="t", connector="sql"),
        sources=(source,),
        objects=(each,),
        **more,
    )
    numbers = pl.int_range(len(texts), eager=True)
    frame = pl.DataFrame({"No": numbers.cast(pl.String), "X": texts, "__row": numbers, "__file": 0, "__line": numbers})
    return map_batch(plan, each, source, frame)


@pytest.mark.parametrize("kind", sorted(set(TYPES) - NAMES))
def test_in_every_kind_of_field_it_is_empty(kind: str) -> None:
    done = mapped(kind, *SURE)
    assert done.records["x"].to_list() == [None] * len(SURE)
    assert done.set_aside.is_empty()


@pytest.mark.parametrize("kind", sorted(set(TYPES) - NAMES - {"country"}))  # NA is Namibia
def test_a_word_that_people_use_too_is_empty_or_told(kind: str) -> None:
    done = mapped(kind, *DOUBTFUL)
    told = set(done.cells["before"])
    kept = {text for text, value in zip(DOUBTFUL, done.records["x"], strict=True) if value is not None}
    assert kept <= told


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_null_is_a_family_name_and_signs_are_none(kind: str) -> None:
    done = mapped(kind, "Null", "null", "NULL", "\\N", "#N/A", "(null)", "Nan", "Undefined", "None", "#NAME?")
    assert done.records["x"].to_list() == [
        "Null", "null", "NULL", None, None, None, "Nan", "Undefined", "None", None,
    ]  # fmt: skip
    assert done.cells["before"].to_list() == ["null", "NULL", "\\N", "#N/A", "(null)", "None", "#NAME?"]
    assert set(done.cells["code"]) == {"suspect", "placeholder"}


def test_a_doubt_hides_no_stronger_word() -> None:
    owners = OwnersPlan(entries=(OwnerPlan(login="ann", target="ann@x.example", active=True),), unknown="hold")
    done = mapped("owner", "none", "null", "ann", steps=(StepPlan(name="owner"),), owners=owners)
    assert done.set_aside.select("__key", "code").rows() == [("0", "owner_unknown")]
    assert done.records["x"].to_list() == [None, "ann@x.example"]


def test_rows_whose_key_says_nothing_are_not_one_record() -> None:
    frame = pl.DataFrame({"No": ["NULL", "\\N", "7", "#N/A"]})
    from crm_migrate.stages.map.batch import source_keys

    assert source_keys(frame, ("No",)).to_list() == [None, None, "7", None]


def test_the_step_takes_no_other_argument() -> None:
    with pytest.raises(ValueError, match="names"):
        STEPS["program_null"].function(pl.Series(["x"]), Context(), "words")
