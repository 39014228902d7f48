"""Dirt of telephone numbers, on numbers that regulators keep for fiction or that stand in examples of number plans."""

import random
from collections.abc import Callable

from benchmarks.cleansing_dirt.damage import hard_blanks, invisible, wide
from benchmarks.cleansing_dirt.material import digits
from benchmarks.cleansing_dirt.model import Dirts, Draw, Row

# Region: country code, trunk prefix, number without it, and the groups that people write. `#` is any digit.
_PLANS = {
    "US": ("1", "", ("20255501##",), (3, 3, 4)),
    "GB": ("44", "0", ("2079460###", "7700900###"), (2, 4, 4)),
    "FR": ("33", "0", ("19900####", "63998####"), (1, 2, 2, 2, 2)),
    "DE": ("49", "0", ("3023125###", "17139200##"), (2, 4, 4)),
    "ES": ("34", "", ("9123456##", "6123456##"), (3, 3, 3)),
    "TR": ("90", "0", ("21234567##", "50123456##"), (3, 3, 2, 2)),
    "PL": ("48", "", ("5123456##", "1234567##"), (3, 3, 3)),
    "NL": ("31", "0", ("6123456##", "1012345##"), (2, 3, 4)),
    "IT": ("39", "", ("31234567##",), (3, 3, 4)),
    "ID": ("62", "0", ("81234567#",), (3, 3, 3)),
    "BR": ("55", "0", ("11961234###",), (2, 5, 4)),
}
_FIXED = ("US", "FR", "ES", "TR", "PL")  # all numbers there have one length
_LABELS = ("Tel.: ", "Tel ", "Phone: ", "T: ", "Fon ", "Mobil: ", "Mobile ", "tel:", "Telefon: ", "Tél. : ", "Tlf. ")
_EXTENSIONS = (" ext. {}", " x{}", " ext {}", " Ext: {}", " extension {}", " #{}", " DW {}")
_BEHIND = (" (home)", " (privat)", " - office", " mobile", " (Anna)", " iş", " bureau")


class _Number:
    """A number of a region in its pieces."""

    def __init__(self, rng: random.Random, region: str | None = None) -> None:
        self.region = region or rng.choice(list(_PLANS))
        code, self.trunk, shapes, groups = _PLANS[self.region]
        self.code, self.number = code, digits(rng, rng.choice(shapes))
        at = 0
        self.groups = []
        for size in groups:
            self.groups.append(self.number[at : at + size])
            at += size

    @property
    def truth(self) -> str:
        return f"+{self.code}{self.number}"

    def national(self, between: str = " ") -> str:
        return self.trunk + between.join(self.groups)

    def international(self, between: str = " ") -> str:
        return f"+{self.code}{between}{between.join(self.groups)}"


def _written(write: Callable[[random.Random, _Number], str]) -> Draw:
    def draw(rng: random.Random) -> Row:
        number = _Number(rng)
        return Row(write(rng, number), (number.truth,), number.region)

    return draw


def _broken(write: Callable[[random.Random, _Number], str]) -> Draw:
    """A number of a plan of one length that cannot be restored."""

    def draw(rng: random.Random) -> Row:
        number = _Number(rng, rng.choice(_FIXED))
        return Row(write(rng, number), (), number.region)

    return draw


def _extension(rng: random.Random) -> Row:
    number, extension = _Number(rng), str(rng.randrange(10, 999))
    typed = number.international() + rng.choice(_EXTENSIONS).format(extension)
    return Row(typed, (f"{number.truth};ext={extension}",), number.region)


def _two(rng: random.Random) -> Row:
    one = _Number(rng)
    two = _Number(rng, one.region)
    typed = rng.choice((" / ", "; ", " or ", ", ", "\n")).join((one.national(), two.national()))
    same = one.truth == two.truth
    return Row(typed, (one.truth if same else f"{one.truth}|{two.truth}",), one.region)


def _foreign(rng: random.Random) -> Row:
    """A number with its country code in a column of another country."""
    number = _Number(rng)
    return Row(number.international(), (number.truth,), rng.choice([r for r in _PLANS if r != number.region]))


def _less(rng: random.Random, number: _Number) -> str:
    whole = number.trunk + number.number
    at = rng.randrange(len(number.trunk) + 3, len(whole))
    return whole[:at] + whole[at + 1 :]


def _letters(rng: random.Random, number: _Number) -> str:
    """Letters that look like digits (a scanner's): the digits are a guess."""
    whole = number.national()
    at = rng.choice([i for i, c in enumerate(whole) if c in "015"] or [0])
    return whole[:at] + {"0": "O", "1": "l", "5": "S"}.get(whole[at], "O") + whole[at + 1 :]


DIRTS: Dirts = {
    "clean": _written(lambda rng, n: n.truth),
    "national": _written(lambda rng, n: n.national(rng.choice((" ", "-", ".", "")))),
    "international": _written(lambda rng, n: n.international(rng.choice((" ", "-", ".", " - ")))),
    "00 in front": _written(lambda rng, n: ("011 " if n.region == "US" else "00") + n.international()[1:]),
    "(0) inside": _written(
        lambda rng, n: f"+{n.code} (0){' '.join(n.groups)}" if n.trunk == "0" else n.international()
    ),
    "brackets": _written(lambda rng, n: f"({n.trunk}{n.groups[0]}) {'-'.join(n.groups[1:])}"),
    "label": _written(lambda rng, n: rng.choice(_LABELS) + n.national()),
    "word behind": _written(lambda rng, n: n.national() + rng.choice(_BEHIND)),
    "code without +": _written(lambda rng, n: n.code + n.number),
    "number of a spreadsheet": _written(lambda rng, n: f"{n.code}{n.number}.0"),
    "full-width digits": _written(lambda rng, n: wide(rng, n.national("-"))),
    "hard blanks": _written(lambda rng, n: hard_blanks(rng, n.national())),
    "invisible characters": _written(lambda rng, n: invisible(rng, n.international())),
    "typographic dashes": _written(lambda rng, n: n.national(rng.choice("\u2010\u2011\u2013\u2014\u2212"))),
    "extension": _extension,
    "two numbers": _two,
    "another country": _foreign,
    "digit too few": _broken(_less),
    "digit too many": _broken(lambda rng, n: n.trunk + n.number + rng.choice("123456789")),
    "cut by a spreadsheet": _broken(lambda rng, n: f"{n.number[0]}.{n.number[1:5]}E+{len(n.number) - 1:02}"),
    "look-alike letters": _broken(_letters),
}
