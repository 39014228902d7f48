"""What Dataverse says of its tables, in the words of the contract. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.connecting.kinds import Kind, split
from crm_migrate_dynamics.columns import columns_of
from crm_migrate_dynamics.shapes import (
    CREATED,
    CURRENCY,
    FILLED,
    GIVEN,
    KEY,
    LEAD,
    NATURAL,
    OPTED_OUT,
    OWNER,
    QUALIFIED,
    REASON,
    STAGE,
    STAGED,
    STATE,
)
from crm_migrate_dynamics.values import NUMBERS, SEMANTIC, Column

Words = Mapping[str, Any]
_DIGITS = 15  # of a number that come back as they were sent
_DAYS = ((">=", "1753-01-01"), ("<=", "9999-12-30"))
_FILLED = frozenset({OWNER, CURRENCY, STATE, REASON})  # by Dataverse, where nothing is sent
_UNFORESEEN = (
    "plug-ins, workflows and rules of the environment",
    "fractions of a second are dropped, amounts are rounded to the decimals of their currency",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of ours is: `column` of the table. `of` is the table that a lookup leads to, `nav` the way there;
    `by` names the column by which the record of `of` is found."""

    name: str
    column: Column
    of: str = ""
    nav: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A table as Dataverse describes it, as the object of ours that is called so. `keys` are its alternate keys and
    whether each is active; `children` say who refers to its rows; `many`: it takes many records at once; `reads` is
    the privilege to read its rows."""

    name: str
    set: str
    key: str
    columns: Mapping[str, Column] = field(default_factory=dict)
    keys: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    children: tuple[Words, ...] = ()
    many: bool = False
    reads: str = ""

    @property
    def kind(self) -> Kind:
        """The table, and which of its records are meant."""
        return split(self.name)

    @property
    def table(self) -> str:
        """The table."""
        return self.kind.object

    @property
    def opted_out(self) -> str:
        """The column that says that somebody wants no mail; "" where there is none."""
        name = OPTED_OUT.get(self.table, "")
        return name if name in self.columns else ""

    @property
    def staged(self) -> Column | None:
        """The stages of open records, where a record has a stage: those, and beside them the states that are closed."""
        return self.columns.get(STAGED.get(self.table, ""))

    def place(self, name: str) -> Place | None:
        """Where a field is; None where the table has no such place."""
        if name == CREATED and (given := self.columns.get(GIVEN)) is not None and given.creatable:
            return Place(name, Column(CREATED, given.type, updatable=False))
        if name == STAGE and (staged := self.staged) is not None:
            return Place(name, Column(STAGE, "Picklist", options=self._stages(staged)))
        column = self.columns.get(name) if name != GIVEN else None  # it is said as `createdon`
        if column is not None and column.type in SEMANTIC and len(column.leads) < 2:
            target = next(iter(column.leads.items()), ("", ""))
            return Place(name, column, *target)
        return next((each for each in self._named() if each.name == name), None)

    def places(self) -> Iterator[Place]:
        """All of them."""
        names = [*self.columns, *([CREATED] if CREATED not in self.columns else []), *([STAGE] if self.staged else [])]
        yield from (place for name in names if (place := self.place(name)) is not None)
        yield from self._named()

    def _named(self) -> Iterator[Place]:
        for name, column in self.columns.items():
            for table, nav in column.leads.items():
                if len(column.leads) > 1 and name != OWNER:
                    yield Place(f"{name}.{table}", column, table, nav)
                for by in NATURAL.get(table, ()) if column.type != "Party" else ():
                    yield Place(f"{name}.{by}", column, table, nav, by)

    def _stages(self, staged: Column) -> dict[str, int]:
        return {**staged.options, **dict.fromkeys(self.closed, -1)}

    @property
    def closed(self) -> dict[str, int]:
        """The closed states of a record that has a stage, by their labels."""
        found = self.columns.get(STATE)
        return {} if found is None else {label: state for label, state in found.options.items() if state}

    def keyed(self, key_field: str) -> bool:
        """Whether our key is there, and the environment takes each once."""
        return key_field in self.columns and self.keys.get((key_field,)) == "Active"

    def wrong_key(self, key_field: str) -> str:
        """Why our key cannot live in a column that is there; "" where it can, or where there is none yet."""
        column = self.columns.get(key_field)
        if column is None:
            return ""
        if column.type != "String" or not (column.creatable and column.updatable):
            return f"{self.table}.{key_field} is there, and is no text that we may write"
        if self.keys.get((key_field,)) == "Failed":
            return f"the key over {self.table}.{key_field} has failed: values are there twice"
        return ""


def read_table(name: str, said: Sequence[Sequence[Words]]) -> Described:
    """A table of what its batch of questions was answered."""
    (table,), attributes, picks, states, reasons, several, ways, children, keys, messages = said
    return Described(
        name,
        str(table.get("EntitySetName")),
        str(table.get("PrimaryIdAttribute")),
        columns_of(attributes, [*picks, *states, *reasons, *several], ways),
        {tuple(each.get("KeyAttributes") or ()): str(each.get("EntityKeyIndexStatus")) for each in keys},
        tuple(children),
        bool(messages),
        next((str(each.get("Name")) for each in table.get("Privileges") or () if _reads(each)), ""),
    )


def _reads(privilege: Words) -> bool:
    return privilege.get("PrivilegeType") == "Read"


def object_of(described: Described, key_field: str = KEY) -> TargetObject:
    """The object in the words of the contract, without our key."""
    found = {place.name: place for place in described.places() if place.name not in (key_field, described.kind.field)}
    fields = tuple(field_of(described, place) for place in found.values() if place.column.type in SEMANTIC)
    return TargetObject(described.name, fields, key_field, _UNFORESEEN)


def field_of(described: Described, place: Place) -> TargetField:
    """A field in the words of the contract."""
    column = place.column
    kind = "text" if place.by else SEMANTIC[column.type]
    filled = column.name in _FILLED or (described.table, column.name) in FILLED or column.type == "Boolean"
    day = kind in ("date", "instant")
    bounds = [(sign, str(value)) for sign, value in ((">=", column.low), ("<=", column.high)) if value is not None]
    return TargetField(
        place.name,
        kind,
        required=column.required and column.creatable and not filled and not place.by and len(column.leads) < 2,
        unique=described.keys.get((place.name,)) == "Active",
        length=column.length,
        choices=_choices(described, column),
        reference=place.of if place.of and not place.by else None,
        read_only=not (column.creatable or column.updatable) or place.name == STATE,
        default=filled,
        scale=column.scale,
        digits=_DIGITS if column.type in NUMBERS else None,
        bounds=_DAYS if day else tuple(bounds),
        case_blind="letters" if described.keys.get((place.name,)) == "Active" else "",
    )


def _choices(described: Described, column: Column) -> tuple[str, ...]:
    """The labels of a choice; a lead that was qualified is none of ours."""
    if column.type not in ("Picklist", "Status", "State"):
        return ()
    no_lead = {v for v, state in column.states.items() if described.table == LEAD and state == QUALIFIED}
    return tuple(label for label, value in column.options.items() if value not in no_lead)


def lacking_tables(wanted: Collection[TargetObject], there: Mapping[str, Described]) -> list[str]:
    """Names of objects that are not there."""
    return [object.name for object in wanted if object.name not in there]
