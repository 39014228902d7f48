"""The authored words for what is one record: matching, records that exist in the target, second runs."""

from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm_migrate.mapping.authored import Authored, Text, Texts
from crm_migrate.mapping.plan import VETOES


class Existing(Authored):
    """Records that are in the target already: `match` names the fields that must be equal, or is `learned`."""

    planned = frozenset({"only", "by"})
    match: Texts = Field(
        description="fields of a record of ours and one of the target that must be equal, or `learned`"
    )
    then: Literal["fill_blanks", "source_wins", "target_wins", "review"] = Field(
        default="review", description="whose value is kept in a record that was there before"
    )


class Rerun(Authored):
    """What a second run does with a row whose fate has changed."""

    planned = frozenset({"now_split"})
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
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        schema = handler(core)
        inner = handler.resolve_ref_schema(schema)
        content = dict(inner)
        rules = content["properties"]["rules"]
        inner.clear()
        short = {"enum": ["learned"], "description": "the model proposes pairs, and merges nothing"}
        inner.update({"title": cls.__name__, "anyOf": [short, {k: rules[k] for k in ("type", "items")}, content]})
        return schema
