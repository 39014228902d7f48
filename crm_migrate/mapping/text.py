"""The small texts inside a mapping: `COLUMN | step(args)`, `same`, `unless`, `split_rows`, references, limits."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from crm_migrate.mapping.plan import VETOES, GatePlan, SamePlan, SplitPlan, StepPlan, VetoPlan

SAME_ROW = "same_row"
_STEP = re.compile(r"\s*(?P<name>[A-Za-z_][\w.]*)\s*(?:\((?P<args>.*)\))?\s*", re.DOTALL)
_QUOTES = re.compile(r"'(?:[^']|'')*'|\[[^\]]*\]")


class TextError(ValueError):
    """A text of the language that cannot be understood: what is wrong, at which character (0-based), what to do."""

    def __init__(self, message: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


@dataclass(frozen=True, slots=True)
class PlacedStep:
    """A step and where it stands in its text."""

    plan: StepPlan
    at: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A value: a column or an expression (whose text starts at `at`), then steps."""

    column: str | None
    expression: str | None
    at: int
    steps: tuple[PlacedStep, ...]


def parse_cell(text: str) -> Cell:
    """Read `COLUMN | step | step(args)` or `= expression | step`. Raises TextError."""
    if text.lstrip().startswith("="):
        return _expression_cell(text)
    column, bar, rest = text.partition(" | ")
    if not column.strip():
        raise TextError("a column's name is missing", 0, "Write COLUMN | step; such a name stands in = [A |B].")
    if not bar and (loose := re.search(r"\|\s|\s\|", text)):
        raise TextError(
            "a `|` needs a blank on both sides", loose.start(), "Write COLUMN | step; such a name stands in = [A |B]."
        )
    steps = parse_steps(rest, len(column) + 3) if bar else ()
    return Cell(normal_name(column), None, len(column) - len(column.lstrip()), steps)


def _expression_cell(text: str) -> Cell:
    start = text.index("=") + 1
    hidden = _QUOTES.sub(lambda m: "x" * len(m.group()), text)
    bar = hidden.find(" | ", start)
    end = len(text) if bar < 0 else bar
    steps = parse_steps(text[end + 3 :], end + 3) if bar >= 0 else ()
    return Cell(None, text[start:end], start, steps)


def normal_name(name: str) -> str:
    """A column's name as it is compared: composed (NFC), without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


def parse_steps(text: str, offset: int = 0) -> tuple[PlacedStep, ...]:
    """Read `step | step(a, k=b)`; `offset` is where the text starts in what was written. Raises TextError."""
    steps = []
    for start, end in _pieces(text, "|"):
        steps.append(_step(text[start:end], offset + start))
    return tuple(steps)


def _step(text: str, at: int) -> PlacedStep:
    match = _STEP.fullmatch(text)
    at += len(text) - len(text.lstrip())
    if match is None:
        what = "a step is missing here" if not text.strip() else f"`{text.strip()}` is no step"
        raise TextError(what, at, "Steps are written name, name(argument) or name(option=value).")
    args, options = _arguments(match["args"] or "", at)
    return PlacedStep(StepPlan(name=match["name"], args=args, options=options), at)


def _arguments(text: str, at: int) -> tuple[tuple[str, ...], dict[str, str]]:
    args: list[str] = []
    options: dict[str, str] = {}
    for start, end in _pieces(text, ",") if text.strip() else ():
        piece = text[start:end].strip()
        name, equals, value = piece.partition("=")
        if not piece:
            raise TextError("an argument is missing here", at, "Write name(a, b) or name(option=value).")
        if equals and re.fullmatch(r"\w+", name.strip()):
            options[name.strip()] = _unquoted(value.strip())
        else:
            args.append(_unquoted(piece))
    return tuple(args), options


def argument(text: str) -> str:
    """A text as an argument of a step: in quotes where a sign in it would mean something."""
    return f"""'{text.replace("'", "''")}'""" if re.search(r"[,()'|=]", text) else text


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if len(text) > 1 and text[0] == text[-1] == "'" else text


def _pieces(text: str, separator: str) -> list[tuple[int, int]]:
    """Start and end of the parts between separators that stand outside quotes and brackets."""
    pieces, start, depth, quoted = [], 0, 0, False
    for at, char in enumerate(text):
        quoted ^= char == "'"
        depth += (char == "(") - (char == ")") if not quoted else 0
        if char == separator and depth == 0 and not quoted:
            pieces.append((start, at))
            start = at + 1
    return [*pieces, (start, len(text))]


def parse_same(text: str) -> SamePlan:
    """Read `domain` or `name ~ 0.90`. Raises TextError."""
    match = re.fullmatch(r"\s*(\w+)\s*(?:~\s*(\S+)\s*)?", text)
    if match is None:
        raise TextError(f"`{text}` is no comparison", 0, "Write `field` or `field ~ 0.90`.")
    if match[2] is None:
        return SamePlan(field=match[1])
    if not re.fullmatch(r"0?\.[0-9]+|1(?:\.0+)?|0\.[0-9]+", match[2]) or not 0 < float(match[2]) <= 1:
        raise TextError(f"`{match[2]}` is no likeness", match.start(2), "Write a number over 0 and up to 1: `~ 0.90`.")
    return SamePlan(field=match[1], similarity=float(match[2]))


def parse_veto(text: str) -> VetoPlan:
    """Read `tax_id differs` or `email is shared`. Raises TextError."""
    match = re.fullmatch(rf"\s*(\w+)\s+({'|'.join(VETOES.values())})\s*", text)
    if match is None:
        raise TextError(
            f"`{text}` is no veto", 0, f"Write {' or '.join(f'`field {said}`' for said in VETOES.values())}."
        )
    kinds = {said: kind for kind, said in VETOES.items()}
    return VetoPlan.model_validate({"field": match[1], "kind": kinds[match[2]]})


def parse_split(text: str) -> SplitPlan:
    """Read `[Kişi] by ';' with [E-posta], [Tel]`. Raises TextError."""
    match = re.fullmatch(r"\s*\[([^\]]+)\]\s+by\s+'((?:[^']|'')+)'(?:\s+with\s+(.+?))?\s*", text)
    if match is None:
        raise TextError("`split_rows` cannot be read", 0, "Write \"[Column] by ';' with [Other], [Third]\".")
    listed = match[3] or ""
    if listed and not re.fullmatch(r"\[[^\]]+\](?:\s*,\s*\[[^\]]+\])*", listed):
        raise TextError("the columns after `with` cannot be read", match.start(3), "Write `with [A], [B]`.")
    companions = tuple(normal_name(name) for name in re.findall(r"\[([^\]]+)\]", listed))
    return SplitPlan(column=normal_name(match[1]), by=match[2].replace("''", "'"), companions=companions)


def parse_ref(text: str) -> tuple[str, str | None]:
    """Read `accounts.firma` or `accounts` as object and key space. Raises TextError."""
    match = re.fullmatch(r"\s*(\w+)(?:\.([\w-]+))?\s*", text)
    if match is None:
        raise TextError(f"`{text}` is no reference", 0, "Write `object.source`, for instance `accounts.firma`.")
    return match[1], match[2]


def object_of(reference: str | Mapping[str, str] | None) -> str | None:
    """The object that `ref:` leads to, by the first text of it; None where that cannot be read, or there is none."""
    said = reference if isinstance(reference, str) else next(iter(reference.values()), None) if reference else None
    try:
        return parse_ref(said)[0] if said else None
    except TextError:
        return None


def parse_limit(name: str, scope: str, text: str) -> GatePlan:
    """Read `0`, `0.5%`, `>= 95%` as a gate; rates of agreement are lower limits. Raises TextError."""
    match = re.fullmatch(r"\s*(<=|>=)?\s*([0-9]+(?:\.[0-9]+)?)\s*(%)?\s*", text)
    if match is None:
        raise TextError(f"`{text}` is no limit", 0, 'Write 0, 0.5% or ">= 95%".')
    rate = name == "field_match"
    compare: Literal["<=", ">="] = ">=" if (match[1] or (">=" if rate or name == "arrived" else "<=")) == ">=" else "<="
    limit = Decimal(match[2]) / 100 if match[3] else Decimal(match[2])
    if (match[3] or rate) and limit > 1:
        raise TextError("a share is at most 100%", match.start(2), "Write 0.999 or 99.9%.")
    return GatePlan(name=name, scope=scope, compare=compare, limit=_decimal(limit), share=bool(match[3]) or rate)


def parse_under(text: str) -> str:
    """Read `0.5 %`, a share that something must stay under, as a fraction. Raises TextError."""
    match = re.fullmatch(r"\s*([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%\s*", text)
    hint = "Write `0.5 %`: a share, more than 0 % and at most 100 %."
    if match is None:
        raise TextError(f"`{text}` is no share", 0, hint)
    limit = Decimal(match[1]) / 100
    if not 0 < limit <= 1:
        raise TextError("nothing can be under 0 %" if not limit else "a share is at most 100 %", match.start(1), hint)
    return _decimal(limit)


def parse_wrong(text: str) -> float:
    """Read `1 per 1000`: so many wrong merges may be expected among so many merged records. Raises TextError."""
    match = re.fullmatch(r"\s*([0-9]{1,9})\s+per\s+([0-9]{1,9})\s*", text)
    hint = "Write `1 per 1000`: wrong merges per merged records, at most 1 per 10."
    if match is None:
        raise TextError(f"`{text}` is no limit", 0, hint)
    wrong, of = int(match[1]), int(match[2])
    if not 0 < wrong * 10 <= of:
        raise TextError(f"`{text.strip()}` is " + ("no limit" if wrong else "never: leave `merge` out"), 0, hint)
    return wrong / of


def parse_amount(text: str) -> tuple[str, str]:
    """Read `186420.50 EUR` as plain decimal and unit. Raises TextError."""
    match = re.fullmatch(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*([A-Z]{3})?\s*", text)
    if match is None:
        raise TextError(f"`{text}` is no figure", 0, "Write a plain decimal and a currency: 186420.50 EUR.")
    return match[1], match[2] or ""


def _decimal(value: Decimal) -> str:
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
