"""The authored words for what is one record: matching, records that exist in the target, second runs."""

from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm_migrate.mapping.authored import Authored, Flag, Text, Texts
from crm_migrate.mapping.plan import VETOES


class Existing(Authored):
    """Records that are in the target already: `match` names the fields that must be equal, or is `learned`.

    Short: `existing: only` is `{only: true}`, with `by:` beside it. Such records are looked up and never written.
    """

    match: Texts = Field(
        default=(), description="fields of a record of ours and one of the target that must be equal, or `learned`"
    )
    then: Literal["fill_blanks", "source_wins", "target_wins", "review"] = Field(
        default="review", description="whose value is kept in a record that was there before"
    )
    only: Flag = Field(
        default=False,
        description="the records must be in the target: they are looked up, for others to refer to, and neither made"
        " nor changed nor removed",
    )
    by: Texts = Field(
        default=(), description="with `only`: the fields whose values find a record of the target; all must be equal"
    )
    missing: Literal["hold", "exclude"] = Field(
        default="hold",
        description="with `only`: what becomes of a value that finds nothing; who refers to it waits with it, or does"
        " what its `parent_excluded:` says",
    )
    ambiguous: Literal["hold", "exclude"] = Field(
        default="hold", description="with `only`: the same of a value that finds several"
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str) and value != "only":
            raise PydanticCustomError("literal_error", "Input should be 'only'", {"expected": "'only'"})
        return {"only": "true"} if value == "only" else value

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG003 -- always the same
        return [{"enum": ["only"], "description": "looked up by the fields of `by:`, and never written"}]


class Equal(Authored):
    """A rule by which records are one of another object already: a lead that is a contact.

    The consent of both is the strictest of both, whatever becomes of the record.
    """

    rule: str = Field(description="name of the rule, as reports call it")
    of: str = Field(description="the other object")
    same: Texts = Field(
        description="fields that both objects have by the same name and that must be equal, or alike (`name ~ 0.9`)"
    )
    unless: Texts = Field(default=(), description="vetoes: `field differs`")
    do: Literal["hold", "skip", "keep"] = Field(
        default="hold",
        description="`skip` leaves the record out, where it is one record for sure and its opt-out is kept by that one;"
        " `keep` loads it all the same and tells; `hold` waits",
    )
    because: str | None = Field(default=None, description="the decision for `do: skip`, by its id")


class Rerun(Authored):
    """What a second run does with a row whose fate has changed."""

    gone: Literal["flag", "review", "ignore"] = Field(
        default="flag", description="a record that was loaded and that no row feeds any more"
    )
    now_excluded: Literal["flag", "review"] = Field(
        default="review", description="a loaded record that a rule leaves out now"
    )
    now_merged: Literal["review", "merge"] = Field(
        default="review",
        description="two loaded records that are one now; `merge` goes on as one, and the load removes the other "
        "record where nothing is lost with it",
    )
    now_split: Literal["review", "split"] = Field(
        default="review",
        description="a loaded record whose rows are several records now (a match rule was taken out); `split` goes on"
        " with its largest part (then the one with the smallest key) and creates the others; what refers to their rows"
        " follows them",
    )
    edited: Literal["review", "source_wins", "target_wins"] = Field(
        default="review", description="cells that somebody has changed in the target and the sources too"
    )
    rekeyed: Literal["review", "same", "new"] = Field(
        default="review", description="a row that comes back under another key"
    )


class LinkRerun(Rerun):
    """What a second run does with a link whose fate has changed: it follows its ends."""

    now_merged: Literal["review", "merge"] = Field(
        default="merge",
        description="two loaded links that are one now, because records that they join were merged; `merge` goes on as "
        "one, and the load removes the other link where nothing is lost with it",
    )


class MatchRule(Authored):
    """All of `same`, none of `unless`: `[email, last_name ~ 0.85]`, `[tax_id differs, email is shared]`."""

    rule: str = Field(description="name of the rule, as reports call it")
    same: Texts = Field(description="fields that must be equal, or alike (`last_name ~ 0.85`)")
    unless: Texts = Field(default=(), description=f"vetoes: {', '.join(f'`field {said}`' for said in VETOES.values())}")
    do: Literal["merge", "review", "apart"] = Field(default="review", description="what becomes of the pairs")


class Match(Authored):
    """How records of one object find each other: by rules, by a model that is learned from the records, or by both.

    Short: `match: learned` is `{learned: propose}`; a list of rules is `{rules: [...]}`. The model speaks where no rule
    does: what a rule or a person keeps apart, or sends to review, it never merges.
    """

    learned: Literal["propose", "merge"] | None = Field(
        default=None, description="`propose` asks people about likely pairs; `merge` is the opt-in to automatic merging"
    )
    limit: Text | None = Field(
        default=None, description="how many wrong merges may be expected among merged records; `1 per 1000` unless said"
    )
    sites: Literal["one", "apart"] | None = Field(
        default=None,
        description="a company at a few addresses is `one` (people are asked), or each address is somebody (`apart`); "
        "`one` unless said",
    )
    rules: tuple[MatchRule, ...] = Field(
        default=(), max_length=200, description="rules; `apart` counts before `merge`, and `merge` before `review`"
    )  # each is a join over all records

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, list):
            return {"rules": value}
        if isinstance(value, str) and value != "learned":
            raise PydanticCustomError("literal_error", "Input should be 'learned'", {"expected": "'learned'"})
        return {"learned": "propose"} if value == "learned" else value

    @classmethod
    def short_schemas(cls, long: dict[str, Any]) -> list[dict[str, Any]]:
        rules = long["properties"]["rules"]
        learned = {"enum": ["learned"], "description": "the model proposes pairs, and merges nothing"}
        return [learned, {k: rules[k] for k in ("type", "items")}]
