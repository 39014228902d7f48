"""What is wrong with a source profile beyond its words: each finding at its place in the profile's own file."""

from collections.abc import Iterator
from zoneinfo import available_timezones

from crm_migrate.finding import Finding
from crm_migrate.mapping import rewording
from crm_migrate.mapping.alphabets import HINT, is_alphabet
from crm_migrate.mapping.authoring import nearest, parted
from crm_migrate.mapping.expression_syntax import ExpressionError
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.mapping.text import TextError, parse_cell, parse_split
from crm_migrate.mapping.tree import Document, Path


def wrong(document: Document, profile: SourceProfile) -> list[Finding]:
    """Every finding: without them a mapping that uses the profile would be told of what it does not say itself."""
    return [*_words(document, profile), *_columns(document, profile), *_texts(document, profile)]


def _words(document: Document, profile: SourceProfile) -> Iterator[Finding]:
    """How its files are read."""
    if profile.encoding is not None and not is_alphabet(profile.encoding):
        message = f"there is no encoding of files `{profile.encoding}`"
        yield document.at("mapping_value", message, ("encoding",), HINT)
    if profile.delimiter is not None and len(profile.delimiter) != 1:
        yield document.at("mapping_value", "a delimiter is one character", ("delimiter",), 'Write ";" or "\\t".')
    if (zone := profile.time_zone) is not None and (known := available_timezones()) and zone not in known:
        yield document.at("mapping_value", f"the time zone `{zone}` is not there", ("time_zone",), nearest(zone, known))


def _columns(document: Document, profile: SourceProfile) -> Iterator[Finding]:
    """Names of columns that it does not have. A field that the CRM model does not have may be one of the mapping."""
    known = {*profile.columns, *filter(None, [profile.tag])}
    changed = [profile.changed] if profile.changed else []
    for word, names in (("key", profile.key), ("marks", profile.marks), ("changed", changed)):
        for name in names if profile.columns else ():
            if name not in known:
                message = f"the profile has no column `{name}`"
                yield document.at("column_unknown", message, (word,), nearest(name, known))


def _texts(document: Document, profile: SourceProfile) -> Iterator[Finding]:
    """Expressions, cells and splits that cannot be understood."""
    for path, text, kind in _written(profile):
        try:
            _READ[kind](text)
        except ExpressionError as error:
            what, step = parted(error.message)
            yield document.inside("expression", what, path, error.offset, step)
        except TextError as error:
            yield document.inside("mapping_text", error.message, path, error.offset, error.hint)


def _written(profile: SourceProfile) -> Iterator[tuple[Path, str, str]]:
    """Each small text with its place, and what it is."""
    yield from ((("skip",), rule, "rule") for rule in profile.skip)
    for own, column in profile.columns.items():
        if column.steps is not None:
            yield ("columns", own, "steps"), f"{own} | {column.steps}", "steps"
    for name, record in profile.objects.items():
        here: Path = ("objects", name)
        if record.where is not None:
            yield (*here, "where"), record.where, "condition"
        if record.split_rows is not None:
            yield (*here, "split_rows"), record.split_rows, "split"
        yield from (((*here, "fields", field), text, "cell") for field, text in record.fields.items())
        if record.about is not None:
            yield (*here, "about", "type"), record.about.type, "cell"
            yield (*here, "about", "id"), record.about.id, "cell"


def _steps(text: str) -> None:
    """Steps behind some column: what a column's name may look like is not the question here."""
    parse_cell(f"x | {text.partition(' | ')[2]}")


_READ = {
    "rule": lambda text: rewording.skipped_by(text, {}),
    "condition": lambda text: rewording.expression(text, {}),
    "cell": lambda text: rewording.cell(text, {}),
    "split": parse_split,
    "steps": _steps,
}
