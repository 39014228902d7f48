"""The authored words for a project's own code: a function of a file of the project that makes a field's value."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from crm_migrate.mapping.authored import Authored


def _column(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


_COLUMN = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
Columns = Annotated[dict[str, str], BeforeValidator(_column), WithJsonSchema(_COLUMN)]


class OwnCode(Authored):
    """A function of the project's own that makes the value of a field: `python: steps/loyalty.py:points`.

    It is called once for each different input, with the cell as its own steps and `then:` leave it, and with the
    columns of `with:` by the names of its parameters; each is a text, or None where it is empty. It is not called
    where all of them are empty. What it returns is of the field's type: a text, an int or Decimal for numbers, a date,
    a datetime with its zone for moments, a bool, a list of texts; None is empty. Texts are cleaned as the type says.

    It is pure: the same input gives the same value, whatever the day, the order or the machine. What it raises, or
    returns and should not, is told of the row; such a record waits unless `on_invalid:` says something else. The file
    stands in the plan with all it says: a changed file is a changed mapping, and asks for new signatures. It may use
    what is installed, and no other file of the project. `mapping check` reads the file and never runs it.
    """

    short: ClassVar[str | None] = "call"
    call: str = Field(description="the file, inside the project, and the function: `steps/loyalty.py:points`")
    with_: dict[str, Columns] = Field(
        default={},
        alias="with",
        description="parameter -> column of the cell's source that it gets, too; where sources call it otherwise, for"
        " each of them: `{since: {kisi: Kayıt, books: Since}}`",
    )
