"""Words, numbers and amounts in the language of the reader; a language is one folder in `words/`."""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from functools import cache

from babel.numbers import format_decimal

from crm_migrate.crm.money import plain
from crm_migrate.words import catalogue, languages

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `code` as in `lang=`, and its words by key."""

    code: str
    words: dict[str, str]

    def word(self, key: str, /, **values: object) -> str:
        """A text of the catalogue, filled in."""
        return self.words[key].format(**values) if values else self.words[key]

    def name(self, family: str, key: str) -> str:
        """The word for a key that data may bring along; the key itself where there is none."""
        return self.words.get(f"{family}.{key}", key.replace("_", " "))

    def sheet(self, key: str) -> str:
        """The name of a sheet, of which Excel takes 31 characters; a longer one ends with a whole word."""
        text = self.words[key]
        return text if len(text) <= 31 else text[:30].rpartition(" ")[0].rstrip(",;") + "…"

    def number(self, value: int) -> str:
        """A count with the thousands separators of the language."""
        return format_decimal(value, locale=self.code)

    def amount(self, text: str) -> str:
        """A decimal text with exactly the decimals it has; what is no decimal stays as it is."""
        try:
            value = Decimal(text)
        except InvalidOperation:
            return text
        if not value.is_finite():
            return text
        exponent = value.as_tuple().exponent
        decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        return format_decimal(value, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=self.code)

    def money(self, text: str, currency: str) -> str:
        """An amount with the digits of its currency, or more where it has more; as it is written without one."""
        return self.amount(plain(Decimal(text), currency) if currency and _DECIMAL.fullmatch(text) else text)

    def amount_in(self, text: str, currency: str) -> str:
        """An amount of money and behind it its currency, where it has one."""
        return f"{self.money(text, currency)} {currency}".strip()

    def percent(self, part: int, whole: int) -> str:
        """A rate with two decimals, rounded down: 100 % is said only when nothing differs."""
        if whole == 0:
            return "–"
        rate = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_DOWN)
        return self.word("percent", rate=format_decimal(rate, format="0.00" if rate != 100 else "0", locale=self.code))


@cache
def language(locale: str, part: str = "codes") -> Language:
    """The language of a locale (`tr_TR` -> Turkish); English where we have no words for it.

    With a `part` also a language that has words for that part only.
    """
    code = locale.replace("-", "_").split("_")[0].lower()
    chosen = code if code in languages(part) else "en"
    return Language(chosen, catalogue(chosen))
