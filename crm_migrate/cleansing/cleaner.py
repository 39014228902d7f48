"""The public door: `clean(values, kind, locale)`."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import polars as pl

from crm_migrate.cleansing.cells import NULL, Cell
from crm_migrate.cleansing.evidence import evidence
from crm_migrate.cleansing.kinds import KINDS, read_bounded
from crm_migrate.cleansing.places.countries import na_means
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.mending import parted
from crm_migrate.errors import UsageError


def clean(values: Iterable[Any], kind: str, locale: str | None = None, **options: Any) -> pd.DataFrame:
    """Clean values of one kind; a frame with `value`, `flag` and `note` per input, in order, and the parts of the kind.

    `value` is "" where there is none. `flag` is `ok`, `changed`, `null` or what is wrong (`invalid`, `ambiguous`,
    `suspect`, `placeholder` ...), `note` why. `locale` is a locale (`tr-TR`), a language or a region (`TR`). Kinds and
    their options are listed by `crm-migrate steps`. UsageError for an unknown kind or option.
    """
    known = KINDS.get(kind)
    if known is None:
        raise UsageError(f"there is no kind {kind!r}", hint=f"one of: {', '.join(KINDS)}")
    unknown = [name for name in options if name not in known.options]
    if unknown:
        raise UsageError(f"{kind} has no option {unknown[0]!r}", hint=f"it has: {', '.join(known.options) or 'none'}")
    texts = [None if _is_missing(v) else str(v) for v in values]
    if kind == "country":
        options = {"na": _na_of(texts, options.get("na"))}
    cells = {t: read_bounded(known, parted(t), locale or "", options) for t in dict.fromkeys(texts) if t is not None}
    rows = [_row(text, NULL if text is None else cells[text], known.parts) for text in texts]
    return pd.DataFrame(rows, columns=["value", "flag", "note", *known.parts], dtype="str")


def _na_of(texts: list[str | None], said: str | None) -> str:
    """What `NA` means in a column of countries, as a run has it."""
    try:
        return na_means(said, evidence(pl.Series(texts, dtype=pl.String), "country", Context()))
    except ValueError as error:
        raise UsageError(str(error)) from None


def _is_missing(value: Any) -> bool:
    """None, and what frames write for it."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _row(text: str | None, cell: Cell, parts: tuple[str, ...]) -> list[str]:
    """One line of the frame; the parts are those of the first person or address."""
    flag = cell.flag or ("ok" if cell.value == text else "changed")
    first = cell.parts[0] if cell.parts else {}
    return [cell.value or "", flag, cell.note or "", *(first.get(name, "") for name in parts)]
