"""The authored words for files beside records: where they lie, and what becomes of those that cannot be taken."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from crm_migrate.mapping.authored import Authored, Size, Texts


class Manifest(Authored):
    """The files that the rows of a source name: looked at when it is read, they must be plain files below `base`.

    Each row gets the columns `attached.path`, `attached.name`, `attached.size`, `attached.sha256`, `attached.type` and
    `attached.problem`; the fields `path`, `name`, `size`, `sha256` and `mime_type` take them unless the mapping says
    something else, and the helper `file` holds a record whose file cannot be taken. The bytes stay where they are.
    """

    path: str = Field(description="the column that names the file, with slashes of either kind")
    base: str = Field(description="the folder of the files, inside the project")
    prefix: str | None = Field(
        default=None, description="what stands before every path and is no folder below `base`: `C:\\CRM\\files\\`"
    )
    largest: Size | None = Field(
        default=None,
        description="files above this size cannot be taken (`25 MB`); what the target's profile says, unless said",
    )
    forbidden: Texts = Field(
        default=(),
        description="endings that cannot be taken (`exe`), by the name and by what the content is, beside those of the"
        " target's profile",
    )
    unusable: Literal["hold", "reject", "keep"] = Field(
        default="hold",
        description="what becomes of a record whose file is missing, empty, too large, forbidden, unreadable, outside"
        " of `base`, a link or no plain file; `keep` loads it all the same, but for the last three, which wait: nobody"
        " may follow their path",
    )


def _by_source(value: Any) -> Any:
    return {"": value} if isinstance(value, dict) and isinstance(value.get("path"), str) else value


# By source; the words of the only source may stand there themselves.
Manifests = Annotated[dict[str, Manifest], BeforeValidator(_by_source)]
