"""Records that are won or lost, where a CRM keeps that apart from the stage: in a column of its own, or by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_migrate.connecting.contract import TargetObject


@dataclass(frozen=True, slots=True)
class Closed:
    """`by` is the field with stages and with the `words` that close a record: word -> what `column` says then; of any
    other record it says `open`. `day` is the field with the day of closing, `days` are word -> the column that takes
    it. With `by_hand` the import takes none of these columns: people close what a list of the bundle names.
    """

    by: str
    words: Mapping[str, str]
    column: str
    open: str
    day: str | None = None
    days: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False

    def of(self, object: TargetObject) -> bool:
        """Whether records of an object say it."""
        return object.field(self.by) is not None

    def word(self, text: str | None) -> str | None:
        """The word that closes a record, where a value is one, in whatever letters."""
        return next((word for word in self.words if text and word.casefold() == text.casefold()), None)

    def stage(self, text: str | None) -> str | None:
        """What of a value is a stage."""
        return None if self.word(text) else text

    def columns(self) -> list[str]:
        """The columns of import files that stand beside that of the stage."""
        return [] if self.by_hand else list(dict.fromkeys([self.column, *self.days.values()]))

    def cells(self, text: str | None, day: str) -> list[str]:
        """Their cells. A record without a value is open: some imports take an empty cell for an empty box."""
        said = {self.column: self.state(text), self.days.get(self.word(text) or ""): day}
        return [said.get(column, "") for column in self.columns()]

    def state(self, text: str | None) -> str:
        """What the column of the state says of a record with that value."""
        return self.words.get(self.word(text) or "", self.open)

    def read(self, stage: str | None, state: str | None, sent: str | None) -> str | None:
        """The value that an export shows: the word of its state, what nobody knows as one itself, else its stage; what
        we sent where it says that in other letters."""
        said = (state or "").casefold()
        closing = next((word for word, cell in self.words.items() if cell.casefold() == said), None)
        if closing:
            return sent if self.word(sent) == closing else closing
        return state if said not in ("", self.open.casefold()) else stage
