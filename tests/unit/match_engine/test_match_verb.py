"""`crm-migrate match`: one line per row, and every refusal with its next step."""

from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from crm_migrate.cli import main

ROWS = """Kundennummer;Vorname;Nachname;Geburtsdatum;Ort
1;Ayşe;Yılmaz;12.03.1980;İzmir
2;Jürgen;Müller;01.09.1971;Bremen
3;Ayse;YILMAZ;12.03.1980;Izmir
4;Siti;Wijaya;24.12.1990;Surabaya
"""


def run(folder: Path, text: str, *options: str) -> tuple[int, Path]:
    source, target = folder / "rows.csv", folder / "clusters.csv"
    source.write_text(text, encoding="utf-8")
    try:
        main(["match", str(source), "--id", "Kundennummer", "-o", str(target), *options])
    except SystemExit as left:
        return int(left.code or 0), target
    return 0, target


def test_one_line_per_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, target = run(tmp_path, ROWS)
    lines = pd.read_csv(target, dtype=str).set_index("id")
    assert code == 0
    assert list(lines.columns) == ["cluster", "probability"]
    assert lines["cluster"].to_dict() == {"1": "1", "2": "2", "3": "1", "4": "4"}
    said = capsys.readouterr().out
    assert "family_name" in said
    assert "4 rows, 3 clusters" in said


def test_types_can_be_given(tmp_path: Path) -> None:
    code, target = run(tmp_path, ROWS, "--type", "Vorname=given_name", "--type", "Nachname=family_name")
    assert code == 0
    assert len(pd.read_csv(target)) == 4


@pytest.mark.parametrize(
    ("text", "options", "code", "words"),
    [
        (ROWS + "1;Budi;Santoso;;\n", (), 3, "occurs more than once"),
        (ROWS + ";Budi;Santoso;;\n", (), 3, "rows without Kundennummer: 1"),
        (ROWS.splitlines()[0] + "\n", (), 3, "no rows"),
        (ROWS.replace("Ort", "Vorname "), (), 3, "two columns are called 'Vorname'"),
        (ROWS.replace("Ort", "Vorname"), (), 3, "two columns are called 'Vorname'"),
        (ROWS, ("--id", "Nr"), 2, "there is no column 'Nr'"),
        (ROWS, ("--type", "Vorname=first"), 2, "there is no type 'first'"),
    ],
)
def test_refusals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: tuple[str, ...], code: int, words: str
) -> None:
    left, target = run(tmp_path, text, *options)
    said = capsys.readouterr().err
    assert left == code
    assert words in said
    assert "help:" in said  # advice, not a command
    assert not target.exists()


def asked(folder: Path, question: str, *more: str) -> int:
    source = folder / "rows.csv"
    source.write_text(ROWS, encoding="utf-8")
    try:
        main(["match", question, str(source), "--id", "Kundennummer", *more])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_two_rows_are_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "pair.html"
    assert asked(tmp_path, "explain", "1", "3", "--html", str(page)) == 0
    said = capsys.readouterr().out
    assert "that they are one" in said
    assert "rows.csv alone taught this model" in said
    assert "before comparing" in said
    assert "Yılmaz" in page.read_text(encoding="utf-8")


def test_a_row_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(tmp_path, "explain", "1", "9") == 2
    assert "there is no row '9'" in capsys.readouterr().err


def test_tune_shows_each_limit_and_the_pairs_around_the_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(tmp_path, "tune", "--limit", "0.02") == 0
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()[1:7]] == ["0.0001", "0.001", "0.005", "0.01", "0.02", "0.05"]
    assert "Just merged at 0.02" in said
    assert "Just not merged at 0.02" in said
    assert "1 and 3: Would be " in said


def test_help_shows_the_questions(capsys: pytest.CaptureFixture[str]) -> None:
    main(["match", "--help"])
    said = capsys.readouterr().out
    assert all(question in said for question in ("tune", "explain", "score", "file"))


@pytest.mark.parametrize(
    ("before", "encoding", "options"),
    [
        ("", "utf-16", ()),
        ("", "utf-8-sig", ()),
        ("", "cp1254", ("--locale", "tr-TR")),
        ("", "cp1254", ("--encoding", "cp1254")),
        ("sep=;\n", "utf-8", ()),
        ("\r", "utf-8", ()),
        (";\n", "utf-8", ()),
    ],
)
def test_files_as_programs_write_them(tmp_path: Path, before: str, encoding: str, options: tuple[str, ...]) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "clusters.csv"
    head, rows = ROWS.split("\n", 1)
    written = {"\r": ROWS.replace("\n", "\r"), ";\n": f"{head}\n" + rows.replace("\n", ";\n")}
    text = written.get(before, before + ROWS)
    source.write_bytes(text.encode(encoding))
    main(["match", str(source), "--id", "Kundennummer", "-o", str(target), *options])
    assert pd.read_csv(target, dtype=str)["cluster"].tolist() == ["1", "2", "1", "4"]


def test_a_workbook_and_what_only_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "rows.xlsx", tmp_path / "clusters.csv"
    pd.read_csv(StringIO(ROWS), sep=";", dtype=str).to_excel(source, index=False)
    main(["match", str(source), "--id", "Kundennummer", "-o", str(target)])
    assert pd.read_csv(target, dtype=str)["cluster"].tolist() == ["1", "2", "1", "4"]
    source.write_bytes(b"PK\x03\x04 not at all")
    with pytest.raises(SystemExit) as left:
        main(["match", str(source), "--id", "Kundennummer", "-o", str(target)])
    assert left.value.code == 3
    assert "is no workbook" in capsys.readouterr().err


def test_short_rows_beside_quoted_cells_are_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = ROWS.replace("Siti;", '"Siti; ""S"";\nA";')
    code, target = run(tmp_path, quoted + "5;Ayşe;Yılmaz\n6;Budi;Santoso;24.12.1990;\n")
    assert code == 0
    assert pd.read_csv(target, dtype=str)["id"].tolist() == ["1", "2", "3", "4", "6"]
    assert "1 rows have another number of cells than the header and were left out (line 7)" in capsys.readouterr().err


def test_quoted_cells_without_short_rows_are_read_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, target = run(tmp_path, ROWS.replace("Siti;", '"Siti; ""S"";\nA";') + '"6";Budi;Santoso;24.12.1990;\n')
    assert code == 0
    assert len(pd.read_csv(target)) == 5
    assert "left out" not in capsys.readouterr().err


def test_a_file_of_utf16_with_rows_of_8_bits_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "rows.csv"
    source.write_bytes(ROWS.encode("utf-16") + "5;Ayşe;Yılmaz;12.03.1980;İzmir\n".encode())
    with pytest.raises(SystemExit) as left:
        main(["match", str(source), "--id", "Kundennummer", "-o", str(tmp_path / "clusters.csv")])
    assert left.value.code == 3
    assert "from line 6 on rows of 8 bits" in capsys.readouterr().err


def test_values_that_identify_nobody_join_nobody_and_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("Ayşe", "Jürgen", "Siti", "Budi", "Ida", "Emre", "Łukasz", "Zoë")
    rows = [f"{n};{name};Unknown;noreply@firma.example;000000" for n, name in enumerate(names)]
    code, target = run(tmp_path, "\n".join(["Kundennummer;Vorname;Nachname;Email;Telefon", *rows, ""]))
    said = capsys.readouterr().out
    assert code == 0
    assert pd.read_csv(target, dtype=str)["cluster"].nunique() == len(names)
    assert "8 rows have a Email that identifies nobody ('noreply@firma.example'): it was not compared" in said
    assert "'Unknown'" in said and "'000000'" in said
