"""Signatures: 63 bits per text that tell how far two texts are apart at least, in a fraction of the time of comparing.

Letters fall into 21 sorts; a bit each says that a sort occurs once, twice, three times. A letter more or less changes
one bit, a letter for another two, an exchange of neighbours none. So bits that differ are a lower bound of insertions
and deletions between the texts, and half of them one of typing slips (the count filter of Ukkonen, Theoretical Computer
Science 92, 1992, for single letters).
"""

import numpy as np
import numpy.typing as npt

from crm_migrate.matching.comparing.comparison import Pairs, Texts

Signatures = npt.NDArray[np.uint64]
_SORTS = 21  # digits fall into ten of them, the letters a to z into all
_PLACES = _SORTS + 1
_ONCE = np.uint64(sum(1 << 3 * sort for sort in range(_SORTS)))
_BATCH = 50_000  # texts at a time, so that memory stays bounded


def signatures(texts: Texts) -> Signatures:
    """The signature of every text; blanks do not count."""
    parts = [_signed(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)


def _signed(texts: Texts) -> Signatures:
    lengths = np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))
    sort = _sorts("".join(texts))
    place = np.repeat(np.arange(len(texts), dtype=np.int32) * _PLACES, lengths) + sort
    counts = np.bincount(place, minlength=len(texts) * _PLACES).reshape(len(texts), _PLACES)[:, :_SORTS]
    bits = np.array([0b000, 0b001, 0b011, 0b111], dtype=np.uint64)[np.minimum(counts, 3)]
    return np.asarray((bits << (np.arange(_SORTS, dtype=np.uint64) * np.uint64(3))).sum(axis=1, dtype=np.uint64))


def _sorts(letters: str) -> npt.NDArray[np.int32]:
    """The sort of each letter; blanks have a place of their own, which does not count."""
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where(codes == ord(" "), _SORTS, codes % _SORTS).astype(np.int32)


def far(pairs: Pairs) -> npt.NDArray[np.int64]:
    """Insertions and deletions between two texts without their blanks: at least so many."""
    here, there = pairs.each(signatures)
    return np.asarray(np.bitwise_count(here ^ there), dtype=np.int64)


def may_contain(pairs: Pairs) -> npt.NDArray[np.bool_]:
    """All sorts of letters of one occur in the other."""
    here, there = (side & _ONCE for side in pairs.each(signatures))
    common = here & there
    return np.asarray((common == here) | (common == there))
