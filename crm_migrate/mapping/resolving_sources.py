"""Sources as the engine reads them: what the mapping says, completed by the profile of the system."""

import re
from collections.abc import Callable, Iterator, Sequence

from crm_migrate.connecting.contract import READING
from crm_migrate.connecting.discovery import source_options
from crm_migrate.connecting.joins import parse_take
from crm_migrate.errors import CrmMigrateError
from crm_migrate.finding import Severity, errors
from crm_migrate.mapping import library
from crm_migrate.mapping.alphabets import HINT, is_alphabet
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.model import RESERVED
from crm_migrate.mapping.model_sources import Join, Source
from crm_migrate.mapping.plan import FilePlan, JoinPlan, SkipPlan, SourcePlan
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.mapping.refs import check_address, inside
from crm_migrate.mapping.resolving_attachments import manifest_of, with_column
from crm_migrate.mapping.rewording import skipped_by
from crm_migrate.mapping.text import normal_name, parse_cell
from crm_migrate.mapping.tree import Listing, Path

# Words in a key's name that tell of a value that people change: such a key names another row tomorrow.
_VOLATILE = re.compile(
    r"date|tarih|datum|tanggal|amount|tutar|betrag|jumlah|stage|aşama|asama|phase|status|durum|owner|sorumlu"
    r"|probability|olasılık|updated|güncelle|guncelle|geändert|modified|total|toplam",
    re.IGNORECASE,
)


# Codecs of Python that are for names of hosts and for source code, not for files.


# Asked for the columns of a source; None where it cannot say.
Columns = Callable[[SourcePlan], Sequence[str] | None]


def not_asked(source: SourcePlan) -> None:
    """The columns where no source is opened: none are known."""
    del source


def as_far_as_read(columns: Callable[[SourcePlan], Sequence[str]]) -> Columns:
    """The columns of each source that can be read; of the others none are known."""

    def known(source: SourcePlan) -> Sequence[str] | None:
        try:
            return columns(source)
        except CrmMigrateError:
            return None

    return known


def sources(desk: Desk, columns: Columns) -> tuple[SourcePlan, ...]:
    """Every source that gives rows, in the order written. Databases (`url:` alone) only lend their address."""
    plans = []
    for name, source in desk.file.sources.items():
        path: Path = ("sources", name)
        _check_name(desk, name, path)
        profile = _profile(desk, name, source, path)
        if is_database(source):
            check_address(desk, source.url or "", (*path, "url"))
            _check_options(desk, source, source.connector or "sql", path)
            continue
        told = len(errors(desk.findings))
        origin = _origin(desk, source, name, profile, path)
        # What is wrong where it says how to open it would only be told a second time, and less clearly.
        found = columns(origin) if told == len(errors(desk.findings)) else None
        if found is not None:
            desk.headers[name] = tuple(found)
        plans.append(_over_columns(desk, origin, source, profile, path))
    return tuple(plans)


def is_database(source: Source) -> bool:
    """An address of a database whose tables other sources name."""
    return source.url is not None and not (source.table or source.query or source.file or source.files)


def _check_name(desk: Desk, name: str, path: Path) -> None:
    if name in RESERVED:
        message = f"`{name}` is a word of the language and cannot name a source"
        desk.tell_key("source_name", message, path, f"Call it `{name}_1` or what the system is called.")
    elif not re.fullmatch(r"[^\W\d]\w*", name) or len(name) > 60:
        message = f"`{name}` cannot name a source"
        desk.tell_key("source_name", message, path, "Letters, digits and _ only, a letter first, at most 60.")


def _profile(desk: Desk, name: str, source: Source, path: Path) -> SourceProfile | None:
    if source.use is None:
        return None
    entry = library.find("sources", source.use, desk.project.folder)
    if entry is None:
        words = library.names("sources", desk.project.folder)
        desk.unknown("profile_unknown", "the source profile", source.use, words, (*path, "use"))
        return None
    profile, findings = library.source_profile(entry)
    desk.findings += findings
    desk.files[entry.label] = entry.digest
    if profile is None or findings:
        return None  # what it says of the source would be told once more, as if the mapping said it
    desk.profiles[name] = profile
    return profile


def _origin(desk: Desk, source: Source, name: str, profile: SourceProfile | None, path: Path) -> SourcePlan:
    """Where the rows of a source are and how they are written: what is needed to open it. `key` as it is written."""
    project = desk.file.project
    url, table = _database(desk, source, path)
    connector = source.connector or ("sql" if url else profile.connector if profile else "files")
    _one_origin(desk, source, path)
    _check_options(desk, source, connector, path)
    return SourcePlan(
        name=name,
        connector=connector,
        files=_files(desk, source, path),
        tag=normal_name(source.tag) if source.tag else None,
        encoding=_encoding(desk, source, path) or (profile.encoding if profile else None),
        delimiter=_delimiter(desk, source, path) or (profile.delimiter if profile else None),
        sheet=source.sheet,
        header_row=source.header_row,
        short_rows=source.short_rows if "short_rows" in source.model_fields_set or not profile else profile.short_rows,
        url=url,
        table=table,
        query=source.query,
        covers=source.covers,
        joins=_joins(desk, source, table, path),
        options=source.options,
        manifest=manifest_of(desk, name),
        key=tuple(normal_name(column) for column in _key_columns(source, profile)),
        locale=source.locale or project.locale,
        time_zone=source.time_zone or (profile.time_zone if profile else None) or project.time_zone,
    )


def _over_columns(
    desk: Desk, origin: SourcePlan, source: Source, profile: SourceProfile | None, path: Path
) -> SourcePlan:
    """The source with everything that names its columns, once those are known."""
    name = origin.name
    changed, changed_format = _changed(desk, name, source, profile, path)
    return origin.model_copy(
        update={
            "key": _key(desk, name, source, profile, path),
            "changed_key": source.key.changed_key if source.key else "new",
            "changed": changed,
            "changed_format": changed_format,
            "skip": _skip(desk, name, source, profile, path),
            "archive": source.unmapped.archive,
            "drop": _drop(desk, name, source, path),
            "no_links": _no_links(desk, name, source, path),
            "stays_behind": source.stays_behind,
            "manifest": with_column(desk, name, origin.manifest),
        }
    )


def _one_origin(desk: Desk, source: Source, path: Path) -> None:
    said = [word for word in ("file", "files", "table", "query") if getattr(source, word)]
    if "table" in said and ("file" in said or "files" in said):
        said.remove("table")  # of a file, it is the list in it that is meant
    if len(said) != 1 and not (source.connector and source.options and not said):
        what = "says where its rows are twice" if said else "does not say where its rows are"
        hint = "Write one of `file:`, `files:`, `table:`, `query:`."
        desk.tell_key("source_origin", f"the source {what}", (*path, said[1]) if said else path, hint)
    if source.files and not source.tag:
        message = "`files:` needs the name of the column that tells them apart"
        desk.tell_key("mapping_missing", message, path, "Add `tag: list_state`, for instance.")


def _check_options(desk: Desk, source: Source, connector: str, path: Path) -> None:
    """Words that the connector does not read are refused, be they its own or the language's: none is ignored."""
    known = source_options(connector)
    ours = {"join"} if all(join.source for join in source.join.values()) else set()  # with other sources: of any kind
    words = READING & source.model_fields_set - ours
    said = [*source.options, *(word for word in Source.model_fields if word in words)]
    for word in said:
        if known is not None and word not in known:
            near = [*known, *(set(Source.model_fields) - READING)]
            desk.unknown("mapping_unknown_word", f"the option of `{connector}`", word, near, (*path, word), key=True)


def _delimiter(desk: Desk, source: Source, path: Path) -> str | None:
    if source.delimiter is None:
        return None
    text = {"tab": "\t", "\\t": "\t"}.get(source.delimiter, source.delimiter)
    if len(text) != 1:
        desk.tell("mapping_value", "a delimiter is one character", (*path, "delimiter"), 'Write ";" or tab.')
    return text


def _files(desk: Desk, source: Source, path: Path) -> tuple[FilePlan, ...]:
    listed = isinstance(desk.document.find((*path, "file")), Listing)
    places: list[Path] = [(*path, "file", at) if listed else (*path, "file") for at in range(len(source.file))]
    if source.file:
        told = zip(source.file, places, strict=True)
        return tuple(FilePlan(pattern=pattern) for pattern, place in told if _is_pattern(desk, pattern, place))
    return tuple(
        FilePlan(pattern=pattern, tag=tag)
        for tag, pattern in source.files.items()
        if _is_pattern(desk, pattern, (*path, "files", tag))
    )


def _is_pattern(desk: Desk, pattern: str, path: Path) -> bool:
    if not inside(desk, pattern, path):
        return False
    if any("**" in part and part != "**" for part in re.split(r"[/\\]", pattern)):
        desk.tell(
            "mapping_value", "`**` stands for folders and is a part of its own", path, "Write a/**/*.csv or *.csv."
        )
        return False
    return True


def _encoding(desk: Desk, source: Source, path: Path) -> str | None:
    """The declared encoding; a finding where Python knows none of that name, or where it is no encoding of files."""
    name = source.encoding
    if name is not None and not is_alphabet(name):
        desk.tell("mapping_value", f"there is no encoding of files `{name}`", (*path, "encoding"), HINT)
        return None
    return name


def _database(desk: Desk, source: Source, path: Path) -> tuple[str | None, str | None]:
    """Address and table. `table: suite.accounts` is table `accounts` of the database `suite`."""
    if source.file or source.files:
        return source.url, source.table  # a list in the file, whatever databases are called
    prefix, dot, rest = (source.table or "").partition(".")
    lender = desk.file.sources.get(prefix) if dot else desk.file.sources.get(source.url or "")
    if lender is not None and is_database(lender):
        return lender.url, rest if dot else source.table
    if source.url is not None:
        check_address(desk, source.url, (*path, "url"))
    if (source.table or source.query) and source.url is None and not (source.file or source.files):
        databases = [name for name, other in desk.file.sources.items() if is_database(other)]
        message = "a table or query needs the database that it is in"
        word = "table" if source.table else "query"
        desk.tell("source_origin", message, (*path, word), nearest(prefix, databases) or "Add `url: env:NAME`.")
    return source.url, source.table


def _joins(desk: Desk, source: Source, table: str | None, path: Path) -> tuple[JoinPlan, ...]:
    prefix = (source.table or "")[: -len(table or "")]
    plans = []
    for alias, join in source.join.items():
        here: Path = (*path, "join", alias)
        _check_join(desk, source, join, here)
        partner = _partner(desk, join, str(path[-1]), here) if join.source else None
        named = join.source or join.table or ""
        plans.append(
            JoinPlan(
                alias=alias,
                table=named.removeprefix(prefix) if prefix and not join.source else named,
                source=partner,
                by=join.by,
                take=join.take,
                gather=join.gather is not None,
            )
        )
    return tuple(plans)


def _check_join(desk: Desk, source: Source, join: Join, path: Path) -> None:
    """What a join says of its partners: who they are, which column is whose, and which of several is meant."""
    if (join.table is None) == (join.source is None):
        message = "a join names its partner once: a `table:` of the same database, or another `source:`"
        desk.tell_key("source_origin", message, path, "Write one of the two.")
    if join.table and (not source.table or source.file or source.files):
        message = "`table:` joins tables of one database, and this source is none"
        desk.tell_key(
            "source_origin", message, (*path, "table"), "Name another source: `source:`; or join in the query."
        )
    if not join.by:
        desk.tell_key("mapping_missing", "a join needs the columns that agree", path, "Add `by: {id: account_id}`.")
    if join.take and join.gather:
        message = "`take:` means one partner, and `gather:` all of them"
        desk.tell_key("field_conflict", message, (*path, "gather"), "Keep one of the two.")
    try:
        parse_take(join.take or "first(any)")
    except ValueError as error:
        hint = "Write first(column desc), last(column) or first(one desc, another)."
        desk.tell("mapping_text", str(error), (*path, "take"), hint)


def _partner(desk: Desk, join: Join, name: str, path: Path) -> SourcePlan | None:
    """What opens the source that another is joined with; it is joined with none itself."""
    partner, here = desk.file.sources.get(join.source or ""), (*path, "source")
    others = [each for each, source in desk.file.sources.items() if each != name and not is_database(source)]
    if partner is None or join.source not in others:
        desk.unknown("source_unknown", "the source", join.source or "", others, here)
        return None
    if any(inner.source for inner in partner.join.values()):
        message = f"`{join.source}` is joined with another source itself: chains are not followed"
        desk.tell("source_origin", message, here, "Join both with this source, the second by what the first brings.")
        return None
    where: Path = ("sources", str(join.source))
    return _origin(desk, partner, str(join.source), _profile(desk, str(join.source), partner, where), where)


def _key_columns(source: Source, profile: SourceProfile | None) -> tuple[str, ...]:
    """The columns of the key as the mapping, or else the profile, names them."""
    return (source.key.columns if source.key else ()) or (profile.key if profile else ())


def _key(desk: Desk, name: str, source: Source, profile: SourceProfile | None, path: Path) -> tuple[str, ...]:
    columns = _key_columns(source, profile)
    if not columns and (profile is not None or source.use is None):  # a profile that was not taken is told already
        desk.tell_key("mapping_missing", f"the source `{name}` needs a `key:`", path, "Name the column that is its id.")
    where: Path = (*path, "key") if source.key and source.key.columns else path
    if len(columns) == 1 and desk.written((*path, "key", "changed_key")):
        message = "`changed_key:` belongs to a key of several columns: of one column nothing is left when it changes"
        hint = "Take it out; `on_rerun: {rekeyed: ...}` is for keys that are only written otherwise."
        desk.tell_key("field_conflict", message, (*path, "key", "changed_key"), hint)
    named = isinstance(desk.document.find(where), Listing)
    places: list[Path] = [(*where, at) if named else where for at in range(len(columns))]
    for column, place in zip(columns, places, strict=True):
        if _VOLATILE.search(column):
            message = f"`{column}` looks like a value that people change; a row whose key changes is a new row"
            desk.tell("key_volatile", message, place, "Take columns that never change.", Severity.WARNING)
    return tuple(desk.column(name, column, place) for column, place in zip(columns, places, strict=True))


def _changed(
    desk: Desk, name: str, source: Source, profile: SourceProfile | None, path: Path
) -> tuple[str | None, str | None]:
    if source.changed is None:
        known = desk.known_columns(name)
        column = profile.changed if profile else None
        shape = profile.columns[column].date if profile and column in profile.columns else None
        if profile and column and known is not None and column not in known:
            column = profile.alias(column, known)
        return (column, shape) if column else (None, None)
    cell = desk.read_text(parse_cell, source.changed, (*path, "changed"))
    if cell is None:
        return None, None
    steps = [step.plan for step in cell.steps]
    if (
        cell.column is None
        or any(s.name not in ("date", "instant") or len(s.args) != 1 for s in steps)
        or len(steps) > 1
    ):
        message = "`changed:` is a column, or `Column | date(DD.MM.YYYY)`"
        desk.tell("mapping_text", message, (*path, "changed"), "Write the column's name.")
        return None, None
    column = desk.column(name, cell.column, (*path, "changed"), cell.at)
    shape = (
        steps[0].args[0] if steps else profile.columns[column].date if profile and column in profile.columns else None
    )
    return column, shape


def _skip(desk: Desk, name: str, source: Source, profile: SourceProfile | None, path: Path) -> tuple[SkipPlan, ...]:
    rules = [(rule, (*path, "skip", at)) for at, rule in enumerate(source.skip)]
    rules += [(rule, path) for rule in (_profile_skips(desk, name, profile) if profile else ())]
    plans = []
    for rule, where in rules:
        if rule == "all_blank":
            plans.append(SkipPlan(name=rule))
            continue
        desk.over_columns(name, rule, where)
        plans.append(SkipPlan(name=rule, expression=rule))
    return tuple(plans)


def _profile_skips(desk: Desk, name: str, profile: SourceProfile) -> Iterator[str]:
    """The rules of the profile in the words of the file; a rule about columns that it does not have says nothing."""
    if name not in desk.headers:
        yield from profile.skip
        return
    names = profile.spoken(desk.headers[name])
    found = (skipped_by(rule, names | {each: each for each in desk.headers[name]}) for rule in profile.skip)
    yield from (each.text for each in found if not each.missing)


def _drop(desk: Desk, name: str, source: Source, path: Path) -> dict[str, str]:
    found = {}
    for column, decision in source.unmapped.drop.items():
        where: Path = (*path, "unmapped", "drop", column)
        desk.decided(decision, where)
        _there(desk, name, column, where)
        found[normal_name(column)] = decision
    return found


def _there(desk: Desk, name: str, column: str, where: Path) -> None:
    known = desk.known_columns(name)
    if known is not None and normal_name(column) not in known:
        message = f"source `{name}` has no column `{column}`"
        desk.tell_key("column_unknown", message, where, nearest(column, known))


def _no_links(desk: Desk, name: str, source: Source, path: Path) -> dict[str, str]:
    """What is no link by decision: columns by their names, and two objects of a row as `one + other`."""
    found = {}
    for said, decision in source.unmapped.no_link.items():
        where: Path = (*path, "unmapped", "no_link", said)
        desk.decided(decision, where)
        both = [part.strip() for part in said.split("+")]
        if len(both) == 2 and all(part in desk.file.objects for part in both):
            found[" + ".join(both)] = decision
            continue
        _there(desk, name, said, where)
        found[normal_name(said)] = decision
    return found
