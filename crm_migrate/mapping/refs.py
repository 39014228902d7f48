"""The files beside a mapping: owners, exchange rates, value maps as CSV, and decisions as YAML."""

import csv
import hashlib
import io
import json
import re
from datetime import date
from pathlib import PurePosixPath, PureWindowsPath

from crm_migrate.connecting.secrets import is_reference
from crm_migrate.disk.plain_file import read_plain
from crm_migrate.finding import Finding, Severity
from crm_migrate.mapping.desk import Desk
from crm_migrate.mapping.plan import RATE_DIGITS, OwnerPlan
from crm_migrate.mapping.reading import read_file
from crm_migrate.mapping.text import normal_name
from crm_migrate.mapping.tree import Document, Listing, Mapping, Path, Plain, plain

MAX_BYTES = 64 << 20
_INACTIVE = frozenset(
    {"inactive", "left", "disabled", "deactivated", "no", "false", "0", "pasif", "ayrıldı", "inaktiv"}
)


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


def read_csv(desk: Desk, name: str, path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The lines of a CSV with these columns (others are ignored); findings where it is not readable."""
    if not inside(desk, name, path):
        return []
    place = desk.project.folder / name
    try:
        data = read_plain(place, MAX_BYTES)
        text = data.decode("utf-8-sig")
    except OSError as error:
        message = f"the file `{name}` cannot be read: {error.strerror}"
        desk.tell("mapping_file", message, path, "Is it in the project's folder?")
        return []
    except UnicodeDecodeError:
        desk.tell("mapping_file", f"the file `{name}` is no UTF-8 text", path, "Save it as CSV UTF-8.")
        return []
    desk.files[name] = hashlib.sha256(data).hexdigest()
    return _rows(desk, name, path, columns, text)


def _rows(desk: Desk, name: str, path: Path, columns: tuple[str, ...], text: str) -> list[dict[str, str]]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        message = f"`{name}` has no column {', '.join(f'`{c}`' for c in missing)}"
        desk.tell("mapping_file", message, path, f"Its columns are {', '.join(columns)}.")
        return []
    return [{c: normal_name(row.get(c) or "") for c in columns} for row in reader if any(row.values())]


def owners(desk: Desk, name: str, path: Path) -> tuple[OwnerPlan, ...]:
    """The owners file: who of the old system is who in the new one."""
    rows = read_csv(desk, name, path, ("legacy_login", "target_email", "status", "successor"))
    entries: dict[str, OwnerPlan] = {}
    for row in rows:
        login = row["legacy_login"]
        if login in entries:
            desk.tell("mapping_file", f"`{login}` stands twice in `{name}`", path, "Keep one line per login.")
        active = row["status"].lower() not in _INACTIVE
        entries[login] = OwnerPlan(
            login=login, target=row["target_email"], active=active, successor=row["successor"] or None
        )
    return tuple(entries[login] for login in sorted(entries))


def rates(desk: Desk, name: str, path: Path) -> tuple[tuple[str, str, str], ...]:
    """Exchange rates as (currency, ISO date, units of the report currency per unit), sorted."""
    found: dict[tuple[str, str], str] = {}
    for row in read_csv(desk, name, path, ("currency", "date", "rate")):
        if not _is_rate(row):
            message = f"`{name}` has a line that is no rate: {row['currency']}, {row['date']}, {row['rate']}"
            desk.tell("mapping_file", message, path, f"Write EUR,2025-03-14,1.0842; at most {RATE_DIGITS[1]} decimals.")
        elif found.setdefault((row["currency"], row["date"]), row["rate"]) != row["rate"]:
            message = f"`{name}` has two rates for {row['currency']} on {row['date']}"
            desk.tell("mapping_file", message, path, "Keep one of the two.")
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
    """Read `decisions.yaml` and `decisions/*.yaml` onto the desk: id -> hash of the decision's content."""
    folder = desk.project.folder
    for file in [folder / "decisions.yaml", *sorted(desk.project.decisions.glob("*.yaml"))]:
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            _decisions_of(desk, *read_file(file, name))


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
    if not isinstance(said, dict) or not isinstance(name, str) or not name.strip():
        desk.findings.append(
            document.finding("decision_invalid", "a decision needs an `id`", item.spot, "Add `id:`.", Severity.WARNING)
        )
        return
    if name in desk.decisions:
        message = f"the decision `{name}` is there twice"
        desk.findings.append(document.finding("decision_invalid", message, item.spot, "Keep one of the two."))
    desk.decisions[name] = content_hash(said)
    who, when, words = (str(said.get(key) or "") for key in ("who", "when", "text"))
    desk.decision_words[name] = (who, when, words)


def content_hash(value: Plain) -> str:
    """sha256 of a value's canonical JSON, hex."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
