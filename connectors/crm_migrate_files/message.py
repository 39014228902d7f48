"""A message of e-mail (RFC 5322, MIME) as cells: who wrote to whom and when, its text, and what is attached."""

import datetime
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default as policy
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

from crm_migrate_files.parsed import Unreadable, checked

COLUMNS = (
    "message_id", "date", "from", "from_name", "to", "cc", "bcc", "subject", "body", "attachments", "in_reply_to",
)  # fmt: skip
ADDRESS_COLUMNS = ("message_id", "date", "role", "address", "name")
ROLES = ("from", "to", "cc", "bcc", "reply-to")
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"})
_HIDDEN = frozenset({"script", "style", "head", "title"})
_LOST = "\ufffd"  # what stands for letters that could not be decoded
_EXPUNGED = 0x0008  # of Thunderbird: deleted, and still in the file until the folder is compacted


@dataclass(slots=True)
class Message:
    """A message, and what is to be told of it: codes of `record_file.Tally`."""

    parsed: EmailMessage
    raw: bytes
    told: list[str] = field(default_factory=list)

    @property
    def deleted(self) -> bool:
        """Whether Thunderbird has marked it as deleted."""
        status = str(self.parsed.get("X-Mozilla-Status", "")).strip()
        return bool(re.fullmatch("[0-9A-Fa-f]{4}", status)) and bool(int(status, 16) & _EXPUNGED)


def read_message(raw: bytes) -> Message:
    """The message that these bytes are. Unreadable where they have no head of one."""
    found = Message(email.message_from_bytes(raw, policy=policy), raw)
    if not any(found.parsed.raw_items()):
        raise Unreadable("line_unreadable", "the message has no head")
    return found


def cells_of(message: Message) -> list[str | None]:
    """The cells of `COLUMNS`. Unreadable where its head cannot be read."""
    people = list(_people(message))
    senders = [(name, address) for role, name, address in people if role == "from"]
    by_role = {
        role: ", ".join(address for r, _, address in people if r == role) for role in ("from", "to", "cc", "bcc")
    }
    cells = (
        message_id(message), _date(message), by_role["from"], ", ".join(filter(None, (name for name, _ in senders))),
        by_role["to"], by_role["cc"], by_role["bcc"], _header(message, "Subject"), _body(message),
        "; ".join(_attachments(message)), _header(message, "In-Reply-To"),
    )  # fmt: skip
    return [checked(cell) or None for cell in cells]


def addresses_of(message: Message) -> Iterator[list[str | None]]:
    """The cells of `ADDRESS_COLUMNS` of everybody who is named in its head."""
    start = [message_id(message), _date(message) or None]
    for role, name, address in _people(message):
        yield [*start, role, checked(address), checked(name) or None]


def message_id(message: Message) -> str:
    """Its id; where it has none, one made of its bytes."""
    said = _header(message, "Message-ID").strip("<> ")
    if not said:
        message.told.append("id_made")
        return f"sha256-{hashlib.sha256(message.raw).hexdigest()[:32]}"
    return said


def _raw(message: Message, name: str) -> Iterator[str]:
    """The headers of a name with their letters beyond ASCII, which are UTF-8 or, told, windows-1252."""
    for found, value in message.parsed.raw_items():
        if found.lower() == name.lower():
            data = str(value).encode("utf-8", "surrogateescape")
            yield _decoded(message, data, "utf-8").replace("\r", "").replace("\n", "")


def _header(message: Message, name: str) -> str:
    """The text of a header, `""` where there is none. Unreadable where it cannot be read."""
    said = next(_raw(message, name), None)
    if said is None:
        return ""
    text = str(_parsed(name, said)).strip()
    if _LOST in text and _LOST not in said:
        message.told.append("charset_wrong")
    return text


def _parsed(name: str, said: str) -> object:
    try:
        return policy.header_factory(name, said)
    except Exception as error:  # noqa: BLE001 -- the parser of the standard library raises half a dozen on bad heads
        message = f"the header {name} cannot be read ({type(error).__name__})"
        raise Unreadable("line_unreadable", message) from None


def _people(message: Message) -> Iterator[tuple[str, str, str]]:
    """Role, name and address of everybody in the head."""
    for role in ROLES:
        for said in _raw(message, role):
            for each in getattr(_parsed(role, said), "addresses", ()):
                if each.addr_spec and each.addr_spec != "<>":
                    yield role, each.display_name, each.addr_spec


def _date(message: Message) -> str:
    """The moment of sending with its zone; one that is none, as it is written."""
    said = _header(message, "Date")
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError):
        return said
    if moment.tzinfo is None:  # -0000: in UTC, from an unknown place
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.isoformat()


def _body(message: Message) -> str:
    """The plain text; where there is only HTML, its text."""
    texts = [part for part in message.parsed.walk() if _is_text(part)]
    plain = [part for part in texts if part.get_content_type() == "text/plain"]
    html = [part for part in texts if part.get_content_type() == "text/html"]
    if not plain and html:
        message.told.append("html_only")
    chosen = plain or html
    return "\n\n".join(_text_of(message, part).strip() for part in chosen).replace("\r\n", "\n")


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and not _is_attached(part)


def _is_attached(part: EmailMessage) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _text_of(message: Message, part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    text = _decoded(message, data if isinstance(data, bytes) else b"", part.get_content_charset("utf-8"))
    if part.get_content_type() == "text/plain":
        return text
    stripped = _Stripped()
    stripped.feed(text)
    stripped.close()
    return stripped.text


def _decoded(message: Message, data: bytes, codec: str) -> str:
    """A text in the encoding that it names; where it is not written in that, it is told."""
    for number, each in enumerate((codec, "utf-8", "cp1252", "latin-1")):
        try:
            text = data.decode(each)
        except (UnicodeDecodeError, LookupError):
            continue
        if number:
            message.told.append("charset_wrong")
        return text
    raise AssertionError("latin-1 reads everything")


def _attachments(message: Message) -> Iterator[str]:
    """Name and bytes of everything that is no text of the message."""
    for part in message.parsed.walk():
        if part.is_multipart() or _is_text(part):
            continue
        data = part.get_payload(decode=True)
        name = part.get_filename() or part.get_content_type()
        yield f"{name} ({len(data) if isinstance(data, bytes) else 0} bytes)"


class _Stripped(HTMLParser):
    """The text of a page of HTML, lines where it has blocks."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._hidden = 0

    @property
    def text(self) -> str:
        """What was read."""
        lines = (" ".join(line.split()) for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the caller's
        """Begin something."""
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End something."""
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BLOCKS and tag != "br":
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._hidden:
            self._parts.append(re.sub(r"\s+", " ", data))
