"""Phone numbers a column at a time: only those that the reference library reads as valid, and exactly as it does.

Follows `phonenumbers.parse` and `is_valid_number`; whatever needs a repair, a flag or a rewriting rule is left (null).
"""

import polars as pl

from crm_migrate.cleansing.contact.phone_patterns import Plan, code_pattern, plan_of, plans_of_code

# One number in digits and the punctuation of numbers, perhaps with an extension; nothing that a repair could touch.
_SHAPE = r"^\+?\(?[0-9][0-9 ().\-]{5,24}[0-9]$"
_DAMAGE = r"^[0-9]{5,}\.0+$|\([^0-9]*\)| - |[- ](?:[0-9]{3}-[0-9]{3}|[0-9]{4}-[0-9]{4})$"
_WORDS = r"(?:x|ext(?:n|ension)?\.?|dahili|dah\.?|int\.?|poste|dw|ramal|anexo|toestel|#)"
_EXTENDED = rf"(?i)^(.*[0-9)])[ ,;]*{_WORDS}[ :.]*([0-9]{{1,6}})$"
_ONE_DIGIT = r"^0*(?:1+|2+|3+|4+|5+|6+|7+|8+|9+|0+)$"
_WALKS = ("1234567890123456789", "9876543210987654321", "01234567890123")
WALKS = frozenset(w[i : i + n] for w in _WALKS for n in range(5, len(w) + 1) for i in range(len(w) - n + 1))


def valid_numbers(values: pl.Series, region: str | None) -> pl.Series:
    """E.164 (with `;ext=`) per row where the number is plainly valid; null where it has to be looked at."""
    rows = _digits(values).with_row_index("row")
    local = plan_of(region) if region else None
    found = [_abroad(rows.filter("plus").select("row", pl.col("digits").alias("full")))]
    if local:
        home = rows.filter(~pl.col("plus"))
        idd = (pl.col("digits").str.starts_with("00") & (local.idd == "00")).fill_null(False)
        coded = home.filter(idd & ~pl.col("digits").str.starts_with("000"))
        found.append(_abroad(coded.select("row", pl.col("digits").str.slice(2).alias("full"))))
        found.extend(_home(home.filter(~idd), local))
    numbers = pl.concat(found)
    table = rows.select("row", "extension").join(numbers, on="row", how="left", maintain_order="left")
    extended = pl.format("{};ext={}", "number", "extension")
    return table.select(pl.when(pl.col("extension").is_null()).then("number").otherwise(extended))["number"]


def _digits(values: pl.Series) -> pl.DataFrame:
    """Columns `digits` (null where the row has another shape), `plus`, `bare` (nothing but digits), `extension`."""
    text = values.str.strip_chars(" ")
    extension = pl.Series(values=[None], dtype=pl.String).new_from_index(0, len(values))
    lettered = text.str.contains(r"[a-zA-Z#]").fill_null(False).arg_true()
    if len(lettered):
        some = text.gather(lettered)
        extension = extension.scatter(lettered, some.str.extract(_EXTENDED, 2))
        text = text.scatter(lettered, pl.select(pl.coalesce(some.str.extract(_EXTENDED, 1), some)).to_series())
    shaped = (text.str.contains(_SHAPE) & ~text.str.contains(_DAMAGE)).fill_null(False)
    digits = pl.select(pl.when(shaped).then(text)).to_series().str.replace_all(r"[^0-9]", "")
    filler = digits.str.contains(_ONE_DIGIT)
    return pl.DataFrame(
        {
            "digits": pl.select(pl.when(~filler).then(digits)).to_series(),
            "plus": text.str.starts_with("+").fill_null(False),
            "bare": text.str.contains(r"^[0-9]+$").fill_null(False),
            "extension": extension,
        }
    )


def _abroad(rows: pl.DataFrame) -> pl.DataFrame:
    """Numbers (`row`, `full`: digits with calling code) that are valid, by calling code."""
    coded = rows.drop_nulls().with_columns(pl.col("full").str.extract(code_pattern()).alias("code")).drop_nulls()
    parts = [_of_code(part, int(code)) for (code,), part in coded.group_by("code", maintain_order=True)]
    return pl.concat([_NONE, *parts])


_NONE = pl.DataFrame(schema={"row": pl.get_index_type(), "number": pl.String})


def _of_code(rows: pl.DataFrame, code: int) -> pl.DataFrame:
    """Valid numbers of one calling code."""
    plans = plans_of_code(code)
    if plans is None:
        return _NONE
    national = rows["full"].str.slice(len(str(code)))
    return _valid(rows["row"], national, plans)


def _valid(row: pl.Series, national: pl.Series, plans: tuple[Plan, ...]) -> pl.DataFrame:
    """The rows whose national part, without its trunk prefix, is valid in the region that its digits lead to."""
    main = plans[0]
    number, sure = _without_trunk(national, main)
    if main.code == "52":  # the mobile 1 of old Mexican numbers is a repair
        sure &= ~(number.str.starts_with("1") & (number.str.len_bytes() == 11))
    good = sure & _in_region(number, plans)
    return pl.DataFrame({"row": row.filter(good), "number": (f"+{main.code}" + number).filter(good)})


def _without_trunk(national: pl.Series, plan: Plan) -> tuple[pl.Series, pl.Series]:
    """National numbers without trunk prefix, and whether that is certain (no rewriting rule applies)."""
    certain = national.is_not_null()
    if not plan.trunk:
        return national, certain
    if plan.rewrites:
        return national, certain & ~national.str.contains(plan.trunk)
    stripped = national.str.replace(plan.trunk, "")
    drop = ~_fullmatch(national, plan) | _fullmatch(stripped, plan)
    return pl.select(pl.when(drop).then(stripped).otherwise(national)).to_series(), certain


def _fullmatch(numbers: pl.Series, plan: Plan) -> pl.Series:
    """The pattern of the whole region, whatever the length."""
    return numbers.str.contains(plan.general.pattern)


def _in_region(numbers: pl.Series, plans: tuple[Plan, ...]) -> pl.Series:
    """Valid in the first region of the calling code that claims the number (leading digits, or a kind of number)."""
    if len(plans) == 1:
        return plans[0].valid(numbers)
    open_rows = pl.repeat(True, len(numbers), dtype=pl.Boolean, eager=True)
    good = pl.repeat(False, len(numbers), dtype=pl.Boolean, eager=True)
    for plan in plans:
        if not open_rows.any():
            break
        at = open_rows.arg_true()
        some = numbers.gather(at)
        valid = plan.valid(some)
        claimed = some.str.contains(plan.leading) if plan.leading else valid
        good = good.scatter(at, valid & claimed)
        open_rows = open_rows.scatter(at, ~claimed)
    return good


def _home(rows: pl.DataFrame, plan: Plan) -> list[pl.DataFrame]:
    """Valid numbers written without country code, or with it but without the plus sign."""
    known = rows.drop_nulls("digits")
    digits = known["digits"]
    certain = ~(digits.str.contains(f"^(?:{plan.idd})") if plan.idd else pl.repeat(False, len(digits), eager=True))
    coded = digits.str.starts_with(plan.code)
    general = _fullmatch(digits, plan) & (digits.str.len_bytes() <= plan.longest)
    lost = known["bare"] & plan.writes_trunk & ~digits.str.starts_with("0")
    twofold = coded & ~digits.str.starts_with("0") if plan.writes_trunk else pl.repeat(False, len(digits), eager=True)
    plain = certain & ~lost & ~twofold & (~coded | general)
    rest = pl.select(
        pl.when(certain & coded & ~_fullmatch(digits, plan)).then(digits.str.slice(len(plan.code)))
    ).to_series()
    after, sure = _without_trunk(rest, plan)
    abroad = (sure & _fullmatch(after, plan)).fill_null(False)
    plans = plans_of_code(int(plan.code)) or ()
    if not plans:
        return []
    national = digits.filter(plain)
    return [
        _valid_at_home(known["row"].filter(plain), national, plan, plans),
        _abroad(pl.DataFrame({"row": known["row"].filter(abroad), "full": digits.filter(abroad)})),
    ]


def _valid_at_home(row: pl.Series, national: pl.Series, plan: Plan, plans: tuple[Plan, ...]) -> pl.DataFrame:
    """As `_valid`, with the trunk prefix of the region itself, which may differ from that of the code's main region."""
    number, sure = _without_trunk(national, plan)
    good = sure & _in_region(number, plans)
    return pl.DataFrame({"row": row.filter(good), "number": (f"+{plan.code}" + number).filter(good)})
