"""E-mail addresses by RFC 5321, 5322 and 6531, with ASCII case rules in every locale, and their matching key."""

import html
import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import unquote

import idna
import polars as pl
from email_validator import EmailNotValidError, validate_email

from crm_migrate.cleansing.cells import NULL, Cell, as_step, invalid, outcomes, step, with_residue
from crm_migrate.cleansing.contact.mailboxes import (
    DISPOSABLE,
    FILLER_LOCALS,
    FREE_MAIL,
    ROLES,
    domain_flag,
    local_flag,
    same_filler,
)
from crm_migrate.cleansing.nulls import is_null
from crm_migrate.cleansing.steps import Context
from crm_migrate.cleansing.text.digits import marked
from crm_migrate.cleansing.text.letters import ascii_lower

# Shapes the reference library accepts for certain: dot-atom of plain letters, host of two or more labels.
_PLAIN = (
    r"^[A-Za-z0-9_](?:[A-Za-z0-9_+'\-]{0,30}\.?[A-Za-z0-9_+'\-]){0,16}@(?:[A-Za-z0-9](?:[A-Za-z0-9]|"
    r"-[A-Za-z0-9]){0,30}\.){1,3}[A-Za-z]{2,20}$"
)
_ADDRESS = re.compile(r"[^\s<>()\[\];:,\"|/]+@[^\s<>()\[\];:,\"|/]+")
_SEPARATOR = re.compile(r"\s*(?::::|[;,|\n/]|\s(?:or|oder|ou|veya|atau|and|und|et|ve|dan|y|e|o)\s)\s*", re.IGNORECASE)
# Sandboxes of Salesforce write `name=host@example.com`, so that no test reaches a person.
_MASKED = re.compile(r"[^=@]+=[^=@]+\.[^=@.]+")
_ANGLE = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>")
_BRACKETED = re.compile(r"[^()\[\]@]*[(\[]\s*(?:mailto:)?([^()\[\]\s]+@[^()\[\]\s]+)\s*[)\]]")
_COMMENT = re.compile(r"(?:\s+[(\[{]|\()[^()\[\]{}@]*[)\]}]\s*$|(?<=\w)\s+[-–—]\s+[^\W\d_][^@]*$")
_PREFIX = re.compile(r"^(?:mailto:|smtp:|e-?mail\s*:|mail\s*:)\s*", re.IGNORECASE)
EVERY, ONE = "every", "one"  # arguments of the step on lists of opt-outs: all mailboxes of a cell, or the only one
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x08\x0b-\x1f]")
# Written so against robots; `at` without brackets only between a name and a host.
_HIDDEN_AT = re.compile(r"\s*(?:[\[({]at?[\])}])\s*|(?<=\S)\s+at\s+(?=[\w-]+\.[\w.-]+$)", re.IGNORECASE)


def email_cell(text: str) -> Cell:
    """One or several mailboxes; several are joined by `|`, the first is the primary one."""
    if any(marked(word) for word in text.split() if "@" in word):
        return invalid("a footnote mark stands at a number")
    decoded = html.unescape(text) if "&" in text else text  # `&#64;` hides an @ from robots
    value = _INVISIBLE.sub("", unicodedata.normalize("NFKC", decoded)).strip()
    if is_null(value):
        return NULL
    if "@" not in value:
        value = _HIDDEN_AT.sub("@", value, count=1)
    if value.count("@") > 1:
        several = _several(value)
        if several is not None:
            return several
    return _single(_stripped(value))


def _several(text: str) -> Cell | None:
    """Outcome of a cell with several mailboxes, or None where it does not split cleanly."""
    found = [_stripped(part) for part in _SEPARATOR.split(text) if part.strip()]
    if len(text.split()) > 1 and all(word.count("@") == 1 for word in text.split()):
        found = [_stripped(word) for word in text.split()]
    cells = [_single(part) for part in found if "@" in part]
    if len(cells) < 2 or any(c.value is None for c in cells):
        named = [_single(m) for m in _ANGLE.findall(text)]
        if len(named) < 2 or any(c.value is None for c in named):
            return None
        cells = named
    values = list(dict.fromkeys(str(c.value) for c in cells))
    return Cell("|".join(values), "split", f"{len(values)} mailboxes") if len(values) > 1 else cells[0]


def _stripped(text: str) -> str:
    """Without what surrounds a mailbox: display name, scheme, quotes, trailing punctuation, comment."""
    quoted = re.fullmatch(r'"([^"@]+@[^"@]+)"', text)
    text = quoted[1] if quoted else text
    angle = _ANGLE.fullmatch(text) or _BRACKETED.fullmatch(text)
    text = angle[1] if angle else text
    if text.lower().startswith("mailto:"):
        text = unquote(text.partition("?")[0])  # RFC 6068
    text = _COMMENT.sub("", _PREFIX.sub("", text.strip()))
    text = text.strip().rstrip(",;.:>/)]").lstrip("<'([;,").strip("`´")
    text = text.strip("'").strip() if not text.startswith('"') else text.strip()
    return text.strip('"') if text.count('"') == 1 else text  # a quote that nothing answers is dirt


def _single(text: str) -> Cell:
    """Outcome of exactly one mailbox."""
    if "@" not in text:
        return invalid("no @")
    local, _, domain = text.rpartition("@")
    if domain.startswith("["):
        return Cell(None, "suspect", "an address literal, useless in a CRM")
    try:
        checked = validate_email(
            f"{local}@{ascii_lower(domain)}",
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=True,
            strict=True,
        )
    except EmailNotValidError as error:
        return invalid(str(error))
    return _judged(checked.normalized, checked.local_part, checked.domain)


def _judged(address: str, local: str, domain: str) -> Cell:
    """Flag a valid mailbox by what is known about its host and its name."""
    if "." not in domain or domain.rpartition(".")[2].isdigit() or len(domain.rpartition(".")[2]) < 2:
        return invalid("the host has no top-level domain")
    if local.startswith('"'):
        return Cell(address, "suspect", "a quoted local part: legal, but most systems refuse it")
    known = domain_flag(ascii_lower(domain)) or same_filler(local, domain) or local_flag(ascii_lower(local))
    if known:
        return Cell(None if known[0] in {"placeholder", "invalid"} else address, *known)
    if _MASKED.fullmatch(local):
        return Cell(address, "suspect", f"a sandbox wrote this for {local.replace('=', '@')}")
    if "?" in local:
        return Cell(address, "suspect", "a question mark before the @: allowed, but mostly a letter that was lost")
    if not local.isascii():
        return Cell(address, "suspect", "letters outside ASCII before the @ need SMTPUTF8 on the way (RFC 6531)")
    return Cell(address)


def email_outcomes(values: pl.Series) -> pl.DataFrame:
    """Outcomes of `email_cell`; plain addresses are recognised by shape and judged by distinct host and name."""
    trimmed = values.str.strip_chars().str.replace(r"(?i)^mailto:([^?]*)$", "$1").str.strip_chars_end(";,.")
    plain = (trimmed.str.contains(_PLAIN) & (trimmed.str.len_bytes() <= 120)).fill_null(False)
    split = trimmed.str.split_exact("@", 1).struct.unnest()
    domain = split["field_1"].str.to_lowercase()
    local = split["field_0"]
    lowered = local.str.to_lowercase()
    plain &= (local.str.len_bytes() <= 64) & ~_on_a_flagged_host(domain, plain)
    plain &= ~_may_be_flagged(lowered)
    plain &= ~(lowered == domain.str.replace(r"\..*$", "")).fill_null(False)
    address = pl.select(pl.when(plain).then(pl.concat_str([local, domain], separator="@"))).to_series()
    return with_residue(values, plain | values.is_null(), address, email_cell)


def _on_a_flagged_host(domains: pl.Series, asked: pl.Series) -> pl.Series:
    """Rows whose host gets a flag; there are few different ones."""
    flagged = [domain for domain in domains.filter(asked).unique() if domain is not None and domain_flag(domain)]
    return domains.is_in(flagged).fill_null(False)


def _may_be_flagged(locals: pl.Series) -> pl.Series:
    """A superset of what `local_flag` flags, as columns: the names before the @ are nearly all different."""
    named = locals.str.extract(r"^([^+]*)").is_in(list(ROLES)) | locals.is_in(list(FILLER_LOCALS))
    frame = locals.alias("v").to_frame()
    alike = frame.select(pl.col("v").str.strip_chars(pl.col("v").str.slice(0, 1)) == "").to_series()
    return (named | alike).fill_null(False)


@step(
    "email",
    "email",
    parameters=("listed",),
    examples=(("Jane.Doe@Example.COM", "jane.doe@example.com"), ("mailto:jo@example.com", "jo@example.com")),
)
def email_step(values: pl.Series, context: Context, listed: str = "") -> pl.DataFrame:  # noqa: ARG001 -- as all steps
    """Clean a mailbox, in small letters; of several the first is kept and the others are named in the note.

    `clean` keeps the case before the @, which RFC 5321 allows to matter. A mapping lowers it, by ASCII rules in every
    locale: sources that spell one mailbox in two ways must meet, and CRMs compare mailboxes without case.
    `email(every)` is for lists of opt-outs, and a suppression list is read so: all mailboxes of a cell stay, joined by
    `|`, and so does what looks like a filler, as it is an address that must not be written to. `email(one)` is for such
    a list with a line for each mailbox: several in a cell are ambiguous.
    """
    if listed not in ("", EVERY, ONE):
        raise ValueError(f"write email, email({EVERY}) or email({ONE})")
    frame = as_step(values, email_outcomes(values))
    frame = _of_a_list(values, frame) if listed else first_of_several(frame)
    if listed == ONE:
        frame = frame.with_columns(pl.col("flag").replace({"split": "ambiguous"}))
    return frame.with_columns(ascii_lowered(frame["value"]))


def _of_a_list(values: pl.Series, frame: pl.DataFrame) -> pl.DataFrame:
    """Addresses that look like fillers as they are written: who is named there must not be written to."""
    filler = (frame["value"].is_null() & values.str.contains("@")).fill_null(False)
    written = values.map_elements(_stripped, return_dtype=pl.String, skip_nulls=True)
    return frame.with_columns(
        pl.when(filler).then(written).otherwise(pl.col("value")).alias("value"),
        pl.when(filler).then(pl.lit("looks like a filler; kept, as a list names it")).otherwise("note").alias("note"),
    )


def ascii_lowered(values: pl.Series) -> pl.Series:
    """A to Z in small letters and nothing else: `I` is `i` in Turkish too."""
    return values.str.replace_many(list(ascii_uppercase), list(ascii_lowercase))


def first_of_several(frame: pl.DataFrame) -> pl.DataFrame:
    """A cell that held several values keeps the first; the note carries the others."""
    several = pl.col("flag") == "split"
    parts = pl.col("value").str.splitn("|", 2)
    return frame.with_columns(
        pl.when(several).then(parts.struct.field("field_0")).otherwise(pl.col("value")).alias("value"),
        pl.when(several)
        .then(pl.format("also: {}", parts.struct.field("field_1")))
        .otherwise(pl.col("note"))
        .alias("note"),
    )


def email_key(values: pl.Series) -> pl.Series:
    """Matching key of mailboxes: ASCII lower case, NFC, IDNA decoded; never shown, never sent to."""
    plain = values.str.contains(r"^[\x21-\x7E]+@[\x21-\x7E]+$") & ~values.str.contains("(?i)@(.*\\.)?xn--")
    lowered = values.str.to_lowercase()
    rest = outcomes(values.filter(~plain.fill_null(True)), lambda text: Cell(key_of(text)))
    return lowered.scatter((~plain.fill_null(True)).arg_true(), rest["value"])


def key_of(text: str) -> str:
    """The matching key of one mailbox."""
    local, at, domain = unicodedata.normalize("NFC", text.strip()).rpartition("@")
    if not at:
        return domain.lower()
    return f"{local.lower()}@{unicode_domain(domain)}"


def unicode_domain(domain: str) -> str:
    """A host in lower case with its IDNA labels decoded; what cannot be decoded stays."""
    domain = domain.lower()
    if "xn--" not in domain:
        return domain
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def is_free_mail(values: pl.Series) -> pl.Series:
    """True for mailboxes (or hosts) of consumer mail services, which name no company."""
    return _host(values).is_in(list(FREE_MAIL)).fill_null(False)


def is_disposable(values: pl.Series) -> pl.Series:
    """True for mailboxes (or hosts) of throw-away services."""
    return _host(values).is_in(list(DISPOSABLE)).fill_null(False)


def is_role_mailbox(values: pl.Series) -> pl.Series:
    """True for mailboxes of a function (`info@`, `muhasebe@`), which several people share."""
    local = values.str.to_lowercase().str.split_exact("@", 1).struct.field("field_0")
    bare = local.str.split_exact("+", 1).struct.field("field_0")
    return (values.str.contains("@") & bare.is_in(list(ROLES))).fill_null(False)


def _host(values: pl.Series) -> pl.Series:
    """What stands behind the last @, in lower case."""
    return values.str.to_lowercase().str.replace(r"^.*@", "")
