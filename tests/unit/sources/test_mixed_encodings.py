"""Rows of another encoding inside a file: the majority is read, the others are set aside with their lines."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sources_kit.reading import Read, read_bytes

from crm_migrate.disk.utf16 import Shape, narrow_rows
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
# and `Müller` of a Mac a Turkish `Mşller` of DOS. Told as soon as another row proves that encoding.
ALIKE = {("el", "ru"), ("ru", "el")}
ALIKE_PAGES = {("cp857", "mac_roman"), ("cp1250", "mac_roman"), ("mac_roman", "cp850"), ("cp850", "mac_roman")}


def mixed(folder: Path, names: list[tuple[str, str]], locale: str | None = "tr-TR", **spec: str) -> Read:
    rows = [f"{i};{name};x".encode(page) for i, (name, page) in enumerate(names)]
    return read_bytes(folder, b"id;name;note\r\n" + b"\r\n".join(rows) + b"\r\n", locale=locale, **spec)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_foreign_row_is_set_aside_or_told_or_reads_the_same(tmp_path: Path, data: st.DataObject) -> None:
    (ours, page), (theirs, other) = data.draw(st.sampled_from(SETS)), data.draw(st.sampled_from(SETS))
    if page == other:
        return
    share = data.draw(st.integers(1, 20))
    names = [(data.draw(st.sampled_from(NAMES[ours])), page) for _ in range(100)]
    names[-share:] = [(data.draw(st.sampled_from(NAMES[theirs])), other) for _ in range(share)]
    names = data.draw(st.permutations(names))
    found = mixed(tmp_path, names, LOCALES[ours])
    assert found.adds_up()
    wrong = [line for line, row in zip(found.lines, found.rows, strict=True) if row[1] != names[line - 2][0]]
    alike = (ours, theirs) in ALIKE or (page, other) in ALIKE_PAGES
    assert not wrong or "encoding_two_ways" in found.codes or (alike and not found.aside)
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


def told_two_ways(found: Read) -> list[str]:
    return [f.message for f in found.findings if f.code == "encoding_two_ways"]


def test_a_row_of_windows_in_a_turkish_file_of_dos_is_told(tmp_path: Path) -> None:
    names = [("Işık Ağaç", "cp857")] * 99 + [("Çağrı Şahin", "cp1254")]
    (told,) = told_two_ways(mixed(tmp_path, names))
    assert "1 rows are words in cp857 and other words in windows-1254" in told and "(line 101)" in told


@pytest.mark.parametrize(
    ("language", "page", "name", "other"),
    [
        ("tr", "cp1254", "Győző Tóth", "cp1250"),
        ("de", "cp1252", "Jenő Kővári", "iso8859_2"),
        ("de", "cp1252", "Jiří Dvořák", "cp1250"),
    ],
)
def test_a_word_of_no_single_language_is_read_and_told(
    tmp_path: Path, language: str, page: str, name: str, other: str
) -> None:
    found = mixed(tmp_path, [*((n, page) for n in NAMES[language] * 3), (name, other)], LOCALES[language])
    (message,) = told_two_ways(found) or [f"set aside in {q.line}" for q in found.aside]
    assert "(line 20)" in message or message == "set aside in 20"


def test_a_row_that_a_proven_encoding_reads_as_well_is_told(tmp_path: Path) -> None:
    czech = [(name, "cp1250") for name in ("Jiří Dvořák", "Lucie Němcová", "Zdeněk Růžička", "Šárka Žižková")] * 4
    alone = mixed(tmp_path, [*czech, ("Paul Lefèvre", "cp1252")], "cs-CZ")
    assert not told_two_ways(alone)  # `Lefčvre` is a name of letters that the file has: nothing says otherwise
    proven = mixed(tmp_path, [*czech, ("Paul Lefèvre", "cp1252"), ("João Conceição", "cp1252")], "cs-CZ")
    assert [q.line for q in proven.aside] == [19]
    assert told_two_ways(proven) == [
        "1 rows are words in windows-1250 and other words in windows-1252: read in windows-1250 (line 18)"
    ]


@pytest.mark.parametrize(
    "name",
    ["José Peña", "João Conceição", "Camões Simões", "Zoë Brontë", "Søren Kjær", "Ève Tôt", "Åsa Öberg", "Citroën"],
)
@pytest.mark.parametrize(("language", "page"), [("tr", "cp1254"), ("de", "cp1252"), ("de", "iso8859_15")])
def test_guests_of_one_language_are_no_doubt(tmp_path: Path, language: str, page: str, name: str) -> None:
    found = mixed(tmp_path, [*((n, page) for n in NAMES[language] * 2), (name, page)], LOCALES[language])
    assert not found.aside
    assert not told_two_ways(found)


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
    row = b"x" * 200_000 + "ş".encode("cp1254") * 200_000
    assert Judge("cp1254", ("tr",)).foreign(row) is None


def utf16(codec: str, *rows: str | bytes, end: str = "\r\n") -> bytes:
    """A file of UTF-16 with its mark; rows of bytes stand there as they are."""
    lines = [row if isinstance(row, bytes) else f"{row}{end}".encode(codec) for row in ("id;name;note", *rows)]
    return "\ufeff".encode(codec) + b"".join(lines)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("page", ["cp1254", "utf-8"])
@pytest.mark.parametrize("odd", ["", "x"])
def test_rows_of_8_bits_in_a_file_of_utf16_are_set_aside(
    tmp_path: Path, codec: str, end: str, page: str, odd: str
) -> None:
    narrow = [f"{i};Müller Işık{odd};not{end}".encode(page) for i in (2, 3, 5)]
    data = utf16(codec, "1;Ayşe;a", narrow[0], narrow[1], "4;Şule;b", narrow[2], "6;Jörg;c", end=end)
    found = read_bytes(tmp_path, data)
    assert found.rows == [["1", "Ayşe", "a"], ["4", "Şule", "b"], ["6", "Jörg", "c"]]
    assert [(q.line, q.code) for q in found.aside] == [(3, "undecodable"), (4, "undecodable"), (6, "undecodable")]
    assert found.lines == [2, 5, 7]
    assert found.adds_up()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("page", ["cp1254", "utf-8"])
@pytest.mark.parametrize("odd", ["", "x"])
def test_rows_of_8_bits_ended_by_cr_alone_do_not_spoil_the_row_behind_them(
    tmp_path: Path, codec: str, page: str, odd: str
) -> None:
    narrow = [f"{i};Müller Işık{odd};not\r".encode(page) for i in (2, 3, 5)]
    mixed = f"7;Ali{odd};x\r\n8;Veli;y\r".encode(page)
    data = utf16(codec, "1;Ayşe;a", narrow[0], narrow[1], "4;不Şule;b", narrow[2], "6;Jörg;c", mixed, "9;Ece;d")
    found = read_bytes(tmp_path, data)
    assert found.rows == [["1", "Ayşe", "a"], ["4", "不Şule", "b"], ["6", "Jörg", "c"], ["9", "Ece", "d"]]
    assert [(q.line, q.code) for q in found.aside] == [(line, "undecodable") for line in (3, 4, 6, 8, 9)]
    assert found.adds_up()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("narrow", [b"2;Ali;x\n", b"2;Ali;x\r"])
def test_letters_that_hold_a_carriage_return_do_not_hide_rows_of_8_bits(
    tmp_path: Path, codec: str, narrow: bytes
) -> None:
    found = read_bytes(tmp_path, utf16(codec, "1;Ayşe;a", narrow, "日不日;Şule;b"))
    assert found.rows == [["1", "Ayşe", "a"], ["日不日", "Şule", "b"]]
    assert [q.line for q in found.aside] == [3]


@pytest.mark.parametrize("row", ["2;Müller Işık;not;too much", "2;Jane Doe, Lead", "2;Ali Kaya;x;y;z;w"])
@pytest.mark.parametrize("page", ["cp1254", "utf-8"])
def test_rows_of_8_bits_with_other_cells_than_the_header_are_no_letters_of_big_endian(
    tmp_path: Path, page: str, row: str
) -> None:
    found = read_bytes(tmp_path, utf16("utf-16-be", "1;Ayşe;a", f"{row}\n".encode(page), "4;Şule;b"))
    assert found.rows == [["1", "Ayşe", "a"], ["4", "Şule", "b"]]
    assert [(q.line, q.code) for q in found.aside] == [(3, "undecodable")]
    assert found.adds_up()


@pytest.mark.parametrize("tail", [b"2;Ali;x\r", b"2;Ali;x", b"2;Ali;xy", b"2;Ali;x\r\n3;Veli;y\r\n", b"2;Ali\n3;Veli"])
def test_rows_of_8_bits_at_the_end_of_a_file_of_utf16_are_set_aside(tmp_path: Path, tail: bytes) -> None:
    found = read_bytes(tmp_path, utf16("utf-16-le", "1;Ayşe;a", tail))
    assert found.rows == [["1", "Ayşe", "a"]]
    assert [q.line for q in found.aside] == list(range(3, 3 + len(tail.split())))
    assert found.adds_up()


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "name",
    [
        "大上海公司",
        "上海",
        "日本の上",
        "ああ上ああ",
        "ગુજરાતી",
        "ਪੰਜਾਬੀ",
        "മലയാളം ഊ",
        "Иван",
        "Ā一",
        "主不",
        "不不",
        "主主不",
        "ബ不",
    ],
)
def test_letters_of_other_scripts_are_no_rows_of_8_bits(tmp_path: Path, codec: str, name: str) -> None:
    rows = [f"{name};{name};x", f"{name}{name}\n{name};{name}", "9;z;z"]
    quoted = f'"{name}\n{name}";{name};y'
    found = read_bytes(tmp_path, utf16(codec, rows[0], quoted, rows[2]))
    assert found.rows == [[name, name, "x"], [f"{name}\n{name}", name, "y"], ["9", "z", "z"]]
    assert not found.aside


def test_rows_of_8_bits_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migrate_files.stream.BLOCK", 7)
    data = utf16("utf-16-le", "1;Ayşe;a", b"2;M\xfcller;x\r\n", "3;Şule;b", b"4;M\xfcller;xy\r\n", "5;Jörg;c")
    found = read_bytes(tmp_path, data)
    assert [row[0] for row in found.rows] == ["1", "3", "5"]
    assert len(found.aside) == 2


def test_many_line_ends_are_tried_in_one_way() -> None:
    rows = b"a;b\rc;d\n" * 50_000
    assert len(list(narrow_rows(rows + b"\0;\0", "utf-16-le", Shape(b";", 1), final=False))) <= 1
