"""Secrets that stand in a mapping as text: found by key, by shape or in a URL, and blanked out wherever we print."""

import math
import re
from collections import Counter
from collections.abc import Iterator

REFERENCE = re.compile(r"(?:env|keyring|file):\S+")
_KEYS = re.compile(
    r"(?:^|[_-])(?:token|pass|passphrase|password|passwd|pwd|secret|bearer|authorization|api_?key|access_?key|private_?key"
    r"|credentials?)s?$",
    re.IGNORECASE,
)
# A column of a profile may be called so: `user_password: {left: of the login}`.
_LINE = re.compile(
    r"""(?<![\w-])([\w-]{0,60}?(?:token|password|passwd|pwd|secret|api_?key|access_?key|private_?key))["']?\s*:\s+(["']?)"""
    r"""(?P<secret>(?!(?:env|keyring|file):)(?!(?<!["'])\{(?:\}|(?:aliases|field|ref|map|date|proves|steps|left|note):\s))[^\s"'#,}\]&*|>]\S*?)(?=\2(?:\s*[,}\]]|\s|$))""",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s\"']+")
_USER = re.compile(
    r"://[^\s/:@\"']{0,200}:(?!\$?\{?(?:env|keyring|file):)(?=[^\s/\"'])"
)  # what stands before a password
_QUERY = re.compile(
    r"[?&](?:password|passwd|pwd|token|access_token|api_?key|secret)="
    r"(?P<secret>(?!\$?\{?(?:env|keyring|file):)[^\s&\"']+)",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"(?P<secret>"
    r"pat-(?:na|eu)\d-[0-9a-f-]{20,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|sk_(?:live|test)_\w{12,}"
    r"|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|(?<![\w-])eyJ[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]{0,2000}"
    r"|00D[A-Za-z0-9]{12,15}![\w.]{20,}|[0-9a-f]{32}-us\d{1,2}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|Bearer\s+[\w.~+/-]{12,}"
    r")"
)


_RANDOM = re.compile(r"(?=.{0,512}[a-z])(?=.{0,512}[A-Z])(?=.{0,512}\d)[\w+/=.~-]{24,512}")
_LEAP = re.compile(r"(?<=[A-Za-z])\d|(?<=\d)[A-Za-z]")
_HEX = re.compile(r"[0-9a-fA-F]{32,512}")


def in_line(line: str) -> list[tuple[int, int]]:
    """Start and end (0-based) of every secret in one line of a file, without overlaps."""
    found = [m.span("secret") for pattern in (_SHAPES, _QUERY, _LINE) for m in pattern.finditer(line)]
    found = sorted([*found, *_in_addresses(line)])
    spans: list[tuple[int, int]] = []
    for start, end in found:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _in_addresses(text: str) -> Iterator[tuple[int, int]]:
    """The password of every address: up to the last `@` of its word, since a password may hold one itself."""
    for word in _WORD.finditer(text):
        end = text.rfind("@", *word.span())
        user = _USER.search(text, word.start(), end) if end > 0 else None
        if user:
            yield user.end(), end


def behind_key(key: str, text: str) -> bool:
    """Whether a text behind that key is a secret written out instead of a reference."""
    return bool(text.strip()) and bool(_KEYS.search(key)) and not REFERENCE.fullmatch(text.strip())


def in_text(text: str) -> bool:
    """Whether a text holds something of a secret's shape (a value over several lines, for instance)."""
    return any(pattern.search(text) for pattern in (_SHAPES, _QUERY)) or any(True for _ in _in_addresses(text))


def is_random(text: str, *, hexadecimal: bool) -> bool:
    """Whether a text looks like a key that a machine made: one long word that leaps between letters and digits.

    `hexadecimal` counts 32 and more of 0-9a-f too; elsewhere than in an environment they may be ids and digests.
    """
    if hexadecimal and _HEX.fullmatch(text):
        return True
    return bool(_RANDOM.fullmatch(text)) and len(_LEAP.findall(text)) >= 4 and _entropy(text) > 3.9


def _entropy(text: str) -> float:
    """Bits per character, by the text's own characters."""
    shares = (count / len(text) for count in Counter(text).values())
    return -sum(share * math.log2(share) for share in shares)


def blanked(line: str, spans: list[tuple[int, int]]) -> str:
    """The line with every secret replaced by as many asterisks."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [line[at:start], "*" * (end - start)]
        at = end
    return "".join([*pieces, line[at:]])
