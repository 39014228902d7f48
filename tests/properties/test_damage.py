"""Clean columns of four languages and a saboteur: what he does is found and counted, and nothing else ever is."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean
from stdnum.tr import vkn

from crm_migrate.cleansing import Context, evidence
from crm_migrate.quality.damage import Damage, column_damage, tally
from crm_migrate.quality.damage.cuts import cut_rows
from crm_migrate.quality.damage.days import moved_days, moved_in_order
from crm_migrate.quality.damage.mojibake import mend
from crm_migrate.quality.damage.shifts import look_of, shifted_rows
from crm_migrate.quality.damage.totals import LABEL, total_rows
from crm_migrate.quality.damage.zeros import lost_against, lost_by_country

Rng = random.Random
ROWS = 300

GIVEN = {
    "tr": [
        "Ayşe",
        "Özlem",
        "Çağrı",
        "İbrahim",
        "Gülşen",
        "Şükrü",
        "Ömer",
        "Yağmur",
        "Işıl",
        "Tuğba",
        "ELMADAĞ’DA",
        "ÜMİT",
    ],
    "de": [
        "Jürgen",
        "Björn",
        "Käthe",
        "Günther",
        "Sören",
        "Weiß",
        "Müller",
        "GROẞ",
        "Öznur",
        "Ä’S",
        "ÄRZTE",
        "ÜBERALL",
    ],
    "id": [
        "Siti",
        "Dewi",
        "Agus",
        "Bambang",
        "Sri",
        "Wahyuni",
        "Putu",
        "Ketut",
        "Nyoman",
        "Ma’ruf",
        "Jum’at",
        "Sutrisno",
    ],
    "other": [
        "José",
        "Zoë",
        "Łukasz",
        "Žižek",
        "François",
        "Ángel",
        "Íñigo",
        "Åsa",
        "Øystein",
        "João",
        "“Bob”",
        "Coração",
        "Ñandú",
        "São",
    ],
}
TEXTS = [
    "Görüşme yapıldı – teklif 1.250,00 € olarak gönderildi.", "„Größe“ geändert; Rückruf nächste Woche, 5°–7° C",
    "Pelanggan meminta penawaran harga; “segera” dikirim", "Dağıtım İSTANBUL’A, kargo ücreti ₺45", "½ Preis – § 4 AGB…",
    "Müşteri “evet” dedi: şubat’ta aranacak", "Αθήνα office", "Москва: встреча", "東京の会議",
]  # fmt: skip


def _word(rng: Rng) -> str:
    return rng.choice(GIVEN[rng.choice(list(GIVEN))])


def _day(rng: Rng) -> date:
    return date(2015, 1, 1) + timedelta(rng.randrange(3_300))


def _hex(rng: Rng) -> str:
    return f"{rng.randrange(16**8):08x}" if rng.random() < 0.7 else f"{rng.randrange(1, 99)}E{rng.randrange(10, 30)}"


def _with_check(rng: Rng, digits: int, check: Callable[[str], str], start: str = "") -> str:
    body = start + "".join(rng.choice("0123456789") for _ in range(digits - 1 - len(start)))
    return body + check(body)


def _tax(rng: Rng, start: str = "") -> str:
    return _with_check(rng, 10, vkn.calc_check_digit, start or rng.choice("123456789"))


def _article(rng: Rng) -> str:
    return _with_check(rng, rng.choice([8, 12, 13, 13, 13, 13]), ean.calc_check_digit, rng.choice("123456789"))


def _note(rng: Rng) -> str:
    return " ".join(rng.choice(TEXTS) for _ in range(rng.randrange(1, 9)))[: rng.randrange(20, 400)]


# Columns that no detector may say anything of.
CLEAN: dict[str, Callable[[Rng, int], object]] = {
    "name": lambda rng, _: f"{_word(rng)} {_word(rng)}",
    "note": lambda rng, _: _note(rng),
    "number from 1": lambda _, row: row + 1,
    "number up to 10,000": lambda rng, _: rng.randrange(1, 10_001),
    "salary": lambda rng, _: rng.randrange(9_000, 99_000),
    "price": lambda rng, _: f"{rng.randrange(1, 99_999)},{rng.randrange(100):02}",
    "measurement": lambda rng, _: f"{rng.uniform(1, 9):.3f}E{rng.choice('+-')}{rng.randrange(10, 20):02}",
    "code": lambda rng, _: _hex(rng),
    "tax number": lambda rng, _: _tax(rng, rng.choice(["", "", "0"])),
    "article": lambda rng, _: _article(rng),
    "postal codes of DE and AT": lambda rng, _: (
        f"{rng.randrange(1067, 99_998):05}" if rng.random() < 0.7 else f"{rng.randrange(1010, 9_992)}"
    ),
    "postal codes of ID": lambda rng, _: rng.randrange(10_110, 99_976),
    "day": lambda rng, _: _day(rng).strftime("%d.%m.%Y"),
    "day in US": lambda rng, _: _day(rng).strftime("%m/%d/%Y"),
    "day in ISO": lambda rng, _: _day(rng).isoformat(),
    "version": lambda rng, _: f"{rng.randrange(1, 30)}.{rng.randrange(1, 30)}.{rng.randrange(10, 99)}",
    "telephone": lambda rng, _: f"+90 532 {rng.randrange(100, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}",
    "mailbox": lambda rng, row: f"kisi{row}@firma{rng.randrange(40)}.example",
    "hash": lambda rng, _: f"{rng.randrange(16**63, 16**64):064x}" * 4,
    "of 255 all": lambda rng, _: "".join(rng.choice("abcdef ") for _ in range(253)) + "xy",
    "few": lambda rng, _: rng.choice(["Toplam", "Sum", "Total", "Ali"]),
}

seeds = given(rng=st.integers(0, 2**32).map(Rng))
few = settings(max_examples=12, deadline=None)


def _column(rng: Rng, kind: str, rows: int = ROWS) -> list[str | None]:
    empty = rng.choice([0, 0, 0.1])
    return [None if rng.random() < empty else str(CLEAN[kind](rng, row)) for row in range(rows)]


def _found(values: list[str | None], kind: str = "") -> dict[str, Damage]:
    return {each.kind: each for each in column_damage(tally(pl.Series("c", values, dtype=pl.String)), kind)}


@seeds
@few
def test_nothing_is_said_of_clean_columns(rng: Rng) -> None:
    for kind in CLEAN:
        values = _column(rng, kind)
        assert _found(values) == {}, (kind, values[:20])


@seeds
@few
@pytest.mark.parametrize("kind", ["id", "postal_code", "tax_id", "phone"])
def test_a_column_on_its_own_shows_no_lost_zeros_where_none_were_lost(rng: Rng, kind: str) -> None:
    for name in CLEAN:
        values = pl.Series(_column(rng, name), dtype=pl.String)
        assert "lost_zeros" not in evidence(values, kind, Context()), (name, values.head(20))


@pytest.mark.parametrize("most", [999, 1_000, 9_999, 10_000])
@pytest.mark.parametrize("kind", ["id", "postal_code", "tax_id", "phone"])
def test_numbers_from_one_lost_nothing(kind: str, most: int) -> None:
    plain = pl.Series(range(1, most + 1)).cast(pl.String)
    assert "lost_zeros" not in evidence(plain, kind, Context())
    assert _found(plain.to_list(), kind) == {}


def _spoil(rng: Rng, values: list[str | None], change: Callable[[str], str], most: int = 40) -> int:
    """Change some cells; how many of them are another text now."""
    at = [row for row, value in enumerate(values) if value]
    changed = 0
    for row in rng.sample(at, rng.randrange(8, most)):
        before = values[row] or ""
        values[row] = change(before)
        changed += values[row] != before
    return changed


@seeds
@few
def test_zeros_that_a_check_digit_proves(rng: Rng) -> None:
    values = _column(rng, "tax number")
    values[:10] = [_tax(rng, "0") for _ in range(10)]
    lost = sum(bool(v) and v.startswith("0") for v in values)  # type: ignore[union-attr]
    damage = _found([v.lstrip("0") if v else v for v in values])["lost_zeros"]
    assert damage.cells == lost
    assert set(damage.mended.values()) == {v for v in values if v and v.startswith("0")}


@seeds
@few
def test_zeros_that_a_country_proves(rng: Rng) -> None:
    codes = [f"{rng.randrange(1067, 99_998):05}" for _ in range(ROWS)]
    codes[:8] = [f"0{rng.randrange(1067, 9_998)}" for _ in range(8)]
    whole = tally(pl.Series("plz", codes))
    assert lost_by_country(whole, "DE") is None
    damage = lost_by_country(tally(pl.Series("plz", [c.lstrip("0") for c in codes])), "DE")
    assert damage is not None
    assert damage.cells == sum(c.startswith("0") for c in codes)


@seeds
@few
def test_zeros_that_another_column_has(rng: Rng) -> None:
    keys = [f"{n:06}" for n in rng.sample(range(1, 900_000), ROWS)]
    keys[0] = "000042"
    references = [rng.choice(keys) for _ in range(ROWS)]
    theirs = tally(pl.Series("key", keys))
    assert lost_against(tally(pl.Series("ref", references)), theirs) is None
    damage = lost_against(tally(pl.Series("ref", [r.lstrip("0") for r in references])), theirs)
    assert damage is not None
    assert damage.cells == sum(r.startswith("0") for r in references)


@seeds
@few
def test_scientific_notation(rng: Rng) -> None:
    values: list[str | None] = [str(rng.randrange(10**11, 10**16)) for _ in range(ROWS)]
    assert _found(values) == {}
    spoilt = _spoil(rng, values, lambda v: f"{float(v):.5E}")
    damage = _found(values)["scientific"]
    assert damage.cells == spoilt
    assert damage.mended == {}
    assert _found(["491512345678", "4.91512345678E+11"])["scientific"].mended == {"4.91512345678E+11": "491512345678"}


@seeds
@few
def test_day_serials_among_dates(rng: Rng) -> None:
    values = _column(rng, "day")
    spoilt = _spoil(rng, values, lambda _: str((_day(rng) - date(1899, 12, 30)).days))
    assert _found(values)["serial_days"].cells == spoilt
    only = [str((_day(rng) - date(1899, 12, 30)).days) for _ in range(ROWS)]
    assert _found(list(only)) == {}
    assert _found(list(only), "date")["serial_days"].cells == ROWS


@seeds
@few
def test_days_that_are_none(rng: Rng) -> None:
    values = _column(rng, "day in ISO")
    spoilt = _spoil(rng, values, lambda _: "1899-12-30")
    assert _found(values)["no_day"].cells == spoilt


@seeds
@few
def test_days_of_the_other_calendar(rng: Rng) -> None:
    begun = [_day(rng) for _ in range(ROWS)]
    ended = [day + timedelta(rng.choice([0, 30, 365, 730, 1460, 1461, rng.randrange(1500)])) for day in begun]
    left, right = (pl.Series(name, [d.isoformat() for d in days]) for name, days in (("a", begun), ("b", begun)))
    assert moved_days(left, pl.Series("c", [d.isoformat() for d in ended])) is None
    spoilt: list[str | None] = right.to_list()
    count = _spoil(rng, spoilt, lambda v: (date.fromisoformat(v) + timedelta(1462)).isoformat())
    damage = moved_days(left, pl.Series("b", spoilt))
    assert damage is not None
    assert damage.cells == count

    rising = sorted(begun)
    texts = pl.Series("created", [d.isoformat() for d in rising])
    assert moved_in_order(texts) is None
    at = rng.randrange(50, 250)
    moved = [d + timedelta(1462) if at <= row < at + 20 else d for row, d in enumerate(rising)]
    found = moved_in_order(pl.Series("created", [d.isoformat() for d in moved]))
    assert found is not None
    assert found.cells == 20


@seeds
@few
def test_days_and_months_in_two_orders(rng: Rng) -> None:
    values = _column(rng, "day")
    count = 0
    for row in rng.sample([r for r, v in enumerate(values) if v], 40):
        day = _day(rng)
        values[row] = day.strftime("%m.%d.%Y")
        count += day.day > 12
    assert _found(values)["mixed_order"].cells == count


@seeds
@few
def test_days_and_months_that_a_spreadsheet_exchanged(rng: Rng) -> None:
    days = [_day(rng) for _ in range(ROWS)]
    values: list[str | None] = [
        date(d.year, d.day, d.month).isoformat() if d.day <= 12 else d.strftime("%d/%m/%Y") for d in days
    ]
    assert _found(values)["exchanged_order"].cells == sum(d.day <= 12 for d in days)


@seeds
@few
@pytest.mark.parametrize("page", ["cp1252", "cp1254", "latin-1"])
def test_letters_that_were_encoded_twice(rng: Rng, page: str) -> None:
    values = _column(rng, "name")
    before = list(values)

    def broken(text: str) -> str:
        try:
            return text.encode().decode(page)
        except UnicodeDecodeError:
            return text

    count = _spoil(rng, values, broken)
    damage = _found(values).get("double_encoding")
    if not count:
        assert damage is None
        return
    assert damage is not None
    assert damage.cells == count
    whole = {broken(text): text for text in before if text}
    assert all(whole[text] == mended for text, mended in damage.mended.items())


def test_a_text_that_was_broken_twice_is_whole_again() -> None:
    assert mend("Ayşe Güler".encode().decode("cp1252").encode().decode("cp1252")) == "Ayşe Güler"
    assert mend("DAĞ’IN") is None
    assert mend("OPÄ’S Älteste") is None


@seeds
@few
@pytest.mark.parametrize("limit", [255, 32_767])
def test_texts_that_were_cut(rng: Rng, limit: int) -> None:
    values = [" ".join(rng.choice(TEXTS) for _ in range(rng.choice([1, 2, 3, 12]))) for _ in range(ROWS)]
    values[:5] = [" ".join(rng.choices(TEXTS, k=1_200)) for _ in range(5)]
    cut: list[str | None] = [v[:limit] for v in values]
    damage = _found(cut)["cut_text"]
    assert damage.cells == sum(len(v) >= limit for v in values)
    assert damage.facts["limit"] == limit


def test_tables_that_were_cut() -> None:
    for rows, limit in ((65_535, 65_536), (65_536, 65_536), (1_048_575, 1_048_576), (1_048_576, 1_048_576)):
        damage = cut_rows(rows)
        assert damage is not None
        assert damage.facts["limit"] == limit
    assert [cut_rows(rows) for rows in (0, 1, 65_534, 65_537, 1_000_000, 1_048_577)] == [None] * 6


TABLE = ("number from 1", "name", "mailbox", "telephone", "day", "price", "note")


def _table(rng: Rng) -> pl.DataFrame:
    frame = pl.DataFrame({name: pl.Series(_column(rng, name), dtype=pl.String) for name in TABLE})
    for row in range(0, ROWS, 40):  # what people do: a mailbox among the numbers, a word for a price
        frame[row, "telephone"] = f"kisi{row}@firma.example"
        frame[row + 1, "price"] = "sorulacak"
    return frame.with_row_index("__row")


def _shifted(frame: pl.DataFrame) -> Damage | None:
    looks = {name: look_of(tally(frame[name]))[0] for name in TABLE}
    return shifted_rows(frame, looks, len(frame))


@seeds
@few
def test_rows_that_are_shifted(rng: Rng) -> None:
    frame = _table(rng)
    assert _shifted(frame) is None
    rows = frame.rows()
    telling = [at for at, row in enumerate(rows) if all(row[1:]) and at % 40 > 1]
    for at in rng.sample(telling, 6):
        cells = list(rows[at][1:])
        cells.insert(2, "") if at % 2 else cells.pop(1)
        rows[at] = (at, *([*cells, None])[: len(TABLE)])
    damage = _shifted(pl.DataFrame(rows, schema=frame.schema, orient="row"))
    assert damage is not None
    assert damage.cells == 6


def _totals(frame: pl.DataFrame) -> Damage | None:
    hit = frame.filter(pl.any_horizontal(pl.col(TABLE).str.contains(LABEL).fill_null(False)))
    return total_rows(hit, lambda names: frame.select("__row", *names), 6.5, len(frame))


@seeds
@few
def test_rows_that_are_sums(rng: Rng) -> None:
    frame = _table(rng).with_columns(pl.lit("100,50").alias("price")).drop("__row")
    rows = frame.rows()
    rows[3] = ("4", "Total", "total@firma.example", "+90 532 111 22 33", "01.02.2020", "100,50", "Özel")
    rows[9] = (None, "Sum", None, None, None, "7,00", None)
    named = pl.DataFrame(rows, schema=frame.schema, orient="row").with_row_index("__row")
    assert _totals(named) is None
    label = rng.choice(["TOPLAM", "Gesamt:", "Grand Total", "Jumlah", "Total (300 records)"])
    sums = [(None, label, None, None, None, "30.150,00", None)]
    with_sum = pl.DataFrame(frame.rows() + sums, schema=frame.schema, orient="row").with_row_index("__row")
    damage = _totals(with_sum)
    assert damage is not None
    assert damage.cells == 1
    mixed = frame.with_columns(pl.lit("€ 100").alias("price")).rows()
    currencies = pl.DataFrame([*mixed, (None, "Genel Toplam", None, None, None, "7", None)], frame.schema, orient="row")
    assert _totals(currencies.with_row_index("__row")) is not None
