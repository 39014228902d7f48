"""vCards of three versions: folds, encodings, types, labels, several values, and what is damaged or not read."""

from pathlib import Path

import pytest
from sources_kit.reading import Read, read, read_bytes

from crm_migrate.connecting.conformance import check_source
from crm_migrate.connecting.contract import SourceFile, SourceSpec
from crm_migrate.errors import InputError
from crm_migrate_files import CONNECTOR


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def told(folder: Path, *lines: str, version: str = "3.0", codec: str = "utf-8", **spec: str) -> dict[str, str | None]:
    """The cells of a single card by their columns."""
    found = read_bytes(folder, card(*lines, version=version).encode(codec), "a.vcf", **spec)
    (row,) = found.rows
    return dict(zip(found.columns, row, strict=True))


@pytest.mark.parametrize(
    ("version", "lines", "meant"),
    [
        ("3.0", ["FN:Ada\r\n  Işık"], {"FN": "Ada Işık"}),
        ("2.1", ["FN:Ada\r\n Işık"], {"FN": "Ada Işık"}),
        ("2.1", ["NOTE;ENCODING=QUOTED-PRINTABLE:eins=0D=0A=", "BEGIN:VCARD zwei"],
         {"NOTE": "eins\r\nBEGIN:VCARD zwei"}),
        ("2.1", ["NOTE;QUOTED-PRINTABLE;CHARSET=windows-1254:I=FE=FDk"], {"NOTE": "Işık"}),
        ("2.1", [r"NOTE:C:\new"], {"NOTE": r"C:\new"}), ("3.0", [r"NOTE:a\nb\, c\; d\\e"], {"NOTE": "a\nb, c; d\\e"}),
        ("3.0", [r"N:Öztürk;Ada\;x;;;"], {"N.family": "Öztürk", "N.given": "Ada;x"}),
        ("3.0", ["ORG:Işık A.Ş.;Satış;Ankara"], {"ORG": "Işık A.Ş.", "ORG.unit": "Satış; Ankara"}),
        ("3.0", ["TEL;TYPE=WORK,VOICE:1", "tel;type=fax;type=work:2"], {"TEL.work": "1", "TEL.fax.work": "2"}),
        ("4.0", ['TEL;VALUE=uri;TYPE="voice,home":tel:+90-212-555-0100'], {"TEL.home": "+90-212-555-0100"}),
        ("3.0", ["EMAIL:a@x.example", "EMAIL;TYPE=pref:b@x.example"],
         {"EMAIL": "b@x.example", "EMAIL#2": "a@x.example", "EMAIL.pref": "b@x.example"}),
        ("4.0", ["EMAIL;PREF=1:a@x.example"], {"EMAIL": "a@x.example", "EMAIL.pref": "a@x.example"}),
        ("3.0", ["item1.URL:x.example", "item1.X-ABLabel:_$!<HomePage>!$_"], {"URL.homepage": "x.example"}),
        ("3.0", ["ADR;TYPE=HOME:;;Yol 1;;;;", "ADR;TYPE=HOME:;;;İzmir;;;TR"],
         {"ADR.home.street": "Yol 1", "ADR.home#2.city": "İzmir", "ADR.home#2.country": "TR"}),
        ("4.0", ["ADR;LABEL=\"Yol 1^nİzmir\":;;Yol 1;İzmir;;;"],
         {"ADR.street": "Yol 1", "ADR.city": "İzmir", "ADR.label": "Yol 1\nİzmir"}),
        ("3.0", ["BDAY:19800321"], {"BDAY": "1980-03-21"}),
        ("3.0", ["BDAY:1980-03-21T00:00:00Z"], {"BDAY": "1980-03-21"}),
        ("4.0", ["BDAY:--0321"], {"BDAY.yearless": "--03-21"}),
        ("3.0", ["BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-21"], {"BDAY.yearless": "--03-21"}),
        ("3.0", ["REV:20080716T203548Z"], {"REV": "2008-07-16T20:35:48Z"}),
        ("3.0", ["UID:urn:x:1"], {"UID": "urn:x:1"}),
    ],
)  # fmt: skip
def test_a_property_is_a_column(tmp_path: Path, version: str, lines: list[str], meant: dict[str, str]) -> None:
    assert told(tmp_path, *lines, version=version) == meant


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "cp1254"])
def test_cards_in_other_encodings(tmp_path: Path, codec: str) -> None:
    assert told(tmp_path, "FN:Işık Öztürk", codec=codec, locale="tr-TR") == {"FN": "Işık Öztürk"}


def test_the_encoding_of_quoted_letters_may_be_declared(tmp_path: Path) -> None:
    line = "FN;ENCODING=QUOTED-PRINTABLE:Iksi=F1ski"
    assert told(tmp_path, line, version="2.1", encoding="cp1250") == {"FN": "Iksiński"}
    found = read_bytes(tmp_path, (card("FN:a") + card(line, version="2.1")).encode(), "a.vcf")
    assert [(q.code, q.line, q.message) for q in found.aside] == [("undecodable", 5, "line 7 is not written in utf-8")]


def test_pictures_are_told_and_not_read(tmp_path: Path) -> None:
    cards = card("FN:a", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ", " SkZJRg==") + card(
        "FN:b", "PHOTO;BASE64:", "  /9j/4AAQ", "/9j/4AAQ", "", "KEY;VALUE=uri:https://x.example/key", version="2.1"
    )
    found = read_bytes(tmp_path, cards.encode(), "a.vcf")
    assert found.rows == [["a", None], ["b", "https://x.example/key"]]
    assert [(f.code, f.count) for f in found.findings] == [("binary_left", 2)]


def test_a_card_within_a_card_and_one_without_an_end_are_set_aside(tmp_path: Path) -> None:
    agent = card("FN:Chefin", "AGENT:", card("FN:Helferin").rstrip())
    found = read_bytes(tmp_path, (agent + "Hallo\nBEGIN:VCARD\nFN:halb\n" + card("FN:ganz")).encode(), "a.vcf")
    assert sorted((q.code, q.line) for q in found.aside) == [("card_damaged", 11), ("nested_card", 5)]
    assert ([row[0] for row in found.rows], found.adds_up()) == (["Chefin", "ganz"], True)
    assert "outside_records" in found.codes


def test_a_line_that_is_none_sets_its_card_aside(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, (card("FN:a", "ohne Punkt") + card("FN:b")).encode(), "a.vcf")
    assert [(q.code, q.line, q.offset) for q in found.aside] == [("line_unreadable", 1, 0)]
    assert (found.rows, found.adds_up()) == ([["b"]], True)


def test_what_else_is_said_of_a_value_is_told(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, card("N;SORT-AS=x:y;z", version="4.0").encode(), "a.vcf")
    assert [f.message for f in found.findings] == ["what is said of values by these words is not read: SORT-AS"]


class TestOneRowPerValue:
    """`table: TEL`: numbers, mailboxes and addresses as rows with their card."""

    def test_rows_know_their_card(self, tmp_path: Path) -> None:
        cards = card("UID:1", "FN:a", "TEL;TYPE=HOME:1", "item1.TEL:2", "item1.X-ABLabel:Yazlık") + card(
            "UID:2", "FN:b"
        )
        found = read_bytes(tmp_path, (cards + card("UID:3", "TEL;TYPE=pref:3")).encode(), "a.vcf", table="tel")
        assert found.columns == ("card", "UID", "FN", "value", "type", "pref")
        assert found.rows == [
            ["1", "1", "a", "1", "home", None], ["1", "1", "a", "2", "yazlık", None],
            ["14", "3", None, "3", None, "true"],
        ]  # fmt: skip
        assert (found.lines, found.facts[0].counted) == ([5, 6, 17], 3)

    def test_every_value_of_a_damaged_card_is_set_aside(self, tmp_path: Path) -> None:
        cards = card("TEL:1", "kaputt", "TEL:2") + card("TEL:3")
        found = read_bytes(tmp_path, cards.encode(), "a.vcf", table="TEL")
        assert ([q.line for q in found.aside], found.lines, found.adds_up()) == ([3, 5], [9], True)

    def test_a_property_that_nobody_has_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no card with `IMPP`"):
            read_bytes(tmp_path, card("FN:a").encode(), "a.vcf", table="IMPP")


def test_more_than_twenty_of_a_kind_are_a_list(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, card(*(f"TEL:{number}" for number in range(21))).encode(), "a.vcf")
    assert (found.columns, "values_listed" in found.codes) == (("TEL",), True)
    assert str(found.rows[0][0]).startswith('["0","1",')


def test_the_source_keeps_the_contract(tmp_path: Path) -> None:
    cards = card("FN:a") + card("FN:b", "kaputt") + card("FN:c", "TEL:1", "TEL:2") + card("FN:d")
    (tmp_path / "a.vcf").write_bytes(cards.encode())
    spec = SourceSpec("s", files=(SourceFile(tmp_path / "a.vcf"),))
    assert check_source(lambda: CONNECTOR.source(spec)) == []


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "rows", "codes"),
    [
        ("ez-vcard/gmail-list", 3, set()), ("ez-vcard/gmail-single2", 1, set()), ("ez-vcard/John_Doe_GMAIL", 1, set()),
        ("ez-vcard/outlook-2003", 1, {"binary_left"}), ("ez-vcard/outlook-2007", 1, {"binary_left", "parameters_left"}),
        ("roundcube/utf-16_sample", 1, set()), ("roundcube/johndoe", 1, {"encoding_guessed"}),
        ("roundcube/Csv2vcard/email", 4, set()),
    ],
)  # fmt: skip
def test_real_cards(shared_data: Path, name: str, rows: int, codes: set[str]) -> None:
    found: Read = read(shared_data / f"{name}.vcf")
    assert (len(found.rows), found.adds_up(), found.codes) == (rows, True, codes)


@pytest.mark.shared_data
def test_outlook_keeps_the_lines_of_its_addresses(shared_data: Path) -> None:
    found = read(shared_data / "ez-vcard" / "outlook-2007.vcf")
    (row,) = found.table.to_pylist()
    assert row["LABEL.work"] == "222 Broadway\r\nNew York, NY 99999\r\nUSA"
    assert (row["TEL.work"], row["EMAIL.pref"]) == ("(111) 555-1111", "mike.angstadt@gmail.com")
