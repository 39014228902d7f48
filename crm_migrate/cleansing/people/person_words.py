"""Words around names in many languages: honorifics, degrees, particles, joiners, fillers, departments.

Keys are folded and without dots (`fold`). Sources: CLDR has none of these; the lists follow the academic and civil
titles in use in the countries named beside them.
"""

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.cleansing.vocabulary import phrases, table, words

# Before the name. Civil address, academic, religious, military and noble titles.
PREFIXES = words("name_titles")
# Words of the list above that are also names or initials: titles only with a dot, or before two more words.
DOTTED = words("name_titles_dotted")
# Behind the name, with or without a comma.
SUFFIXES = words("name_suffixes")
# Suffixes that are also surnames or initials: only behind a comma, with dots, or in capitals behind two more words.
UNSURE_SUFFIXES = words("name_suffixes_unsure")
# Titles that are titles in one language only (initials and words elsewhere).
LOCAL_TITLES = {
    language: tuple(fold(title) for title in group.split()) for language, group in table("name_titles_local").items()
}
# Between given and family name; belong to the family name and are written small in most languages.
PARTICLES = words("name_particles")
# Particles that start a family name only in the middle of a name; the first word is always a given name.
SMALL = words("name_particles_small")
PATRONYMS = words("name_patronyms")
# Words between two people, by language ("" is any).
JOINERS = {language: tuple(group.split()) for language, group in table("name_joiners").items()}
# Behind a first name or a whole name: "Mr" and "Ms" of Turkish and Azeri, Japanese, Korean, Hindi.
AFTER = {language: frozenset(group.split()) for language, group in table("name_after").items()}

FICTION = frozenset(phrases("name_fiction"))
FILLERS = words("name_fillers")
NOBODY = frozenset(phrases("name_nobody"))
# Departments and functions that stand in a person's field: the whole cell consists of such words (and small words).
DEPARTMENTS = words("departments")
_SMALL_WORDS = words("department_small")
# Words that only companies have in their name.
COMPANY_WORDS = words("company_words")


def is_department(words: list[str]) -> bool:
    """Every word names a department or function, and not only small words."""
    return bool(words) and all(w in DEPARTMENTS for w in words) and any(w not in _SMALL_WORDS for w in words)
