"""From a document to the authoring model: every word that is wrong becomes a finding with its place."""

import difflib
import re
import types
import typing
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from crm_migrate.finding import Finding
from crm_migrate.mapping.authored import Authored
from crm_migrate.mapping.model import TargetField
from crm_migrate.mapping.tree import Document, Listing, Mapping, Node, Path, Scalar, plain

_LISTED = 30  # words that a hint names
_LATER = "Leave it out for now; nothing was ignored."
ModelT = TypeVar("ModelT", bound=BaseModel)


def author(document: Document, model: type[ModelT]) -> tuple[ModelT | None, list[Finding]]:
    """The document as that model, and every finding.

    With errors, the model is what is left without the wrong parts, so that the rest can be checked in the same go;
    None where nothing sensible is left.
    """
    tree: Any = plain(document.root)
    findings: dict[tuple[str, Path], Finding] = {}
    for path in _unsaid(document.root, ()):
        message = f"`{path[-1]}` has no value"
        findings["mapping_missing", path] = document.finding(
            "mapping_missing", message, document.key_spot(path), "Write one, or leave the word out."
        )
        _pruned(tree, path)
    for attempt in range(8):
        try:
            return model.model_validate(tree), list(findings.values())
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
        left = True
        for detail in details:
            path = _path(document, detail["loc"])
            if attempt == 0 or detail["type"] in ("value_error", "not_supported"):  # the rest only follows from pruning
                finding = _finding(document, model, detail, path)
                findings.setdefault((finding.code, path), finding)
            left &= _pruned(tree, path)
        if not left:
            break
    return None, list(findings.values())


def _unsaid(node: Node, path: Path) -> Iterator[Path]:
    """Words without a value, which would count as not written at all. A feed may be bare, a case may write nothing."""
    if isinstance(node, Listing):
        for at, item in enumerate(node.items):
            yield from _unsaid(item, (*path, at))
    for key, value in node.entries if isinstance(node, Mapping) else ():
        here = (*path, key.text)
        bare = here[-2:-1] == ("from",) or "case" in path or path[:1] == ("examples",)
        if isinstance(value, Scalar) and value.null and not bare:
            yield here
        else:
            yield from _unsaid(value, here)


def _pruned(tree: Any, path: Path) -> bool:
    """Take a wrong part out of the tree (a wrong item of a list with its list); False where there is nothing left."""
    here, last = tree, None
    for step in path:
        if not isinstance(here, dict):
            break
        last = (here, step)
        if step not in here:
            return len(path) > 1 and _pruned(tree, path[:-1])
        here = here[step]
    if last is None:
        return False
    last[0].pop(last[1], None)
    return True


def closest(word: str, words: Iterable[str]) -> str | None:
    """The word that may be meant, capitals or not; None where none is near, or nobody can have meant that."""
    folded = {w.casefold(): w for w in sorted(words)} if len(word) <= 100 else {}  # comparing is slow
    return next((folded[near] for near in difflib.get_close_matches(word.casefold(), folded, 1, 0.6)), None)


def nearest(word: str, words: Iterable[str]) -> str:
    """The nearest valid word as a question, or those that are valid, of many the first; "" where there are none."""
    valid = sorted(words)
    if len(word) <= 100 and (meant := closest(word, valid)) is not None:
        return f"Did you mean `{meant}`?"
    if len(valid) > _LISTED:
        return f"Valid here: {', '.join(valid[:_LISTED])} ... ({len(valid):,} in all)."
    return f"Valid here: {', '.join(valid)}." if valid else ""


def _path(document: Document, loc: tuple[int | str, ...]) -> Path:
    """The error's place without the steps that only the model has (branches of unions, `cells`)."""
    path: Path = ()
    for step in loc:
        node = document.find(path)
        if document.find((*path, step)) is not node or step == loc[-1]:
            path = (*path, step)
    return path


def _finding(document: Document, model: type[BaseModel], detail: ErrorDetails, path: Path) -> Finding:
    kind, word = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "extra_forbidden" or word in _refused(model_at(model, detail["loc"][:-1])):
        return _unknown(document, model, detail["loc"], path, word)
    if kind == "missing":
        parent = path[:-1]
        return document.finding(
            "mapping_missing", f"`{word}` is missing here", document.key_spot(parent), f"Add `{word}:`."
        )
    if kind == "not_supported":
        return document.at("mapping_not_supported", detail["msg"], path, _LATER)
    if path and path[-1] == "[key]":
        path = path[:-1]
    node = document.find(path)
    message, hint = _words(detail, node.text if isinstance(node, Scalar) else "")
    return document.at("mapping_value", message, path, hint)


def _words(detail: ErrorDetails, written: str) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        valid = re.findall(r"'([^']*)'", str(context.get("expected")))
        return f"`{written}` is not known here", nearest(written, valid)
    if kind == "value_error":
        return parted(str(context.get("error", detail["msg"])))
    if kind == "string_pattern_mismatch":
        return "this does not have the form that is wanted here", f"Wanted: {context.get('pattern')}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return "words with values are wanted here, `{word: value}`", "See the reference of the mapping language."
    if kind in ("tuple_type", "list_type"):
        return "a list is wanted here, `[...]`", "Put brackets around it."
    if kind == "string_type":
        return "a text is wanted here", "Quote it, or write a value."
    if kind in ("too_short", "missing"):
        return "at least one entry is wanted here", "Write one, or leave the word out."
    if kind == "too_long":
        return f"at most {context.get('max_length')} entries may stand here", "Say with fewer what is meant."
    return detail["msg"], ""


def parted(told: str) -> tuple[str, str]:
    """What is wrong, and the next step where it is told behind it: `this is neither: write true or false`."""
    wrong, _, step = told.partition(": write ")
    return wrong, f"Write {step}." if step else ""


def _unknown(document: Document, model: type[BaseModel], loc: tuple[int | str, ...], path: Path, word: str) -> Finding:
    parent = model_at(model, loc[:-1])
    spot = document.key_spot(path)
    if word in _planned(parent):
        message = f"`{word}` is a word of the language that is not supported yet"
        return document.finding("mapping_not_supported", message, spot, _LATER)
    hint = _elsewhere(parent).get(word) or nearest(word, words_of(parent))
    return document.finding("mapping_unknown_word", f"`{word}` is no word here", spot, hint)


def _planned(model: type[BaseModel] | None) -> frozenset[str]:
    return model.planned if model is not None and issubclass(model, Authored) else frozenset()


def _elsewhere(model: type[BaseModel] | None) -> dict[str, str]:
    return model.elsewhere if model is not None and issubclass(model, Authored) else {}


def _refused(model: type[BaseModel] | None) -> frozenset[str]:
    return _planned(model) | _elsewhere(model).keys()


def words_of(model: type[BaseModel] | None) -> list[str]:
    """The words that a model takes, as they are written."""
    if model is None:
        return []
    return [f.alias or name for name, f in model.model_fields.items() if not (model is TargetField and name == "cells")]


def model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that stands at an error's location."""
    here: Any = model
    for step in loc:
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {f.alias or name: f for name, f in here.model_fields.items()}
            here = fields[str(step)].annotation if str(step) in fields else here
        else:
            here = _inner(here)
    here = _inner(here) if not isinstance(here, type) else here
    return here if isinstance(here, type) and issubclass(here, Authored) else None


def _inner(annotation: Any) -> Any:
    """The model inside `dict[str, M]`, `tuple[M, ...]`, `M | None`, `Annotated[...]`."""
    origin = typing.get_origin(annotation)
    if origin is None:
        return annotation
    parts = [a for a in typing.get_args(annotation) if a is not Ellipsis and a is not type(None)]
    if origin is dict:
        return parts[1]
    if origin in (types.UnionType, typing.Union, typing.Annotated, tuple, list):
        return _inner(parts[0]) if origin is not tuple else parts[0]
    return annotation
