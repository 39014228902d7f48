"""The CSV of Bulk API 2.0: records as a sheet, and what the sheets of a job's results and answers say. Pure.

A result carries the columns that were sent, our key among them, so it says whom it is about; their order is any.
"""

import csv
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from crm_migrate.connecting.cells import Unfit
from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import without_values
from crm_migrate_salesforce.answers import ALIKE_HINT, Row, code_of, refused

NOTHING = "#N/A"  # a cell that clears a field; an empty one leaves it as it is
ID, ERROR = "sf__Id", "sf__Error"
Told = TypeVar("Told")
NO_MORE = "null"  # the locator of a part behind which there is none


@dataclass(frozen=True, slots=True)
class Part:
    """Records of the answer of a query job, cell by field; `following` is where the next part begins, "" at the end."""

    records: list[dict[str, str]]
    following: str


def sheet(records: Sequence[Mapping[str, Any]]) -> bytes:
    """Records as a sheet; a field that a record does not have is an empty cell."""
    names = list(dict.fromkeys(_column(name) for record in records for name in record if name != "attributes"))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for record in records:
        writer.writerow({_column(name): _cell(value) for name, value in record.items() if name != "attributes"})
    return out.getvalue().encode()


def fit(record: Mapping[str, Any]) -> None:
    """Raises Unfit where a text of a record would be taken for nothing."""
    for name, value in record.items():
        if value == NOTHING:
            raise Unfit(Refusal(f"the text {NOTHING} means nothing in a job, and would clear the field", "TYPE", name))


def _column(name: str) -> str:
    return "Id" if name == "id" else name


def _cell(value: Any) -> str:
    if value is None:
        return NOTHING
    return str(value).lower() if isinstance(value, bool) else str(value)


def told(answer: Answer, read: Callable[[Answer], Told]) -> Told:
    """What a sheet of results says. TargetError where it is refused."""
    if not 200 <= answer.status < 300:
        raise refused(answer)
    return read(answer)


def lines(answer: Answer, *names: str) -> list[dict[str, str]]:
    """The lines of a sheet of results by column. Retryable where it is none, or lacks one of the columns."""
    csv.field_size_limit(max(csv.field_size_limit(), len(answer.body)))  # a text may be as long as the sheet
    try:
        reader = csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""), strict=True)
        head, *rest = [line for line in reader if line] or [[]]
    except (UnicodeDecodeError, csv.Error):
        raise answer.unreadable("no sheet of results") from None
    if not set(names) <= set(head) and (rest or not set(head) <= {ID, "sf__Created", ERROR}):
        raise answer.unreadable("a sheet without the columns that say whom it is about")
    if any(len(line) != len(head) for line in rest):
        raise answer.unreadable("a sheet with lines of another length")
    return [dict(zip(head, line, strict=True)) for line in rest]


def done(answer: Answer, key_field: str) -> dict[str, str]:
    """Our key -> id of records that were written. Retryable where one stands there under two ids."""
    found: dict[str, str] = {}
    for line in lines(answer, ID, key_field):
        key, id = line[key_field], line[ID]
        if not key or not id or found.setdefault(key, id) != id:
            raise answer.unreadable("a sheet of results that does not say who is who")
    return found


def failed(answer: Answer, key_field: str, rows: Collection[Row]) -> dict[str, Refusal]:
    """Our key -> why a record was refused: `CODE:words:fields --`."""
    found: dict[str, Refusal] = {}
    for line in lines(answer, ERROR, key_field):
        code, words, field = _error(line[ERROR])
        said = without_values(words, rows) or "Salesforce gives no reason"
        found[line[key_field]] = Refusal(said + ALIKE_HINT.get(code, ""), code, field)
    return found


def left(answer: Answer, key_field: str) -> set[str]:
    """Our keys of records that the job did not come to."""
    return {line[key_field] for line in lines(answer, key_field)}


def part(answer: Answer, fields: Collection[str]) -> Part:
    """A part of the answer of a query job: these fields of each record, and as many records as it says itself."""
    if answer.status != 200:
        raise refused(answer)
    following, counted = answer.headers.get("sforce-locator", ""), answer.headers.get("sforce-numberofrecords", "")
    if not following or not counted.isdigit():
        raise answer.unreadable("a part of an answer that does not say how it goes on, or how much it is")
    records = lines(answer, *fields)
    if len(records) != int(counted) or any(not record["Id"] for record in records):
        raise answer.unreadable("a part of an answer with other records than it counts")
    if not records and following != NO_MORE:
        raise answer.unreadable("an empty part of an answer that says that there is more")
    return Part(records, "" if following == NO_MORE else following)


def _error(text: str) -> tuple[str, str, str]:
    code, colon, rest = text.partition(":")
    if not colon or not code_of(code):
        return "", text, ""
    words, _, fields = rest.removesuffix(" --").removesuffix("--").rstrip().rpartition(":")
    return code, words or fields, fields.partition(",")[0].strip() if words else ""
