"""The option `--lang`: a language that there are words for, or it is refused."""

from crm_migrate.errors import UsageError
from crm_migrate.words import languages
from crm_migrate.words.language import Language, language


def asked_language(code: str, part: str = "codes") -> Language:
    """The words of a language by its code or locale (`tr`, `tr-TR`). UsageError where there are none.

    With a `part` a language that has words for that part is enough.
    """
    found = language(code, part)
    if found.code != code.replace("_", "-").partition("-")[0].lower():
        raise UsageError(
            f"there are no words for the language {code!r}", hint=f"--lang {' or '.join(sorted(languages(part)))}"
        )
    return found
