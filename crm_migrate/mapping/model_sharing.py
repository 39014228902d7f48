"""The authored words for a mapping that several projects share: who uses it, and what it says of itself."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from crm_migrate.mapping.authored import Authored, Text, Texts


class Use(Authored):
    """Which shared mapping a project begins with, and what it makes of it."""

    use: str | None = Field(
        default=None,
        description="a shared mapping (`agency/hubspot-b2b`): mappings/shared/ of the project, of plug-ins, of ours;"
        " what this file says is laid over it, word by word, and `crm-migrate mapping lock` keeps what it was",
    )
    with_: dict[str, Text] = Field(
        default={}, alias="with", description="its parameters: name -> what stands for `${name}` in it"
    )
    without: Texts = Field(
        default=(),
        description="what of it is left out: `contacts`, `contacts.fax`, or a whole path such as `checks.C1`",
    )


class Parameter(Authored):
    """A parameter of a shared mapping; without `default` every project has to say it."""

    short = "default"
    default: Text | None = Field(default=None, description="what it is where a project does not say")
    say: str = Field(default="", description="what it means")


class SharedHead(Authored):
    """What a mapping that several projects share says of itself: a file mappings/shared/NAME.yaml.

    All its other words are those of a mapping, and it need not say all of it. A project (`use: NAME`) is laid over it:
    blocks word by word, lists of things that have an `id`, `name` or `rule` by these, everything else as a whole. A
    line that both say is a warning with both places. Findings point into the file that says the line. Whoever changes
    the shared mapping changes no project unseen: its lines are kept in `mapping.lock`, and another one is an error
    until `crm-migrate mapping lock` renews it.
    """

    crm_migrate_mapping: Annotated[Literal["1"], WithJsonSchema({"enum": [1, "1"]})] = Field(
        description="version of the language"
    )
    version: Text = Field(description="its own version, for people and for the lock")
    title: str = Field(default="", description="what it is for")
    parameters: dict[str, Parameter] = Field(default={}, description="what a project says with `with:`")
