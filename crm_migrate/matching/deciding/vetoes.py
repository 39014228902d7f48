"""Vetoes: what contradicts that two records are one, as a sentence per pair.

A veto keeps two records apart in every cluster: another tax or national id, another number given as id, another full
birth date that no typing error explains, another generation, a decision. A doubt (another given name, another street of
a company) does the same unless numbers and birth dates both say otherwise.
"""

import numpy as np
import numpy.typing as npt
from rapidfuzz.fuzz import ratio

from crm_migrate.matching.comparing.company_names import one_word
from crm_migrate.matching.comparing.comparison import Comparison
from crm_migrate.matching.comparing.facts import Facts, generations, given_and_family
from crm_migrate.matching.comparing.terms import distinct, encode, numbered
from crm_migrate.matching.deciding.evidence import Weighed

Flags = npt.NDArray[np.bool_]
DIFFERENT = {
    "tax_id": frozenset({"different"}),
    "birth_date": frozenset({"different", "year near", "year"}),
    "given_name": frozenset({"different"}),
    "family_name": frozenset({"different"}),
    "company_name": frozenset({"different"}),
    "street": frozenset({"different", "number only", "street alike", "street equal"}),
    "phone": frozenset({"different"}),
    "place": frozenset({"different", "state only"}),
}
SENTENCES = {
    "clash": "what was said before joins them through others and keeps them apart",
    "tax_id": "the tax or national ids differ",
    "birth_date": "the birth dates differ by more than a typing error",
    "generation": "one is of another generation (senior, junior, the third)",
    "id": "the numbers that were given as ids differ",
    "apart": "a decision, a rule or an earlier load keeps them apart",
    "given_name": "the given names differ",
    "usual_names": "the given names are alike, but may be two names",
    "family_name": "the family names differ",
    "mailbox": "the mailboxes differ in a number only, as those of two people of one name do",
    "company_name": "the company names differ",
    "words": "each company name has a word that the other lacks",
    "street": "the streets or house numbers differ",
    "place": "the places differ, and no street is the same",
    "phone": "the phone numbers differ",
}
VETOES = ("clash", "apart", "tax_id", "id", "generation", "birth_date")
ELSEWHERE = ("street", "place", "phone")  # what addresses of one company differ in
_PERSON_DOUBTS = ("given_name", "family_name")
# Chosen for what they mean; docs/matching.md (Constants) says what moves where they are others.
_USUAL = 5  # family names that a given name stands with: then it is a usual one of the file
_SHORT = 4  # letters of a given name, up to which another letter is another name
_ONE_DOOR = ("number near", "no number", "alike", "equal")  # levels of streets that may be one door
_SAME_WORD = 80.0  # likeness, of 100, of two spellings of one word


def contradictions(pairs: Weighed, comparisons: tuple[Comparison, ...], facts: Facts) -> dict[str, Flags]:
    """Per reason of `SENTENCES` the pairs that it keeps apart, the weightiest reasons first."""
    labels = {c.name: c.labels for c in comparisons}
    company = "company_name" in labels
    differ = {name: pairs.at(name, labels[name], wanted) for name, wanted in DIFFERENT.items() if name in labels}
    found = {name: differ[name] for name in ("tax_id",) if name in differ}
    found |= {"id": _other_ids(pairs, facts), "generation": _other_generation(pairs, facts)}
    same_number = _agrees(pairs, labels, "tax_id", "equal")
    if "birth_date" in differ:
        found["birth_date"] = differ["birth_date"] & ~(same_number & ~_any(differ, _PERSON_DOUBTS, pairs))
    if company:
        return found | _company_doubts(pairs, labels, differ, facts, same_number)
    differ["usual_names"] = _usual_names(pairs, labels, facts)
    born = _agrees(pairs, labels, "birth_date", "equal", "one slip")
    settled = same_number & born
    doubts = {name: differ[name] & ~settled for name in (*_PERSON_DOUBTS, "usual_names") if name in differ}
    return found | doubts | {"mailbox": _numbered_mailboxes(pairs, facts) & ~(same_number | born)}


def _company_doubts(
    pairs: Weighed, labels: dict[str, tuple[str, ...]], differ: dict[str, Flags], facts: Facts, same_number: Flags
) -> dict[str, Flags]:
    """Other names, words of their own, other streets, other phones; a common tax id settles how a name is written."""
    found = {"company_name": differ["company_name"] & ~same_number}
    found |= {name: differ[name] for name in ("phone", "street") if name in differ}
    if "place" in differ:
        found["place"] = differ["place"] & ~_agrees(pairs, labels, "street", *_ONE_DOOR)
    open_ = ~differ["company_name"] & (pairs.levels["company_name"] < len(labels["company_name"]) - 1)
    return found | {"words": _own_words(pairs, open_, same_number, facts)}


def _any(differ: dict[str, Flags], names: tuple[str, ...], pairs: Weighed) -> Flags:
    flags = np.zeros(len(pairs.i), dtype=bool)
    for name in names:
        flags |= differ.get(name, False)
    return flags


def _agrees(pairs: Weighed, labels: dict[str, tuple[str, ...]], name: str, *wanted: str) -> Flags:
    if name not in labels:
        return np.zeros(len(pairs.i), dtype=bool)
    return pairs.at(name, labels[name], frozenset(wanted))


def _other_generation(pairs: Weighed, facts: Facts) -> Flags:
    rows, places = numbered(np.concatenate([pairs.i, pairs.j]))
    a, b = generations(facts.at(rows))[places].reshape(2, -1)
    return np.asarray((a >= 0) & (b >= 0) & (a != b))


def _other_ids(pairs: Weighed, facts: Facts) -> Flags:
    """Both have numbers of one column, and they differ in it."""
    flags = np.zeros(len(pairs.i), dtype=bool)
    for column in facts.folded("id"):
        codes = encode(column)[0].codes
        a, b = codes[pairs.i], codes[pairs.j]
        flags |= (a >= 0) & (b >= 0) & (a != b)
    return flags


def _numbered_mailboxes(pairs: Weighed, facts: Facts) -> Flags:
    """Mailboxes of one host and one name with another number, or with one and without."""
    flags, same = (np.zeros(len(pairs.i), dtype=bool) for _ in range(2))
    columns = facts.folded("email")
    whole = encode(*columns) if columns else []
    bare = encode(*(column.str.replace(r"[0-9]+@", "@") for column in columns)) if columns else []
    for left, left_bare in zip(whole, bare, strict=True):
        for right, right_bare in zip(whole, bare, strict=True):
            a, b = left.codes[pairs.i], right.codes[pairs.j]
            same |= (a >= 0) & (a == b)
            flags |= (a >= 0) & (a != b) & (left_bare.codes[pairs.i] == right_bare.codes[pairs.j])
    return flags & ~same


def _usual_names(pairs: Weighed, labels: dict[str, tuple[str, ...]], facts: Facts) -> Flags:
    """Given names one letter or little more apart that are both names of several other people: twins have such.

    Of names of up to four letters (Tim and Tom) another letter is taken for another name, however rare it is.
    """
    given, family = (encode(names)[0] for names in given_and_family(facts))
    slip = _agrees(pairs, labels, "given_name", "one slip", "vaguely alike")
    a, b = given.codes[pairs.i], given.codes[pairs.j]
    known = (given.codes >= 0) & (family.codes >= 0)
    families = len(family.texts) + 1
    borne = distinct(given.codes[known].astype(np.int64) * families + family.codes[known]) // families
    usual = np.append(np.bincount(borne, minlength=len(given.texts)) >= _USUAL, False)
    lengths = np.append(given.texts.str.len_chars().to_numpy(), 99)
    short = (lengths[a] == lengths[b]) & (lengths[a] <= _SHORT)
    return np.asarray(slip & (a >= 0) & (b >= 0) & (a != b) & (usual[a] & usual[b] | short))


def _own_words(pairs: Weighed, open_: Flags, same_number: Flags, facts: Facts) -> Flags:
    """Names that are alike, but each with a word for which the other has no spelling; of one tax id only shops are."""
    terms = encode(facts.first("company_name"))[0]
    flags = np.zeros(len(pairs.i), dtype=bool)
    for at in np.flatnonzero(open_):
        a, b = terms.codes[pairs.i[at]], terms.codes[pairs.j[at]]
        own = _are_shops if same_number[at] else _each_has_own
        flags[at] = a >= 0 and b >= 0 and own(str(terms.values[a]), str(terms.values[b]))
    return flags


def _are_shops(one: str, other: str) -> bool:
    """Names that begin with one word and go on with others that are no abbreviation of each other."""
    a, b = one.split(), other.split()
    left, right = set(a) - set(b), set(b) - set(a)
    return a[0] == b[0] and _no_form_of(left, right) and _no_form_of(right, left)


def _no_form_of(words: set[str], others: set[str]) -> bool:
    return any(not any(one_word(word, other) for other in others) for word in words)


def _each_has_own(one: str, other: str) -> bool:
    a, b = set(one.split()), set(other.split())
    left, right = a - b, b - a
    return _unspelt(left, right) and _unspelt(right, left)


def _unspelt(words: set[str], others: set[str]) -> bool:
    """A word that is neither a spelling nor an abbreviation of any of the others; numbers have one spelling only."""
    return any(not any(_spelling(word, other) for other in others) for word in words)


def _spelling(word: str, other: str) -> bool:
    if word.isdecimal() or other.isdecimal():
        return False
    short, long = sorted((word, other))  # the beginning of a word comes before it
    return long.startswith(short) or ratio(word, other) >= _SAME_WORD


def first_reason(found: dict[str, Flags], pairs: int) -> npt.NDArray[np.object_]:
    """Per pair the key of its weightiest contradiction, None without one."""
    reasons = np.full(pairs, None, dtype=object)
    ranked = sorted(found, key=lambda name: VETOES.index(name) if name in VETOES else len(VETOES))
    for name in reversed(ranked):
        reasons[found[name]] = name
    return reasons
