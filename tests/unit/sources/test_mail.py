"""E-mail: folders in MBOX and single messages, their heads, texts and attachments, and what is damaged or deleted."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from sources_kit.reading import Read, read, read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError, UsageError
from crm_migrate_files import CONNECTOR

FROM = "From ada@isik.example Fri Mar 14 10:00:00 2025\n"
HEAD = (
    "From: Ada <ada@isik.example>\nTo: b@x.example\nMessage-ID: <1@x.example>\nDate: Fri, 14 Mar 2025 10:00:00 +0300\n"
)


def one(folder: Path, data: bytes | str, name: str = "a.eml") -> dict[str, str | None]:
    """The cells of a single message by their columns."""
    found = read_bytes(folder, data if isinstance(data, bytes) else data.encode(), name)
    (row,) = found.rows
    return {column: cell for column, cell in zip(found.columns, row, strict=True) if cell is not None}


def mbox(folder: Path, *messages: str) -> Read:
    return read_bytes(folder, "".join(f"{FROM}{message}\n\n" for message in messages).encode(), "a.mbox")


def test_a_message_with_everything(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = '"Işık, Ada" <ada@isik.example>'
    message["To"] = "Öz <oez@x.example>, b@x.example"
    message["Cc"] = "Takım: c@x.example, d@x.example;"
    message["Subject"] = "Teklif — Şirket"
    message["Date"] = "Fri, 14 Mar 2025 10:00:00 +0300"
    message["Message-ID"] = "<1@isik.example>"
    message["In-Reply-To"] = "<0@isik.example>"
    message.set_content("Merhaba Öz,\n\nek.\n")
    message.add_alternative("<p>Merhaba</p>", subtype="html")
    message.add_attachment(b"%PDF-" * 20, maintype="application", subtype="pdf", filename="Teklif ş.pdf")
    assert one(tmp_path, message.as_bytes()) == {
        "message_id": "1@isik.example", "date": "2025-03-14T10:00:00+03:00", "from": "ada@isik.example",
        "from_name": "Işık, Ada", "to": "oez@x.example, b@x.example", "cc": "c@x.example, d@x.example",
        "subject": "Teklif — Şirket", "body": "Merhaba Öz,\n\nek.", "attachments": "Teklif ş.pdf (100 bytes)",
        "in_reply_to": "<0@isik.example>",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Fri, 14 Mar 2025 10:00:00 -0000", "2025-03-14T10:00:00+00:00"),
        ("14 Mar 25 10:00 EST", "2025-03-14T10:00:00-05:00"),
        ("gestern", "gestern"),
    ],
)  # fmt: skip
def test_moments_have_their_zone(tmp_path: Path, said: str, meant: str) -> None:
    assert one(tmp_path, f"From: a@x.example\nDate: {said}\n\nx")["date"] == meant


@pytest.mark.parametrize(
    ("data", "column", "meant"),
    [
        (b"Subject: =?iso-8859-9?Q?I=FE=FDk?=\n\n", "subject", "Işık"),
        ("Subject: Işık\n\n".encode(), "subject", "Işık"),
        (b"Subject: Stra\xdfe\n\n", "subject", "Straße"),
        (b"Content-Type: text/plain; charset=iso-8859-9\n\nI\xfe\xfdk", "body", "Işık"),
        (b"Content-Type: text/plain; charset=x-unknown\n\nStra\xc3\x9fe", "body", "Straße"),
        (b"Content-Type: text/html\n\n<style>p {}</style><p>Ada &amp; Co</p><p>zwei<br>drei</p>", "body",
         "Ada & Co\n\nzwei\ndrei"),
    ],
)  # fmt: skip
def test_texts_are_decoded(tmp_path: Path, data: bytes, column: str, meant: str) -> None:
    assert one(tmp_path, HEAD.encode() + data)[column] == meant


def test_a_wrong_charset_is_told(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\n\nStra\xdfe", "a.eml")
    assert (found.rows[0][8], found.codes) == ("Straße", {"message_charset"})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Subject: =?utf-8?Q?Stra=DFe?=\n\n", "message_charset"),
        (b"Content-Type: multipart/mixed\n\nx", "message_defective"),
    ],
)
def test_what_is_only_half_readable_is_told(tmp_path: Path, data: bytes, code: str) -> None:
    assert read_bytes(tmp_path, HEAD.encode() + data, "a.eml").codes == {code}


def test_folders_keep_their_messages_apart(tmp_path: Path) -> None:
    quoted = f"{HEAD}\nText\n\n>From hier an\n>>From zwei\n\nFrom here on it is text"
    found = mbox(tmp_path, quoted, HEAD.replace("1@", "2@") + "\nzwei")
    assert [row[0] for row in found.rows] == ["1@x.example", "2@x.example"]
    assert found.rows[0][8] == "Text\n\nFrom hier an\n>From zwei\n\nFrom here on it is text"
    assert (found.lines, found.facts[0].counted, found.adds_up()) == ([1, 14], 2, True)
    assert [(f.code, f.count) for f in found.findings] == [("from_lines", 1)]


def test_lines_of_windows_are_the_same(tmp_path: Path) -> None:
    data = f"{FROM}{HEAD}\neins\n\n{FROM}{HEAD.replace('1@', '2@')}\nzwei\n".replace("\n", "\r\n")
    found = read_bytes(tmp_path, data.encode(), "a.mbox")
    assert ([row[8] for row in found.rows], found.facts[0].counted) == (["eins", "zwei"], 2)


def test_what_thunderbird_has_deleted_is_told_and_left(tmp_path: Path) -> None:
    found = mbox(tmp_path, f"X-Mozilla-Status: 0009\n{HEAD}\nweg", f"X-Mozilla-Status: 0001\n{HEAD}\nda")
    assert ([row[8] for row in found.rows], found.codes, found.adds_up()) == (["da"], {"rows_deleted"}, True)


def test_a_damaged_message_is_set_aside_with_its_place(tmp_path: Path) -> None:
    found = mbox(tmp_path, f"{HEAD}\neins", "\nkein Kopf", f"{HEAD.replace('1@', '3@')}\ndrei")
    assert [(q.code, q.line, q.offset) for q in found.aside] == [("line_unreadable", 9, len(FROM) + len(HEAD) + 7)]
    assert ([row[8] for row in found.rows], found.adds_up()) == (["eins", "drei"], True)


def test_a_message_without_an_id_gets_one_of_its_bytes(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"From: a@x.example\nTo: b@x.example\n\nx", "a.eml")
    assert str(found.rows[0][0]).startswith("sha256-")
    assert found.codes == {"message_id_made"}


def test_addresses_are_rows_where_they_are_asked_for(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, f"{FROM}{HEAD}Cc: Öz <oez@x.example>\n\nx\n".encode(), "a.mbox", table="addresses")
    assert found.rows == [
        ["1@x.example", "2025-03-14T10:00:00+03:00", "from", "ada@isik.example", "Ada"],
        ["1@x.example", "2025-03-14T10:00:00+03:00", "to", "b@x.example", None],
        ["1@x.example", "2025-03-14T10:00:00+03:00", "cc", "oez@x.example", "Öz"],
    ]
    assert found.facts[0].counted is None and found.facts[0].count_method.startswith("none")


@pytest.mark.parametrize("name", ["a.eml", "INBOX", "1741.M5.host,S=9:2,S"])
def test_messages_are_known_by_what_they_begin_with(tmp_path: Path, name: str) -> None:
    data = (FROM if name == "INBOX" else "") + HEAD + "\nx\n"
    assert read_bytes(tmp_path, data.encode(), name).rows[0][0] == "1@x.example"


def test_what_is_no_mail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not begin as an e-mail"):
        read_bytes(tmp_path, b"id;name\n1;Ada\n", "a.eml")
    with pytest.raises(UsageError, match="no table `people`"):
        read_bytes(tmp_path, HEAD.encode(), "a.eml", table="people")


def test_a_folder_of_messages_is_one_source(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.eml").write_text(HEAD.replace("1@", f"{number}@") + "\nx", "utf-8")
    files = sorted(tmp_path.glob("*.eml"))
    assert [row[0] for row in read(*files).rows] == ["0@x.example", "1@x.example", "2@x.example"]
    assert check_source(lambda: CONNECTOR.source(SourceSpec("s", files=tuple(map(SourceFile, files))))) == []


@pytest.mark.parametrize("table", [None, "addresses"])
def test_the_source_keeps_the_contract(tmp_path: Path, table: str | None) -> None:
    messages = (f"{FROM}{HEAD.replace('1@', f'{n}@') * (n != 2)}\nx\n\n" for n in range(5))
    (tmp_path / "a.mbox").write_text("".join(messages), "utf-8")
    spec = SourceSpec("s", files=(SourceFile(tmp_path / "a.mbox"),), table=table)
    assert check_source(lambda: CONNECTOR.source(spec)) == []
