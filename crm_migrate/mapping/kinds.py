"""What the authoring model says of a place in the file: which words stand there, and what stands behind each."""

import types
import typing
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, BeforeValidator

from crm_migrate.mapping.authored import Authored
from crm_migrate.mapping.authoring import words_of
from crm_migrate.mapping.model import TargetField
from crm_migrate.mapping.model_sources import WithOptions
from crm_migrate.mapping.tree import Listing, Mapping, Node, Scalar


@dataclass(frozen=True)
class Kind:
    """The words of a `model`, or names that anybody may choose with what is `of` them behind each.

    Neither is a text. `bare` says that a text may stand for a block, `items` what the entries of a list are.
    """

    model: type[BaseModel] | None = None
    of: "Kind | None" = None
    bare: bool = False
    items: "Kind | None" = None

    @property
    def mapping(self) -> bool:
        """Whether words with values stand here, and not a text or a list."""
        return self.model is not None or self.of is not None

    @property
    def leaf(self) -> bool:
        """A field: its words that are no options are sources."""
        return self.model is TargetField

    @property
    def closed(self) -> bool:
        """Whether no other words than those of the model may stand here."""
        return self.model is not None and not self.leaf and not issubclass(self.model, WithOptions)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the model, the planned ones too."""
        planned = self.model.planned if self.model and issubclass(self.model, Authored) else frozenset()
        return frozenset(words_of(self.model)) | planned

    @cached_property
    def required(self) -> frozenset[str]:
        """The words that must be there."""
        fields = self.model.model_fields.items() if self.model else ()
        return frozenset(field.alias or name for name, field in fields if field.is_required())

    def behind(self, word: str) -> "Kind | None":
        """What stands behind a word; None where nobody knows the word."""
        if self.model is None:
            return self.of
        fields = {field.alias or name: field for name, field in self.model.model_fields.items()}
        if word not in fields or (self.leaf and word == "cells"):
            return None
        return _kind(fields[word].annotation, bare=_reads_more(fields[word].metadata))

    def has(self, word: str, value: Node, sources: frozenset[str]) -> bool:
        """Whether a word with that value can stand here; `sources` are the names of sources, words of every field."""
        if self.model is None:
            return self.of is not None and self.of.like(value, sources)
        if self.leaf and word in sources:
            return not isinstance(value, Mapping)
        inner = self.behind(word)
        if inner is None:
            return word in self.words or (not self.closed and not isinstance(value, Mapping) and not self.leaf)
        return not isinstance(value, Mapping) or inner.like(value, sources)

    def like(self, value: Node, sources: frozenset[str]) -> bool:
        """Whether a value looks as what stands here, as far as its shape and its words tell."""
        match value:
            case Scalar():
                return value.null or self.bare or not self.mapping
            case Listing():
                return self.items is not None or not self.mapping
            case Mapping():
                if not self.mapping:
                    return self.bare
                if self.of is not None:
                    return any(self.of.like(inner, sources) for _, inner in value.entries)
                words = {key.text for key, _ in value.entries}
                return words <= self.words | sources if self.leaf else 0 < len(words) <= 2 * len(words & self.words)


@cache
def kind_of(model: type[BaseModel]) -> Kind:
    """What a model says of a whole file."""
    return _kind(model)


def _kind(annotation: Any, *, bare: bool = False) -> Kind:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _kind(parts[0], bare=bare or _reads_more(parts[1:]))
    if origin in (types.UnionType, typing.Union):
        shapes = [part for part in parts if part is not type(None)]
        blocks = [part for part in shapes if part is not str]  # a text may stand for the block beside it
        return _kind((blocks or shapes)[0], bare=bare or 0 < len(blocks) < len(shapes))
    if origin is dict:
        return Kind(of=_kind(parts[1]), bare=bare, items=Kind() if bare else None)
    if origin is tuple:
        return Kind(items=_kind(parts[0]), bare=bare)
    if isinstance(annotation, type) and issubclass(annotation, Authored):
        rules = annotation.model_fields.get("rules")  # a list may be written for the block that holds it
        short = annotation.short is not None or annotation is TargetField
        return Kind(
            annotation, bare=bare or short or rules is not None, items=_kind(rules.annotation).items if rules else None
        )
    return Kind()


def _reads_more(metadata: Any) -> bool:
    return any(isinstance(each, BeforeValidator) for each in metadata)
