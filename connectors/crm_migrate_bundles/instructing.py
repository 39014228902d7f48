"""What to do with the files of a run, in the language of the project: which first, where, how, and what to look at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm_migrate.connecting.contract import TargetField
from crm_migrate.crm.types import type_of
from crm_migrate.words.language import Language, language
from crm_migrate_bundles.layout import Layout

ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "utf-16": "UTF-16"}
SEPARATORS = {",": "`,`", ";": "`;`", "\t": "Tab"}


@dataclass(frozen=True, slots=True)
class Written:
    """A file, the table that it is of, its rows and its digest."""

    file: str
    table: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the files of an object; `own` where the CRM does not have it by itself."""

    object: str
    field: TargetField
    own: bool


def instructions(layout: Layout, project: str, run: str, written: Sequence[Written], columns: Sequence[Column]) -> str:
    """The page beside the files, in Markdown."""
    words = language(layout.language, "bundle")
    own = [each for each in columns if each.own]
    lines = [
        f"# {words.word('bundle.title', title=layout.title)}",
        "",
        words.word("bundle.of", project=project, run=run),
    ]
    lines += ["", *_table(words, written), "", *_limits(words, layout, len(written))]
    lines += [f"## {words.word('bundle.steps')}", ""]
    lines += [f"{at}. {text}" for at, text in enumerate(_steps(words, layout, written, columns), 1)]
    lines += ["", *_own(words, layout, own)] if own else []
    return "\n".join([*lines, ""])


def _table(words: Language, written: Sequence[Written]) -> Iterator[str]:
    yield f"| {words.word('bundle.file')} | {words.word('bundle.rows')} |"
    yield "|---|---:|"
    yield from (f"| `{each.file}` | {words.number(each.rows)} |" for each in written)


def _own(words: Language, layout: Layout, own: Sequence[Column]) -> Iterator[str]:
    yield f"## {words.word(f'bundle.own.{layout.own_columns}')}"
    yield ""
    yield f"| {words.word('bundle.own.object')} | {words.word('bundle.own.column')} | {words.word('bundle.own.kind')} |"
    yield "|---|---|---|"
    yield from (f"| `{each.object}` | `{each.field.name}` | {_kind(words, each.field)} |" for each in own)


def _kind(words: Language, field: TargetField) -> str:
    kind = type_of(field.type)
    return words.word(f"bundle.kind.{'choice' if kind.role == 'choice' else kind.storage}")


def _limits(words: Language, layout: Layout, files: int) -> Iterator[str]:
    """Where the files are cut, for which edition and by whose word; how many days they need."""
    most = [words.word("bundle.cut.rows", rows=words.number(layout.rows))] if layout.rows else []
    most += [words.word("bundle.cut.size", size=_megabytes(words, layout.bytes))] if layout.bytes else []
    if not most:
        return
    said = "edition" if layout.edition else "smallest" if layout.editions else "any"
    yield words.word(
        f"bundle.cut.{said}",
        most=words.word("bundle.cut.and").join(most),
        edition=layout.edition,
        editions=", ".join(f"`{each}`" for each in layout.editions),
    )
    yield words.word(f"bundle.cut.{layout.limits_by}", title=layout.title)
    if layout.imports:
        days = -(-files // layout.imports)
        yield words.word("bundle.cut.days", imports=words.number(layout.imports), files=words.number(files), days=days)
    yield ""


def _megabytes(words: Language, bytes: int) -> str:
    return words.amount(f"{Decimal(bytes).scaleb(-6).normalize():f}")


def _steps(words: Language, layout: Layout, written: Sequence[Written], columns: Sequence[Column]) -> Iterator[str]:
    own = sum(each.own for each in columns)
    owners = dict.fromkeys(f"`{each.field.name}`" for each in columns if type_of(each.field.type).role == "owner")
    key = _keys(layout, columns)
    tables = {each.table[3:] for each in written}
    changes = any(name.endswith("-changes") for name in tables)
    yield words.word("bundle.step.untouched")
    if own:
        yield words.word(f"bundle.step.own_{layout.own_columns}", columns=words.number(own))
    if owners and layout.owner_by:
        yield words.word(f"bundle.step.owner_{layout.owner_by}", columns=", ".join(owners))
    yield from (_step(words, layout, step, key) for step in layout.steps)
    yield words.word(
        f"bundle.step.reading_{layout.format}",
        encoding=ENCODINGS.get(layout.encoding, layout.encoding),
        delimiter=SEPARATORS.get(layout.delimiter, layout.delimiter),
        days=layout.days,
        moments=layout.moments,
    )
    yield words.word("bundle.step.order")
    if changes:
        yield words.word(f"bundle.step.changes_{layout.changes}", key=key)
    if changes and layout.changes == "by_key":
        yield words.word(f"bundle.step.empty_{layout.empty_cells}")
    if "to-be-emptied" in tables:
        yield words.word("bundle.step.emptied")
    if "to-be-closed" in tables:
        yield words.word("bundle.step.closed")
    if "opt-outs" in tables:
        yield words.word("bundle.step.opt_outs")
    yield words.word("bundle.step.counts")
    if any(type_of(each.field.type).storage == "instant" for each in columns):
        yield words.word("bundle.step.zone")


def _step(words: Language, layout: Layout, step: str, key: str) -> str:
    """A step of the profile; where to click, with whose word that is."""
    said = words.word(f"bundle.step.{step}", key=key, title=layout.title)
    if not step.endswith("_where"):
        return said
    by = "vendor" if layout.clicks_by else "nobody"
    return f"{said} {words.word(f'bundle.where.{by}', title=layout.title, day=layout.clicks_by)}"


def _keys(layout: Layout, columns: Sequence[Column]) -> str:
    """The headers of the columns with our key, of the objects that have files."""
    return "`, `".join(dict.fromkeys(layout.key_of(each.object) for each in columns)) or "crm_migrate_id"
