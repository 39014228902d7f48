"""Rows of another encoding inside a file: the majority is read, the others are set aside with their lines."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sources_kit.reading import Read, read_bytes

from crm_migrate_files.readings import Judge

NAMES = {
    "tr": ("Işık Ağaç", "Şule Öztürk", "İbrahim Çınar", "Ayşegül Yıldız", "Doğan Güneş", "Çağrı Şahin"),
    "de": ("Jürgen Müller", "Käthe Groß", "Björn Schäfer", "Günter Weiß", "Sören Köhler", "Özlem Jäger"),
    "pl": ("Łukasz Wójcik", "Małgorzata Dąbrowska", "Jędrzej Błaszczyk", "Śliwińska Źrebak", "Paweł Głąb"),
    "ru": ("Иван Петров", "Ольга Смирнова", "Сергей Ёлкин", "Дмитрий Щукин"),
    "el": ("Γιώργος Παπαδόπουλος", "Ελένη Αθανασίου", "Νίκος Δημητρίου", "Μαρία Ιωάννου"),
}
PAGES = {
    "tr": ("utf-8", "cp1254", "iso8859_9", "cp857"),
    "de": ("utf-8", "cp1252", "iso8859_15", "cp850", "mac_roman"),
    "pl": ("utf-8", "cp1250", "iso8859_2"),
    "ru": ("utf-8", "cp1251"),
    "el": ("utf-8", "cp1253", "iso8859_7"),
}
LOCALES = {"tr": "tr-TR", "de": "de-DE", "pl": "pl-PL", "ru": "ru-RU", "el": "el-GR"}
SETS = [(language, page) for language, pages in PAGES.items() for page in pages]
# Small letters of one are small letters of the other, all of them: without a dictionary `Иван` is a Greek `Θβΰν`,
# and `Müller` of a Mac a Turkish `Mşller` of DOS.
ALIKE = {("el", "ru"), ("ru", "el")}
ALIKE_PAGES = {("cp857", "mac_roman"), ("cp1250", "mac_roman"), ("mac_roman", "cp850"), ("cp850", "mac_roman")}


def mixed(folder: Path, names: list[tuple[str, str]], locale: str | None = "tr-TR", **spec: str) -> Read:
    rows = [f"{i};{name};x".encode(page) for i, (name, page) in enumerate(names)]
    return read_bytes(folder, b"id;name;note\r\n" + b"\r\n".join(rows) + b"\r\n", locale=locale, **spec)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_foreign_row_is_set_aside_or_reads_the_same(tmp_path: Path, data: st.DataObject) -> None:
    (ours, page), (theirs, other) = data.draw(st.sampled_from(SETS)), data.draw(st.sampled_from(SETS))
    if page == other or (ours, theirs) in ALIKE or (page, other) in ALIKE_PAGES:
        return
    share = data.draw(st.integers(1, 20))
    names = [(data.draw(st.sampled_from(NAMES[ours])), page) for _ in range(100)]
    names[-share:] = [(data.draw(st.sampled_from(NAMES[theirs])), other) for _ in range(share)]
    names = data.draw(st.permutations(names))
    found = mixed(tmp_path, names, LOCALES[ours])
    assert found.adds_up()
    for line, (_, name, _) in zip(found.lines, found.rows, strict=True):
        assert name == names[line - 2][0]
    good = {i for i, (_, of) in enumerate(names) if of == page}
    assert good <= {line - 2 for line in found.lines}
    assert not found.aside or {q.code for q in found.aside} <= {"encoding_mixed", "undecodable"}


def test_the_majority_wins_and_lines_are_named(tmp_path: Path) -> None:
    names = [(name, "cp1254") for name in NAMES["tr"] * 2]
    names[3], names[7] = (names[3][0], "utf-8"), (names[7][0], "utf-8")
    found = mixed(tmp_path, names)
    assert found.facts[0].encoding == "windows-1254"
    assert [(q.code, q.line) for q in found.aside] == [("encoding_mixed", 5), ("undecodable", 9)]
    assert found.aside[0].message == "the row is written in utf-8 and the file in windows-1254"
    told = next(f for f in found.findings if f.code == "encoding_mixed")
    assert "(line 5, 9)" in told.message


def test_a_row_of_a_code_page_in_utf8_says_which(tmp_path: Path) -> None:
    found = mixed(tmp_path, [*((name, "utf-8") for name in NAMES["tr"]), ("Işık Ağaç", "cp1254")])
    assert [(q.code, q.line) for q in found.aside] == [("undecodable", 8)]
    assert found.aside[0].message == "the row is written in windows-1254 and the file in utf-8"


def test_one_cell_of_utf8_in_a_row_is_enough(tmp_path: Path) -> None:
    good = [f"{i};{name};Çelik".encode("cp1254") for i, name in enumerate(NAMES["tr"])]
    bad = b"9;" + "Şahin".encode("cp1254") + b";" + "Şahin".encode()
    found = read_bytes(tmp_path, b"id;a;b\n" + b"\n".join([*good, bad]) + b"\n", locale="tr-TR")
    assert [q.line for q in found.aside] == [8]


@pytest.mark.parametrize(("of_header", "of_rows"), [("utf-8", "cp1254"), ("cp1254", "utf-8")])
def test_a_header_of_another_encoding_is_read_and_told(tmp_path: Path, of_header: str, of_rows: str) -> None:
    rows = "\n".join(f"{i};{name}" for i, name in enumerate(NAMES["tr"]))
    found = read_bytes(tmp_path, "id;Müşteri Adı\n".encode(of_header) + rows.encode(of_rows), locale="tr-TR")
    assert found.columns == ("id", "Müşteri Adı")
    assert found.rows[0][1] == NAMES["tr"][0]
    assert "encoding_mixed" in found.codes


def test_what_is_declared_is_doubted_only_for_utf8(tmp_path: Path) -> None:
    names = [*((name, "cp1252") for name in NAMES["de"]), ("Guðmundur Jonsson", "cp1252"), ("Jürgen Groß", "utf-8")]
    found = mixed(tmp_path, names, "de-DE", encoding="windows-1252")
    assert [q.line for q in found.aside] == [9]
    assert found.rows[6][1] == "Guðmundur Jonsson"
    assert "encoding_contradicted" in found.codes


@pytest.mark.parametrize(
    ("codec", "language", "text"),
    [
        ("cp1254", "tr", "José Peña;Zoë Brontë;François"),
        ("cp1252", "de", "Þórður Guðmundsson"),
        ("cp1252", "western", "“Élodie” – l’été; 5 €; Nº 7; Firma®"),
        ("cp1250", "pl", "Dvořák & Müller s.r.o."),
        ("cp1254", "tr", "günışığı; STRAẞE".replace("ẞ", "ß")),
        ("cp1252", "western", "John\xa0Smith"),
    ],
)
def test_guests_from_other_languages_stay(codec: str, language: str, text: str) -> None:
    assert Judge(codec, (language,)).foreign(text.encode(codec)) is None


def test_a_long_cell_is_judged_in_one_pass() -> None:
    row = b"x" * 1_000_000 + "ş".encode("cp1254") * 1_000_000
    assert Judge("cp1254", ("tr",)).foreign(row) is None
