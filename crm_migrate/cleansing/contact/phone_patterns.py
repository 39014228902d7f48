"""libphonenumber's own metadata as patterns for a whole column: a `Plan` per region, made when first needed."""

from dataclasses import dataclass
from functools import cache

import polars as pl
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
    example_number_for_type,
    format_number,
)
from phonenumbers.phonemetadata import PhoneNumberDesc

_TYPES = (
    "mobile",
    "fixed_line",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers of one kind: a pattern for the whole number and the lengths it may have (empty: any)."""

    pattern: str
    lengths: tuple[int, ...]

    def of(self, numbers: pl.Series) -> pl.Series:
        """Which numbers are of this shape."""
        fits = numbers.str.contains(self.pattern)
        return fits & numbers.str.len_bytes().is_in(list(self.lengths)) if self.lengths else fits


@dataclass(frozen=True, slots=True)
class Plan:
    """What the library knows of a region and needs for reading its numbers.

    `trunk` is the pattern of a national prefix at the start ("" if none), `rewrites` whether stripping it may rewrite
    the rest, `leading` the digits that tell this region from others of the same code, `idd` the prefix for abroad,
    `longest` the most digits of a national number.
    """

    region: str
    code: str
    general: Shape
    types: tuple[Shape, ...]
    trunk: str
    rewrites: bool
    leading: str
    idd: str
    longest: int
    writes_trunk: bool

    def valid(self, numbers: pl.Series) -> pl.Series:
        """Which national numbers are of a known kind (`number_type` is not UNKNOWN)."""
        found = pl.repeat(False, len(numbers), dtype=pl.Boolean, eager=True)
        open_rows = self.general.of(numbers).fill_null(False).arg_true()
        for shape in self.types:
            if open_rows.is_empty():
                break
            hit = shape.of(numbers.gather(open_rows)).fill_null(False)
            found = found.scatter(open_rows.filter(hit), True)
            open_rows = open_rows.filter(~hit)
        return found


def _shape(desc: PhoneNumberDesc | None) -> Shape | None:
    if desc is None or not desc.national_number_pattern or desc.national_number_pattern == "NA":
        return None
    lengths = tuple(n for n in desc.possible_length or () if n > 0)
    return Shape(f"^(?:{desc.national_number_pattern})$", lengths)


def _compiles(pattern: str) -> bool:
    """Whether the column engine knows every construct of a pattern (it has no look-around)."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.PolarsError:
        return False
    return True


@cache
def trunk_is_written(region: str) -> bool:
    """Whether people of the region always write the trunk 0: the metadata formats mobiles so, not optionally."""
    metadata = PhoneMetadata.metadata_for_region(region)
    example = example_number_for_type(region, PhoneNumberType.MOBILE)
    if metadata is None or example is None or metadata.national_prefix != "0":
        return False
    written = format_number(example, PhoneNumberFormat.NATIONAL).startswith("0")
    return written and not any(f.national_prefix_optional_when_formatting for f in metadata.number_format)


@cache
def plan_of(region: str) -> Plan | None:
    """The plan of a region, or None where the column engine cannot express its metadata."""
    metadata = PhoneMetadata.metadata_for_region(region)
    general = _shape(metadata.general_desc) if metadata else None
    if metadata is None or general is None:
        return None
    shapes = [_shape(getattr(metadata, name)) for name in _TYPES]
    trunk = f"^(?:{metadata.national_prefix_for_parsing})" if metadata.national_prefix_for_parsing else ""
    plan = Plan(
        region,
        str(metadata.country_code),
        general,
        tuple(s for s in shapes if s),
        trunk,
        metadata.national_prefix_transform_rule is not None,
        f"^(?:{metadata.leading_digits})" if metadata.leading_digits else "",
        metadata.international_prefix or "",
        max(general.lengths or (0,)),
        trunk_is_written(region),
    )
    patterns = [plan.trunk, plan.leading, plan.general.pattern, *(s.pattern for s in plan.types)]
    return plan if all(_compiles(p) for p in patterns) else None


@cache
def plans_of_code(code: int) -> tuple[Plan, ...] | None:
    """The plans of all regions of a calling code in the library's order, or None where one of them has none."""
    plans = [plan_of(region) for region in COUNTRY_CODE_TO_REGION_CODE.get(code, ()) if region != "001"]
    known = tuple(p for p in plans if p is not None)
    return known if known and len(known) == len(plans) else None


@cache
def code_pattern() -> str:
    """All calling codes at the start of an international number (no code is the start of another)."""
    return "^(" + "|".join(str(code) for code in sorted(COUNTRY_CODE_TO_REGION_CODE)) + ")"
