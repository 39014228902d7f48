"""Write docs/mapping-reference.md and docs/mapping-examples.md: `python scripts/make_mapping_reference.py`.

A test proves that both are fresh, and so that every result that they show is what comes out.
"""

import re
import sys
import typing
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crm_migrate.connecting.discovery import available, source_options, target_options
from crm_migrate.mapping import expression_syntax, expressions, model
from crm_migrate.mapping.model_sharing import SharedHead
from crm_migrate.mapping.plan import VETOES
from crm_migrate.mapping.profiles import SourceProfile, TargetProfile

sys.path.append(str(Path(__file__).parent))

from reference import examples_page, small
from reference.scenarios import Scenario
from reference.tables import cell, code, of_expressions, small_words
from reference.used import Word, shown

Found = dict[Word, tuple[Scenario, str]]

PAGE = Path(__file__).parents[1] / "docs" / "mapping-reference.md"
EXAMPLES = PAGE.with_name("mapping-examples.md")
HEAD = """# The mapping language: reference

Generated from the model by `scripts/make_mapping_reference.py`. Every scalar of the file is text, whatever it looks
like; unknown words, doubled keys, anchors, aliases and tags are errors. `crm-migrate mapping check` tells everything
that is wrong at once, `crm-migrate mapping show --resolved` everything that was inferred (`--origin`: which file says
each line), `crm-migrate schema --write` teaches it to an editor.

Every word has an example. Those of the blocks are lines of small projects, [which are shown whole](mapping-examples.md)
with rows and what becomes of them; `→` leads there. All of them are executed whenever the tests run.
"""
SMALL = """
## The small texts inside

```ebnf
cell       = column , { " | " , step } | "=" , expression , { " | " , step } | "same_row" ;
column     = { any character } ;            (* all of the text before the first " | " *)
step       = word , { "." , word } , [ "(" , [ argument , { "," , argument } ] , ")" ] ;
argument   = [ word , "=" ] , ( text | "'" , text , "'" ) ;
same       = field , [ "~" , likeness ] ;    (* domain, name ~ 0.90 *)
veto       = field , ( VETOES ) ;
split_rows = "[" , column , "]" , "by" , "'" , text , "'" , [ "with" , companion , { "," , companion } ] ;
companion  = "[" , column , "]" ;
reference  = object , [ "." , source ] ;     (* accounts.firma: the key that the source firma calls an account by *)
limit      = [ "<=" | ">=" ] , number , [ "%" ] ;
figure     = number , [ blank , currency ] ;
```

A word that a target field does not know as an option is the name of a source, and its value is that source's cell.
"""


def page() -> str:
    """The whole page."""
    found = shown()
    parts = [HEAD, *(_section(m, found) for m in _models()), _connectors(), _small(), _grammar(), small_words()]
    return "".join(parts).rstrip("\n") + "\n"


def _models() -> list[type[BaseModel]]:
    """The models in the order in which a file uses them, then those of a shared one and of profiles."""
    firsts = (model.MappingFile, SharedHead, SourceProfile, TargetProfile)
    return [each for first in firsts for each in _from(first)]


def _from(first: type[BaseModel]) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    waiting: list[type[BaseModel]] = [first]
    while waiting:
        here = waiting.pop(0)
        if here not in found:
            found.append(here)
            waiting += [m for field in here.model_fields.values() for m in _inside(field.annotation)]
    return found


def _inside(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in typing.get_args(annotation) for m in _inside(part)]


def _section(part: type[BaseModel], found: Found) -> str:
    doc = (part.__doc__ or "").strip().replace("\n    ", "\n")
    words = ((field.alias or name, field) for name, field in part.model_fields.items() if name != "cells")
    rows = "".join(_row(part, word, field, found.get((part.__name__, word))) for word, field in words)
    later = sorted(getattr(part, "planned", ()))
    short = getattr(part, "short", None)
    notes = f"\nA text alone is its `{short}`.\n" if short else ""
    notes += f"\nKnown and not supported yet: {', '.join(f'`{word}`' for word in later)}.\n" if later else ""
    table = "| word | value | default | meaning | example |\n|---|---|---|---|---|\n"
    return f"\n## {part.__name__}\n\n{doc}\n\n{table}{rows}{notes}"


def _row(part: type[BaseModel], name: str, field: FieldInfo, example: tuple[Scenario, str] | None) -> str:
    default = "**required**" if field.is_required() else _default(field.get_default())
    if default == "none":
        default = small.words("defaults").get(f"{part.__name__}.{name}", default)
    about = cell(field.description or "")
    return f"| `{name}` | {_kind(field.annotation)}{_bounds(field)} | {default} | {about} | {_example(example)} |\n"


def _example(example: tuple[Scenario, str] | None) -> str:
    if example is None:
        return ""
    scenario, text = example
    return f"{code(text)} [→](mapping-examples.md#{scenario.name})"


def _default(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, BaseModel):
        return "as its words say"
    return "none" if value in (None, (), {}, "") else f"`{value}`"


def _bounds(field: FieldInfo) -> str:
    """What else the model asks of a value: its choices or form, and how many there may be."""
    told = []
    for each in field.metadata:
        if pattern := getattr(each, "pattern", None):
            told.append(_pattern(pattern))
        if (least := getattr(each, "min_length", None)) is not None:
            told.append(f", at least {least}")
        if (most := getattr(each, "max_length", None)) is not None:
            told.append(f", at most {most}")
    return "".join(told)


def _pattern(pattern: str) -> str:
    """A form: as its choices where it is a list of words, else as it is written."""
    words = re.fullmatch(r"\^\((\w+(?:\|\w+(?:\\\([^|]*\\\))?)*)\)\$", pattern)
    if words is None:
        return f", like `{pattern}`".replace("|", "\\|")
    shown = (re.sub(r"\\\(.*", "(...)", word) for word in words[1].split("|"))
    return ": " + " / ".join(f"`{word}`" for word in shown)


def _kind(annotation: object) -> str:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type):
        return {str: "text", int: "whole number from 1", bool: "`true` / `false`"}.get(
            annotation, f"[{annotation.__name__}](#{annotation.__name__.lower()})"
        )
    if origin is typing.Literal:
        return " / ".join(f"`{part}`" for part in parts)
    if origin is typing.Annotated:
        return _kind(parts[0])
    if origin is dict:
        return f"name -> {_kind(parts[1])}"
    if origin is tuple:
        return f"list of {_kind(parts[0])}"
    return " or ".join(_kind(part) for part in parts if part is not type(None))


def _connectors() -> str:
    """The further words of sources and environments, by connector, and what those of environments mean."""
    rows = "".join(
        f"| `{each.name}` | {_listed(source_options(each.name))} | {_listed(target_options(each.name))} |\n"
        for each in available()
    )
    words = "".join(
        f"| `{word}` | {cell(said['means'])} | {said['default']} | {_option(word, said)} |\n"
        for word, said in small.words("others")["options"].items()
    )
    return (
        "\n## Words of connectors\n\nWhat a source or an environment may say besides, by its connector; those of"
        " sources stand under [Source](#source).\n"
        f"\n| connector | of a source | of an environment |\n|---|---|---|\n{rows}"
        f"\n| of an environment | meaning | default | example |\n|---|---|---|---|\n{words}"
    )


def _option(word: str, said: dict[str, str]) -> str:
    return code(f"{word}: {said['value']}")


def _listed(words: frozenset[str] | None) -> str:
    return "what it likes" if words is None else ", ".join(f"`{word}`" for word in sorted(words)) or "none"


def _small() -> str:
    return SMALL.replace("VETOES", " | ".join(f'"{said}"' for said in VETOES.values()))


def _grammar() -> str:
    rules = (expression_syntax.__doc__ or "").split("\n\n", 1)[1].strip("\n")
    grammar = "\n".join(line.removeprefix("    ") for line in rules.splitlines())
    meaning = (expressions.__doc__ or "").split("\n\n", 2)[2].strip()
    return (
        f"\n## Expressions\n\n```ebnf\n{grammar}\n```\n\n{meaning}\n\n"
        f"At most {expression_syntax.MAX_LENGTH:,} characters, {expression_syntax.MAX_DEPTH} levels.\n"
        + "".join(of_expressions(part) for part in ("signs", "words", "functions"))
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    EXAMPLES.write_text(examples_page.page(), encoding="utf-8")
