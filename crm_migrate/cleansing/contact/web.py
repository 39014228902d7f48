"""Web addresses and domains: RFC 3986, IDNA 2008, the Public Suffix List."""

import re
import unicodedata
from functools import cache

import idna
import polars as pl
from publicsuffixlist import PublicSuffixList

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step
from crm_migrate.cleansing.contact.email import first_of_several, unicode_domain
from crm_migrate.cleansing.contact.mailboxes import FREE_MAIL
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.letters import ascii_lower
from crm_migrate.cleansing.vocabulary import words

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SCHEME = re.compile(r"(?:(https?|ftp):/{0,2})+", re.IGNORECASE)
_EMPTY = re.compile(r"(?:https?:/*)?(?:www\.?)?/*", re.IGNORECASE)
_BROKEN = re.compile(r"(?:https?|ftp)(?:/{1,2}|;/{0,2}|:\\|\.(?!\w+\.))", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*[;|\n]\s*|\s*,\s+|,(?=https?://|www\.)|\s+(?:or|oder|ou|o|veya|atau|and|und|et|ve|dan|y|e|/|&|\+|-)\s+|\s+",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(?:([^/?#@]*)@)?([^/?#:@\\]+)(?::(\d{1,5}))?([/?#].*)?")
_LABEL = re.compile(
    r"^(?:web(?:site|seite|page)?|url|homepage|internet|site|sitio web|www)\s*:\s*(?=[\w.])", re.IGNORECASE
)
_USER = re.compile(r"^((?:https?|ftp)://)[^/?#@]*@", re.IGNORECASE)
_TRACKING = re.compile(r"^(?:utm_[a-z]+|gclid|fbclid|msclkid|mc_[ce]id|_ga|yclid|dclid|igshid)$", re.IGNORECASE)


_PAGES = words("profile_hosts")
_NOTHING_BEHIND = re.compile(r"(?:/+[?#.]?|[?#])+$")


def url_cell(text: str) -> Cell:
    """A web address with scheme, host in lower case; schemes doubled by forms are made one."""
    value = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip().strip("<>\"'").strip().rstrip(",; ")
    value = _LABEL.sub("", value)
    if is_null(value) or _SCHEME.fullmatch(value) or _EMPTY.fullmatch(value):
        return NULL
    if _BROKEN.match(value) and not _SCHEME.match(value):
        return invalid("the scheme is broken")
    several = _several(value)
    if several is not None:
        return several
    if "@" in value and "/" not in _SCHEME.sub("", value):
        return invalid("an e-mail address")
    return _address(value)


def _several(value: str) -> Cell | None:
    """Outcome of a cell with several whole addresses, or None."""
    parts = [part for part in _BETWEEN.split(value) if part]
    cells = [_address(part) for part in parts if "@" not in part]
    if len(parts) < 2 or len(cells) < len(parts) or any(cell.value is None for cell in cells):
        return None
    return _joined(cells, "addresses")


def _joined(cells: list[Cell], what: str) -> Cell:
    """The cells of one text as one: the first where all say the same."""
    values = list(dict.fromkeys(str(cell.value) for cell in cells))
    return Cell("|".join(values), "split", f"{len(values)} {what}") if len(values) > 1 else cells[0]


def _address(value: str) -> Cell:
    """Outcome of a text that may be an address."""
    scheme, rest = _schemed(value.removeprefix("//"))
    found = _PARTS.fullmatch(rest)
    host = found and host_of(found[2])
    if not found or not host or found[1]:
        return invalid("no host name")
    port = f":{found[3]}" if found[3] and (scheme, found[3]) not in {("http", "80"), ("https", "443")} else ""
    path = _path(found[4] or "")
    return Cell(f"{scheme}://{host}{port}{_page(path) if registrable(host) in _PAGES else path}")


def _page(path: str) -> str:
    """The path on a host where everybody has a page: whether `/`, `?` or `#` stands behind it says nothing there."""
    bare = _NOTHING_BEHIND.sub("", path)
    return path if re.search("[?#]", bare) else bare


def _schemed(value: str) -> tuple[str, str]:
    """Scheme (the innermost of several, https where none is written) and what follows it."""
    found = _SCHEME.match(value)
    return (ascii_lower(found[1]), value[found.end() :]) if found else ("https", value)


def _path(path: str) -> str:
    """Path and query without tracking parameters; a bare slash says nothing."""
    if " " in path:
        path = path.strip().replace(" ", "%20")
    before, mark, query = path.partition("?")
    if mark:
        query, hash_mark, fragment = query.partition("#")
        kept = [p for p in query.split("&") if not _TRACKING.match(p.partition("=")[0])]
        mark = "?" if kept else ""
        path = f"{before}{mark}{'&'.join(kept)}{hash_mark}{fragment}"
    return "" if path == "/" else path


def host_of(text: str) -> str | None:
    """A host name of two or more valid labels in lower case, internationalised ones in Unicode; else None."""
    host = unicode_domain(ascii_lower(unicodedata.normalize("NFKC", text).rstrip(".")).replace("。", "."))
    labels = host.split(".")
    if _is_ipv4(labels):
        return host
    if len(labels) < 2 or len(host) > 253 or labels[-1].isdigit() or len(labels[-1]) < 2:
        return None
    return host if all(_is_label(label) for label in labels) else None


def _is_ipv4(labels: list[str]) -> bool:
    """A dotted IPv4 address (RFC 3986)."""
    return len(labels) == 4 and all(re.fullmatch(r"0|[1-9]\d{0,2}", n) and int(n) < 256 for n in labels)


def _is_label(label: str) -> bool:
    """A host label by RFC 1123 or IDNA 2008."""
    if label.isascii():
        return re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", label) is not None
    try:
        idna.encode(label.lower(), uts46=True)
    except (idna.IDNAError, UnicodeError):
        return False
    return True


@cache
def _suffixes() -> PublicSuffixList:
    """The list that the package carries; nothing is fetched."""
    return PublicSuffixList(accept_unknown=True)


def is_public_suffix(label: str) -> bool:
    """Whether somebody may register names under a top domain."""
    return _suffixes().publicsuffix(label, accept_unknown=False) is not None


def registrable(host: str) -> str:
    """The part of a host that somebody registered (`example.co.uk` of `shop.example.co.uk`)."""
    return str(_suffixes().privatesuffix(host) or host)


def domain_cell(text: str) -> Cell:
    """The registrable domain of a web address, a host or a mailbox."""
    value = unicodedata.normalize("NFKC", text).strip().strip("<>\"'").strip()
    if is_null(value) or _SCHEME.fullmatch(value):
        return NULL
    parts = [domain_cell(part) for part in _BETWEEN.split(value) if part] if _BETWEEN.search(value) else []
    if len(parts) > 1 and all(part.value for part in parts):
        return _joined(parts, "domains")
    bare = value.rpartition("@")[2] if "@" in value and "/" not in value else _USER.sub(r"\1", value)
    cell = _address(bare) if bare else invalid("no host name")
    if cell.value is None:
        return cell
    host = re.split(r"[/?#:]", cell.value.partition("://")[2])[0]
    if _is_ipv4(host.split(".")):
        return invalid("an address of a machine, not a domain")
    if not _suffixes().privatesuffix(host):
        return invalid("a public suffix, under which others register")
    return Cell(registrable(host.removeprefix("www.")))


@step("url", "url", examples=(("http://http://Example.com", "http://example.com"),))
def url_step(values: pl.Series, context: Context) -> pl.DataFrame:  # noqa: ARG001
    """Write a web address with its scheme and the host in lower case; of several the first is kept.

    The others are named in the note.
    """
    return first_of_several(as_step(values, outcomes(values, url_cell)))


@step("domain", "domain", parameters=("except",), examples=(("https://www.Example.com/about", "example.com"),))
def domain_step(values: pl.Series, context: Context, **options: str) -> pl.DataFrame:  # noqa: ARG001
    """Take the registrable domain of a web address or mailbox; `except=free_mail` leaves out consumer mail hosts.

    Of several the first is kept, the others are named in the note.
    """
    frame = first_of_several(as_step(values, outcomes(values, domain_cell)))
    if options.get("except") != "free_mail":
        return frame
    free = pl.col("value").is_in(list(FREE_MAIL)).fill_null(False)
    return frame.with_columns(
        pl.when(~free).then(pl.col("value")).alias("value"),
        pl.when(free).then(pl.lit("free_mail")).otherwise(pl.col("flag")).alias("flag"),
        pl.when(free).then(pl.lit("a consumer mail host names no company")).otherwise(pl.col("note")).alias("note"),
    )
