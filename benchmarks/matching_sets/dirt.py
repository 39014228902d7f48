"""What happens to a text on its way into a CRM: slips of fingers, ears and eyes, lost letters, bad decoding."""

import random
import unicodedata
from collections.abc import Callable

# A key and the keys beside it.
NEIGHBOURS = {
    keys[0]: keys[1:]
    for keys in (
        "aqsz bvn cxv dsfe ewr fdg gfh hgj iuo jhk kjl lkö mn nbm oip po ret sad try uyi vcb wqe ytu zxa ıuo şli ömç "
        "üğ çö "
    ).split()
}
# What is said and what is written.
HEARD = tuple(
    (said, written)
    for said, _, written in (
        pair.partition(":")
        for pair in (
            "ph:f ck:k th:t y:i c:k ei:ai ie:y v:w tz:z dt:t sch:sh oe:u mb:nb ks:x ğ: ll:l nn:n ss:s d:t b:p j:dj "
            "kh:h qu:kw ı:i "
        ).split()
    )
)
SEEN = (("rn", "m"), ("l", "1"), ("o", "0"), ("m", "nn"), ("cl", "d"), ("li", "h"), ("I", "l"), ("vv", "w"))
SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ı": "i", "İ": "I"}
    | {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o"}
)
PLAIN = str.maketrans({"ß": "ss", "ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o"})


def plain(text: str) -> str:
    """Without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.translate(PLAIN)) if not unicodedata.combining(c))


def spelled(text: str) -> str:
    """Umlauts as two letters, everything else without diacritics."""
    return plain(text.translate(SPELLED))


def key(random_: random.Random, text: str) -> str:
    """A neighbouring key."""
    at = random_.randrange(len(text))
    near = NEIGHBOURS.get(text[at].lower(), "e")
    return text[:at] + random_.choice(near) + text[at + 1 :]


def left_out(random_: random.Random, text: str) -> str:
    """A character less."""
    at = random_.randrange(len(text))
    return text[:at] + text[at + 1 :]


def twice(random_: random.Random, text: str) -> str:
    """A character doubled."""
    at = random_.randrange(len(text))
    return text[: at + 1] + text[at:]


def exchanged(random_: random.Random, text: str) -> str:
    """Two neighbours exchanged."""
    at = random_.randrange(max(1, len(text) - 1))
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _rewritten(random_: random.Random, text: str, table: tuple[tuple[str, str], ...]) -> str:
    fitting = [(a, b) for a, b in table if a in text]
    if not fitting:
        return exchanged(random_, text)
    a, b = random_.choice(fitting)
    return text.replace(a, b, 1)


def heard(random_: random.Random, text: str) -> str:
    """Written as it was heard on the telephone."""
    return _rewritten(random_, text, HEARD)


def seen(random_: random.Random, text: str) -> str:
    """Read off a card by a machine."""
    return _rewritten(random_, text, SEEN)


def digit(random_: random.Random, text: str) -> str:
    """One digit wrong, or two exchanged."""
    places = [at for at, c in enumerate(text) if c.isdigit()]
    if not places:
        return text
    at = random_.choice(places)
    if random_.random() < 0.5 and text[at + 1 : at + 2].isdigit():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + random_.choice("0123456789") + text[at + 1 :]


def misread(text: str) -> str:
    """UTF-8 read as Windows-1252, as old exports have it; as it was where that cannot be done."""
    try:
        return text.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return text


SLIPS: dict[str, tuple[Callable[[random.Random, str], str], ...]] = {
    "keyboard": (key, left_out, twice, exchanged),
    "telephone": (heard, heard, heard, left_out),
    "scanner": (seen, seen, left_out),
}


def slip(random_: random.Random, text: str, medium: str) -> str:
    """One mistake of a medium; digits are hit where the text is mostly digits."""
    if not text:
        return text
    if sum(c.isdigit() for c in text) * 2 > len(text):
        return digit(random_, text)
    return random_.choice(SLIPS[medium])(random_, text)
