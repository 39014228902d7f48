"""The files beside a mapping: owners, exchange rates, value maps as CSV, and decisions as YAML."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import PurePosixPath, PureWindowsPath

from crm_migrate.cleansing.text.letters import fold
from crm_migrate.connecting.secrets import is_reference
from crm_migrate.disk.canonical import content_hash
from crm_migrate.disk.lines import Lines
from crm_migrate.disk.plain_file import read_plain
from crm_migrate.finding import Finding, Place, Severity
from crm_migrate.mapping.authoring import nearest
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import RATE_DIGITS, RECONSENT, OwnerPlan
from crm_migrate.mapping.reading import read_file
from crm_migrate.mapping.side_tables import Rows, read_table
from crm_migrate.mapping.tree import Document, Listing, Mapping, Path, Plain, plain
from crm_migrate.workspace.decision_files import decision_files

MAX_BYTES = 64 << 20
MAX_DECISIONS = 8 << 20  # bytes of a file: some 40,000 answers of a review
# As `fold` writes them.
_ACTIVE = frozenset({"active", "enabled", "yes", "true", "1", "aktif", "evet", "aktiv", "ja"})
_STATES = _ACTIVE | {"inactive", "left", "disabled", "deactivated", "no", "false", "0", "pasif", "ayrildi", "hayir",
                     "inaktiv", "nein"}  # fmt: skip


def is_inside(name: str) -> bool:
    """Whether a file's name stays in the project: relative, without `..`, in Unix and in Windows notation."""
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    absolute = posix.is_absolute() or windows.is_absolute() or bool(windows.drive) or name.startswith(("~", "\\"))
    return bool(name.strip()) and not absolute and ".." not in windows.parts and "\0" not in name


def inside(desk: Desk, name: str, path: Path) -> bool:
    """Refuse a file outside of the project."""
    if is_inside(name):
        return True
    message = "a file of the project is named by a path inside its folder"
    desk.tell(
        "path_outside", message, path, "No `..`, no drive, no leading slash; copy or link the file into the project."
    )
    return False


def check_address(desk: Desk, url: str, path: Path) -> None:
    """An address of a database that is written out, and not kept elsewhere, can be read. It is never repeated."""
    if is_reference(url) or url.startswith("sqlite:///"):  # a file: neither server nor port, and SQLAlchemy takes time
        return
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        port = make_url(url).port
    except (ArgumentError, ValueError):
        port = -1
    if port is not None and not 0 < port < 65536:
        hint = (
            "Write postgresql://user@host:5432/database, mariadb://user@host/database, sqlite:///file.db, or env:NAME."
        )
        desk.tell("mapping_value", "this address cannot be read: server, port and database", path, hint)


def read_csv(desk: Desk, name: str, path: Path, columns: tuple[str, ...], *, keys: int = 1) -> Rows:
    """The rows of a CSV with these columns, by line (see `read_table`); findings where they are not readable."""
    text = read_text(desk, name, path)
    if text is None:
        return {}
    rows, wrong = read_table(text, columns, keys)
    for each in wrong:
        desk.tell("mapping_file", f"`{name}` {each.message}", path, each.hint, count=each.count)
    if not rows and not wrong:
        message = f"`{name}` has no line below its header"
        desk.tell("mapping_file", message, path, "Was it cut? Write a line for each record.", Severity.WARNING)
    return rows


def read_text(desk: Desk, name: str, path: Path) -> str | None:
    """The text of a CSV of the project, noted with its digest; None and a finding where it cannot be read."""
    if not inside(desk, name, path):
        return None
    try:
        data = read_plain(desk.project.folder / name, MAX_BYTES)
        text = data.decode("utf-8-sig")
    except OSError as error:
        message = f"the file `{name}` cannot be read: {error.strerror}"
        desk.tell("mapping_file", message, path, "Is it in the project's folder?")
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        desk.tell("mapping_file", f"the file `{name}` is no UTF-8 text (line {line:,})", path, "Save it as CSV UTF-8.")
        return None
    desk.files[name] = hashlib.sha256(data).hexdigest()
    return text


def tell_lines(
    desk: Desk,
    name: str,
    path: Path,
    what: str,
    hint: str,
    found: Sequence[tuple[int, str]],
    code: str = "mapping_file",
) -> None:
    """One finding for all lines of a file of which the same is wrong, with what the first of them says."""
    if found:
        lines = Lines(line for line, _ in found)
        message = f"`{name}` has {lines.count:,} line(s) {what} ({lines}), the first: {found[0][1]}"
        desk.tell(code, message, path, hint, count=lines.count)


def owners(desk: Desk, name: str, path: Path) -> tuple[OwnerPlan, ...]:
    """The owners file: who of the old system is who in the new one. Names are compared in lower case."""
    rows = read_csv(desk, name, path, ("legacy_login", "target_email", "status", "successor"))
    entries: dict[str, OwnerPlan] = {}
    twice = []
    for line, row in rows.items():
        login = row["legacy_login"]
        if login.lower() in entries:
            twice.append((line, login))
        active = fold(row["status"]) in _ACTIVE
        entries[login.lower()] = OwnerPlan(
            login=login, target=row["target_email"], active=active, successor=row["successor"] or None
        )
    tell_lines(desk, name, path, "for a login that has one already", "Keep one line per login.", twice)
    for what, hint, found in _open_ends(rows):
        tell_lines(desk, name, path, what, hint, found)
    return tuple(sorted(entries.values(), key=lambda entry: entry.login))


def owners_like(desk: Desk, name: str, path: Path, form: str, by: str) -> None:
    """Tell the owners of the target who do not look as its import finds them."""
    rows = read_csv(desk, name, path, ("legacy_login", "target_email", "status", "successor"))
    found = [
        (line, row["target_email"])
        for line, row in rows.items()
        if fold(row["status"]) in _ACTIVE and row["target_email"] and not re.fullmatch(form, row["target_email"])
    ]
    hint = (
        f"It finds a user by the {by}: write that as `target_email`, in a file of its own where other environments need"
        " another, and name it at this one: `owners: refs/owners-import.csv`."
    )
    tell_lines(desk, name, path, "with an owner whom the import does not find", hint, found)


def _open_ends(rows: Rows) -> Iterator[tuple[str, str, list[tuple[int, str]]]]:
    """What lines leave open, what to do, and (line, what it says) of each."""
    logins, targets = ({row[column].lower() for row in rows.values()} for column in ("legacy_login", "target_email"))
    known = logins | targets

    def where(wrong: Callable[[dict[str, str]], bool], column: str) -> list[tuple[int, str]]:
        return [(line, row[column] or "(empty)") for line, row in rows.items() if wrong(row)]

    yield (
        "without `target_email`",
        "Name the owner in the target; of one who has left, the old address does.",
        where(lambda row: not row["target_email"], "legacy_login"),
    )
    yield (
        "for a login that is another owner's name in the target",
        "Whose records are meant cannot be told: rename one of them.",
        where(lambda row: _is_anothers(row, targets), "legacy_login"),
    )
    yield (
        "with a status that is none",
        "Write `active` or `left`.",
        where(lambda row: fold(row["status"]) not in _STATES, "status"),
    )
    yield (
        "with a successor who has no line",
        "Add a line for the successor, or mend the name.",
        where(lambda row: bool(row["successor"]) and row["successor"].lower() not in known, "successor"),
    )


def _is_anothers(row: dict[str, str], targets: set[str]) -> bool:
    login = row["legacy_login"].lower()
    return login in targets and login != row["target_email"].lower()


def rates(desk: Desk, name: str, path: Path) -> tuple[tuple[str, str, str], ...]:
    """Exchange rates as (currency, ISO date, units of the report currency per unit), sorted."""
    rows = read_csv(desk, name, path, ("currency", "date", "rate"))
    said = [(line, ", ".join(row.values()), row) for line, row in rows.items()]
    hint = f"Write EUR,2025-03-14,1.0842; at most {RATE_DIGITS[1]} decimals."
    tell_lines(desk, name, path, "that are no rate", hint, [(n, text) for n, text, row in said if not _is_rate(row)])
    found: dict[tuple[str, str], str] = {}
    twice = [
        (line, text)
        for line, text, row in said
        if found.setdefault((row["currency"], row["date"]), row["rate"]) != row["rate"]
    ]
    tell_lines(desk, name, path, "with a second rate for a currency and day", "Keep one of the two.", twice)
    return tuple((currency, day, rate) for (currency, day), rate in sorted(found.items()))


def _is_rate(row: dict[str, str]) -> bool:
    rate = row["rate"]
    whole, point = RATE_DIGITS[0] - RATE_DIGITS[1], RATE_DIGITS[1]
    number = re.fullmatch(rf"[0-9]{{1,{whole}}}(\.[0-9]{{1,{point}}})?", rate) and float(rate) > 0
    return bool(number and re.fullmatch("[A-Z]{3}", row["currency"]) and is_date(row["date"]))


def is_date(text: str) -> bool:
    """Whether a text is an ISO date of the calendar."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def decisions(desk: Desk) -> None:
    """Read `decisions.yaml` and the files of `decisions/` onto the desk: id -> hash of the decision's content."""
    folder = desk.project.folder
    files = decision_files(desk.project.decisions)
    for file in [folder / "decisions.yaml", *files]:
        if file.is_file():
            _decisions_of(desk, *read_file(file, file.relative_to(folder).as_posix(), most=MAX_DECISIONS))
    for file in sorted(desk.project.decisions.glob("*")):
        if file not in files and re.search(r"\.ya?ml", file.name, re.IGNORECASE):
            place = Place(file.relative_to(folder).as_posix())
            message = f"`{place.file}` is not read: its name does not end with `.yaml`"
            desk.findings.append(Finding("decision_invalid", message, Severity.WARNING, place, "Rename or remove it."))


def _decisions_of(desk: Desk, document: Document, findings: list[Finding]) -> None:
    desk.findings += findings
    desk.files[document.name] = document.digest
    for _, listed in document.root.entries:
        for item in listed.items if isinstance(listed, Listing) else ():
            if isinstance(item, Mapping):
                _decision(desk, document, item)


def _decision(desk: Desk, document: Document, item: Mapping) -> None:
    said = plain(item)
    name = said.get("id") if isinstance(said, dict) else None
    if isinstance(said, dict) and ("members" in said or "now" in said):
        _about_records(desk, document, item, said)
    if not isinstance(said, dict) or not isinstance(name, str) or not name.strip():
        desk.findings.append(
            document.finding("decision_invalid", "a decision needs an `id`", item.spot, "Add `id:`.", Severity.WARNING)
        )
        return
    if name in desk.decisions:
        message = f"the decision `{name}` is there twice"
        desk.findings.append(document.finding("decision_invalid", message, item.spot, "Keep one of the two."))
    if name.startswith(RECONSENT):
        _about_consent(desk, document, item, name)
    desk.decisions[name] = content_hash(said)
    who, when, words = (str(said.get(key) or "") for key in ("who", "when", "text"))
    desk.decision_words[name] = (who, when, words)


def _about_consent(desk: Desk, document: Document, item: Mapping, name: str) -> None:
    """`reconsent:<source>:<key>` names a source of the mapping, `reconsent:<object>` an object: else it lets nobody
    in, and nobody would know."""
    about, several, _ = name.removeprefix(RECONSENT).partition(":")
    known = desk.file.sources if several else desk.file.objects
    if about not in known:
        kind = "source" if several else "object"
        message = f"the decision `{name}` is about `{about}`, which is no {kind} of the mapping"
        desk.findings.append(document.finding("decision_invalid", message, item.spot, nearest(about, known)))


def _about_records(desk: Desk, document: Document, item: Mapping, said: dict[str, Plain]) -> None:
    """A decision about records stands where it is read, and is about an object that is there."""
    name, about = said.get("id") or "without `id`", str(said.get("object") or "")
    if document.name == "decisions.yaml":
        message = f"the decision `{name}` about records stands in `{document.name}`, where it is not read"
        desk.findings.append(document.finding("decision_invalid", message, item.spot, "Move it to decisions/*.yaml."))
    elif about and about not in desk.file.objects:
        message = f"the decision `{name}` is about `{about}`, which is no object of the mapping"
        hint = nearest(about, desk.file.objects)
        desk.findings.append(document.finding("decision_invalid", message, item.spot, hint))
