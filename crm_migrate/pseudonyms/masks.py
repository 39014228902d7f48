"""One value as its pseudonym: `k...p@masked.example`, `+999` and twelve digits, `Masked k...p`.

A pseudonym is a keyed hash: without the key of the project nothing of the value can be read out of it or guessed. The
same value has the same one wherever it stands, different values different ones: 80 bits of a hash, and of numbers
with up to twelve digits a keyed permutation, since a hash of so few digits would give two numbers one.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field

from crm_migrate.crm.types import Pseudonym
from crm_migrate.pseudonyms.reach import NOWHERE, Allowed

DOMAIN = "masked.example"
WORD = "Masked"
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # no digits: nothing looks like a number to dial
_BYTES = 10
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_DIGITS = 12
_HALF: int = 10 ** (_DIGITS // 2)
_SPACE: int = 10**_DIGITS
_TURNS = 10  # of the Feistel network over two halves of six digits

FORMS = rf"[a-p]{{{2 * _BYTES}}}@{re.escape(DOMAIN)}|[+]{NOWHERE}[0-9]{{{_DIGITS}}}|{WORD} [a-p]{{{2 * _BYTES}}}"

# Characters that a field must hold; of a list it depends on how many it has.
LENGTHS: dict[Pseudonym, int] = {
    "mailbox": 2 * _BYTES + 1 + len(DOMAIN),
    "phone": 1 + len(NOWHERE) + _DIGITS,
    "words": len(WORD) + 1 + 2 * _BYTES,
}


@dataclass(frozen=True, slots=True)
class Masks:
    """The pseudonyms of one project: `key` is its secret; who is `allowed` stays reachable."""

    key: bytes = field(repr=False)
    allowed: Allowed = field(default_factory=Allowed)

    def of(self, value: str, kind: Pseudonym) -> str:
        """What is loaded instead of a value; itself where it is on the list, or empty."""
        if not value.strip() or (kind != "words" and value in self.allowed):
            return value
        if kind == "list":
            return self._list(value)
        if kind == "phone":
            return f"+{NOWHERE}{self._number(value):0{_DIGITS}}"
        # What is no mailbox stays none, so that the target judges it as it would judge the value.
        return self._mailbox(value) if kind == "mailbox" and "@" in value else self._words(value)

    def _mailbox(self, value: str) -> str:
        """Capitals do not count: they are one mailbox."""
        return f"{self._letters(value.strip().lower(), b'mailbox')}@{DOMAIN}"

    def _words(self, value: str) -> str:
        return f"{WORD} {self._letters(value, b'words')}"

    def _list(self, value: str) -> str:
        """A JSON list, each item by its own looks; any other text as words."""
        try:
            items = json.loads(value)
        except ValueError:
            items = None
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            return self._words(value)
        return json.dumps([self.of(item, _kind_of(item)) for item in items], ensure_ascii=False)

    def _number(self, value: str) -> int:
        digits = value[1:] if _E164.fullmatch(value) else ""
        if digits and len(digits) <= _DIGITS:
            return self._permuted(int(digits))
        return int.from_bytes(self._digest(value, b"phone"), "big") % _SPACE

    def _permuted(self, number: int) -> int:
        left, right = divmod(number, _HALF)
        for turn in range(_TURNS):
            mixed = int.from_bytes(self._digest(f"{turn}:{right}", b"digits"), "big")
            left, right = right, (left + mixed) % _HALF
        return left * _HALF + right

    def _letters(self, value: str, person: bytes) -> str:
        return self._digest(value, person).hex().translate(_LETTERS)

    def _digest(self, value: str, person: bytes) -> bytes:
        data = value.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=_BYTES, key=self.key, person=person).digest()


def _kind_of(item: str) -> Pseudonym:
    if "@" in item:
        return "mailbox"
    return "phone" if _E164.fullmatch(item) else "words"
