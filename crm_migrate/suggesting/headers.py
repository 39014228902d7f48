"""Reading one header: which phrase of the vocabulary it is, and what the words around that phrase say of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from crm_migrate.suggesting.vocabulary import Affix, Kind, compact, tokens, vocabulary

MOST_AFFIXES = 4
MOST_PIECES = 200
TOWN = ("postal_code", "city")
_AND = frozenset({"und", "u", "and", "ve", "et", "y", "e", "en", "dan"})
LONGEST = 100  # characters of a header that anybody would read as a name


@dataclass(frozen=True, slots=True)
class Reading:
    """A phrase and what was left out around it to find it.

    `about` are the objects that the words around it name, `kinds` what else they say, and `words` are those words
    without the meaningless ones: columns of one address share them. `glued`: nothing parted the words.
    """

    phrase: str
    about: frozenset[str] = frozenset()
    kinds: tuple[Kind, ...] = ()
    words: frozenset[str] = frozenset()
    glued: bool = False

    @property
    def other(self) -> bool:
        """Whether it is of another thing than the record's own: a delivery address, an assistant's telephone."""
        return "other" in self.kinds

    @property
    def is_key(self) -> bool:
        """Whether the phrase is a word for what names a record."""
        return self.phrase in vocabulary().keys or self.phrase in vocabulary().references


@lru_cache(maxsize=20_000)
def readings(header: str) -> tuple[Reading, ...]:
    """Every way to read a header, the ones that leave out least first; none where no phrase is in it.

    A 1 among the words only says that there may be others.
    """
    words = tokens(header) if len(header) <= LONGEST else []
    found = dict.fromkeys(_read(words))
    if "1" in words[1:-1]:
        fewer = _read([word for word in words if word != "1"])
        found |= {replace(r, kinds=tuple(sorted((*r.kinds, "first")))): None for r in fewer}
    return tuple(found)


def _read(words: list[str]) -> Iterator[Reading]:
    text = "".join(words)
    glued = len(words) == 1
    cuts = frozenset(range(len(text) + 1)) if glued else frozenset(accumulate(map(len, words), initial=0))
    layer, seen = [_Piece(Reading(text, glued=glued), 0, len(text))], set[_Piece]()
    for _ in range(MOST_AFFIXES + 1):
        yield from (piece.reading for piece in layer if _known(piece.reading.phrase))
        shorter = dict.fromkeys(new for piece in layer for new in _shortened(piece, text, cuts))
        layer = [piece for piece in shorter if piece not in seen][:MOST_PIECES]
        seen |= set(layer)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A reading, and where its phrase stands in the whole name."""

    reading: Reading
    start: int
    end: int


def _known(phrase: str) -> bool:
    words = vocabulary()
    return phrase in words.meanings or phrase in words.keys or phrase in words.references


def _shortened(piece: _Piece, text: str, cuts: frozenset[int]) -> Iterator[_Piece]:
    """The reading without one more word at its beginning or its end."""
    start, end = piece.start, piece.end
    for cut in sorted(cut for cut in cuts if start < cut < end):
        for affix in _affixes(text[start:cut]):
            yield _Piece(_without(piece.reading, text[start:cut], affix, text[cut:end]), cut, end)
        for affix in _affixes(text[cut:end]):
            yield _Piece(_without(piece.reading, text[cut:end], affix, text[start:cut]), start, cut)


def _without(reading: Reading, word: str, affix: Affix, rest: str) -> Reading:
    if affix.kind == "object":
        return replace(reading, phrase=rest, about=reading.about | {affix.object})
    plain = affix.kind == "noise" or word.isdigit()
    words = reading.words if plain else reading.words | {word}
    return replace(reading, phrase=rest, kinds=tuple(sorted((*reading.kinds, affix.kind))), words=words)


def _affixes(word: str) -> tuple[Affix, ...]:
    """What a word beside a phrase says; the first of several is as good as the only one."""
    if word.isdigit():
        return (Affix("first" if int(word[:6]) == 1 else "other"),)
    return vocabulary().affixes.get(word, ())


def language_of_town(header: str) -> str:
    """The language of a header that names a postal code and a town, and nothing else (`PLZ/Ort`); "" of any other."""
    words = [word for word in tokens(header) if word not in _AND] if len(header) <= LONGEST else []
    for at in range(1, len(words)):
        pair = ["".join(words[:at]), "".join(words[at:])]
        for fields in (TOWN, TOWN[::-1]):
            spoken = (_languages(word, name) for word, name in zip(pair, fields, strict=True))
            if both := sorted(set.intersection(*spoken)):
                return both[0]
    return ""


def _languages(phrase: str, field: str) -> set[str]:
    return {meaning.language for meaning in vocabulary().meanings.get(phrase, ()) if meaning.field == field}


def object_words(text: str, *, whole: bool = False) -> frozenset[str]:
    """The objects that a name (of a file, a sheet, a table) speaks of in one of its words, or as a `whole`.

    A word for several of them (customers are companies or people) tells nothing.
    """
    words = tokens(text) if not whole else []
    pieces = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 3, len(words)) + 1)}
    named = ({a.object for a in vocabulary().affixes.get(piece, ()) if a.object} for piece in {*pieces, compact(text)})
    return frozenset(name for names in named if len(names) == 1 for name in names)
