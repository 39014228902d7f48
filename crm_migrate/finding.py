"""What is wrong with data or a mapping: a value, collected and shown together, never thrown."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error stops the verb, a warning needs eyes, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: in a file (1-based line and column, in characters), or in a record of a source.

    `excerpt` is the line of the file, `length` the number of characters to underline from `column`.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    excerpt: str = ""
    length: int = 1
    source: str = ""
    row: int | None = None
    field: str = ""

    def __str__(self) -> str:
        if self.file:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        row = "" if self.row is None else f":{self.row}"
        return f"{self.source}{row}" + (f" {self.field}" if self.field else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a stable code (see `crm-migrate codes`), a sentence, a place and the next step.

    `count` is the number of cells or rows that the same finding stands for.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    place: Place = Place()
    hint: str = ""
    count: int = 1


def errors(findings: "list[Finding]") -> "list[Finding]":
    """The findings that stop the verb."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
