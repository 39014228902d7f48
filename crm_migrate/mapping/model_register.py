"""The register: what is agreed about a line of the mapping, and who owes what by when."""

from typing import ClassVar, Literal

from pydantic import Field

from crm_migrate.mapping.authored import Authored, Text

Status = Literal["open", "asked", "agreed", "refused"]
OPEN: tuple[Status, ...] = ("open", "asked")  # somebody still owes something


class Entry(Authored):
    """What is agreed about one thing of the mapping, and who owes what by when.

    It is called `contacts.phone` (a field, also one that nothing feeds yet), `value_maps.stage` (a list of
    translations), `kisi[Faks]` (a column of a source), `contacts` (what runs leave open of an object: duplicates, what
    was rejected or waits), `kisi` (columns of a source that nobody has spoken of) or `owners` (logins that nobody has
    translated). Nothing of it changes what a run does, and no signature falls because of it: `crm-migrate readiness`
    reads it, and the workbook of `crm-migrate mapping export` writes it.
    """

    short: ClassVar[str | None] = "status"
    status: Status = Field(
        default="open",
        description="`open`: nobody has been asked; `asked`: the owner owes an answer; `agreed`: it stays as it is;"
        " `refused`: it shall not be as it is",
    )
    owner: str | None = Field(default=None, description="who owes it, by name; `asked` and `due:` need one")
    due: Text | None = Field(default=None, description="the day by which it is owed (YYYY-MM-DD)")
    decision: str | None = Field(
        default=None, description="what was decided: the id of a decision (`D-012`), or a few words"
    )
