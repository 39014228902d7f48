"""Delimiter, quote, header and the origin of rows of delimited text."""

from pathlib import Path

import pytest
from sources_kit.reading import read, read_bytes

from crm_migrate.errors import InputError, UsageError


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["a", "b", "c"], ["1,5", "x;y|z", "p\tq"], ["2", "", "r"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found = read_bytes(tmp_path, text.encode())
    assert found.facts[0].delimiter == delimiter
    assert found.rows == rows[1:]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b"mail\na@example.com\n").rows == [["a@example.com"]]


def test_a_declared_delimiter_is_obeyed(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b"a,b;c\n1,2;3\n", delimiter=";").columns == ("a,b", "c")
    assert read_bytes(tmp_path, b"a\tb\n1\t2\n", delimiter="\\t").columns == ("a", "b")
    with pytest.raises(UsageError, match="one character"):
        read_bytes(tmp_path, b"a+|b\n", delimiter="+|")


def test_the_line_of_excel_is_no_record(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"sep=|\r\na|b\r\n1|2\r\n")
    assert (found.columns, found.rows, found.lines) == (("a", "b"), [["1", "2"]], [3])


def test_single_quotes_are_noticed(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"'a';'b'\n'1;x';'2'\n'3';'4'\n")
    assert (found.columns, found.rows) == (("a", "b"), [["1;x", "2"], ["3", "4"]])


def test_titles_above_the_header(tmp_path: Path) -> None:
    data = b"Contacts of 14 March\n\na;b\n1;2\n"
    found = read_bytes(tmp_path, data, header_row=3)
    assert (found.columns, found.lines) == (("a", "b"), [4])
    with pytest.raises(InputError, match="cannot be in row 9"):
        read_bytes(tmp_path, data, header_row=9)


def test_a_header_behind_the_last_line_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no header row"):
        read_bytes(tmp_path, b"one line\n", header_row=2)


def test_a_footer_is_set_aside_with_its_line(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b'"a","b"\n"1","2"\n"3","4"\n\n"Copyright (c) Example"\n')
    assert found.rows == [["1", "2"], ["3", "4"]]
    assert [(q.line, q.code, q.offset) for q in found.aside] == [(5, "cell_count", 25)]


SHORT = b"id;name;city;note\n1;Ada;Ulm;x\n2;Bo\n3;Cem;Ulm\n\n4;Dee;Ulm;y;z\n5\n"


def test_short_rows_are_set_aside_unless_the_source_fills_them(tmp_path: Path) -> None:
    aside = read_bytes(tmp_path, SHORT)
    assert [q.line for q in aside.aside] == [3, 4, 6, 7]
    filled = read_bytes(tmp_path, SHORT, short_rows="fill")
    assert filled.rows == [["1", "Ada", "Ulm", "x"], ["2", "Bo", "", ""], ["3", "Cem", "Ulm", ""], ["5", "", "", ""]]
    assert [(q.line, q.code) for q in filled.aside] == [(6, "cell_count")]
    (told,) = [f for f in filled.findings if f.code == "short_rows_filled"]
    assert told.count == 3 and "(line 3, 4, 7)" in (told.hint or "")
    assert aside.adds_up() and filled.adds_up()


def test_a_file_of_short_rows_names_the_word_that_reads_it(tmp_path: Path) -> None:
    short, long = b"a;b;c\n1;2\n3;4\n5;6;7\n", b"a;b;c\n1;2;3;4\n5;6;7;8\n5;6\n"
    (told,) = [f for f in read_bytes(tmp_path, short).findings if f.code == "header_suspect"]
    assert "`short_rows: fill`" in (told.hint or "")
    (other,) = [f for f in read_bytes(tmp_path, long).findings if f.code == "header_suspect"]
    assert "short_rows" not in (other.hint or "")
    (wider,) = [f for f in read_bytes(tmp_path, b"a;b;c\n1;2;3;x\n4;5;6;y\n").findings if f.code == "header_suspect"]
    assert "name it there" in (wider.hint or "")


@pytest.mark.parametrize("cell", [b'"x;y"', b'"two\nlines"', b'"q""q"'])
def test_short_rows_with_quoted_cells_are_filled(tmp_path: Path, cell: bytes) -> None:
    found = read_bytes(tmp_path, b"a;b;c\n1;2;3\n4;" + cell + b"\n", short_rows="fill")
    assert [len(row) for row in found.rows] == [3, 3]
    assert found.rows[1][2] == ""


def test_names_are_normalised_and_doubles_told_apart(tmp_path: Path) -> None:
    header = "\ufeff Tel ;Tel;TEL;;Fi\u0307rma;__row;Tel#1\n"
    found = read_bytes(tmp_path, header.encode() + b"1;2;3;4;5;6;7\n")
    assert found.columns == ("Tel#2", "Tel#3", "TEL#4", "Column 4", "Fi\u0307rma", "column__row", "Tel#1")
    assert len(found.rows[0]) == 7


def test_lines_and_offsets_are_physical(tmp_path: Path) -> None:
    data = b'a;b\r\n1;"x\r\ny\r\nz"\r\n\r\n2;bad;row\r\n3;c\r\n'
    found = read_bytes(tmp_path, data)
    assert found.lines == [2, 7]
    assert (found.aside[0].line, found.aside[0].offset) == (6, data.index(b"2;bad"))


def test_files_of_one_source_are_united_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"mail;x\na@example.com;1\n")
    (tmp_path / "b.csv").write_bytes(b"y,mail\n2,b@example.com\n")
    found = read(tmp_path / "a.csv", tmp_path / "b.csv", tags=("in", "out"), tag_column="state")
    assert found.columns == ("mail", "x", "y", "state")
    assert found.rows == [["a@example.com", "1", None, "in"], ["b@example.com", None, "2", "out"]]
    assert found.table.column("__row").to_pylist() == [0, 1]
    assert found.table.column("__file").to_pylist() == [0, 1]
    assert "columns_differ" in found.codes


def test_columns_that_two_files_spell_with_other_capitals_are_one_and_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Id;Name\n1;a\n", "utf-8")
    (tmp_path / "b.csv").write_text("ID;NAME\n2;b\n", "utf-8")
    found = read(tmp_path / "a.csv", tmp_path / "b.csv")
    assert found.columns == ("Id", "Name") and found.rows == [["1", "a"], ["2", "b"]]
    (told,) = [finding for finding in found.findings if finding.code == "columns_differ"]
    assert told.message == "files spell columns with other capitals: ID as Id, NAME as Name"


def test_a_tag_may_not_hide_a_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"state\n1\n")
    with pytest.raises(UsageError, match="also a column"):
        read(tmp_path / "a.csv", tags=("in",), tag_column="state")


def test_empty_cells_are_empty_and_not_null(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b'a;b;c\n;"";NULL\n').rows == [["", "", "NULL"]]


def test_batches_do_not_change_what_is_read(tmp_path: Path) -> None:
    data = b"a;b\n" + b"".join(b"%d;x\n" % i for i in range(1000)) + b"bad\n"
    one, many = read_bytes(tmp_path, data), read_bytes(tmp_path, data, batch_rows=7)
    assert one.table.equals(many.table)
    assert one.aside == many.aside


@pytest.mark.shared_data
def test_real_exports_are_read_whole(shared_data: Path) -> None:
    found = read(shared_data / "maven-crm" / "sales_pipeline.csv", batch_rows=65_536)
    assert (found.table.num_rows, found.aside, found.adds_up()) == (8800, (), True)
    assert sum(not row["account"] for row in found.table.to_pylist()) == 1425


@pytest.mark.parametrize("mark", [b"\x1a", b"\x1a\r\n", b"\x1a\x1a\0\0", b"\r\n\x1a"])
def test_the_end_mark_of_dos_is_no_row(tmp_path: Path, mark: bytes) -> None:
    found = read_bytes(tmp_path, b"a,b\r\n1,x\r\n2,y\r\n" + mark)
    assert (found.rows, found.aside, found.adds_up()) == ([["1", "x"], ["2", "y"]], (), True)
    assert any("0x1A" in line for line in found.facts[0].evidence)


def test_an_end_mark_inside_a_file_is_not_passed_over(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"a,b\r\n1,x\r\n\x1a2,y\r\n")
    assert found.rows[1][0] != "2"


def test_quotes_behind_a_blank_open_a_cell(tmp_path: Path) -> None:
    data = b'Id, First, Note\n1, "Lee, Ann", "say ""hi"""\n2, Bob, ""\n3, "Cy\nFox", x\n'
    found = read_bytes(tmp_path, data)
    assert found.columns == ("Id", "First", "Note")
    assert found.rows == [["1", "Lee, Ann", 'say "hi"'], ["2", "Bob", ""], ["3", "Cy\nFox", "x"]]
    assert (found.aside, found.adds_up(), found.lines) == ((), True, [2, 3, 4])


def test_single_quotes_below_a_bare_header(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"Id,Last,Note\nq1,'Lee','x'\nq2,'O''Brien, Bob',''\n")
    assert found.rows == [["q1", "Lee", "x"], ["q2", "O'Brien, Bob", ""]]


@pytest.mark.parametrize("cell", ["''", "'Lee'"])
def test_one_cell_in_single_quotes_is_a_value(tmp_path: Path, cell: str) -> None:
    assert read_bytes(tmp_path, f"Name\n{cell}\n".encode()).rows == [[cell]]


def test_an_apostrophe_before_a_number_is_no_quote(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"Id,Zip,Name\n'1,'00123,D'Or\n'2,'00124,Lee\n")
    assert found.rows[0] == ["'1", "'00123", "D'Or"]


def test_quotes_behind_a_backslash(tmp_path: Path) -> None:
    data = b'a,b\n1,"say \\"hi\\", Ann"\n2,"C:\\\\dir\\\\"\n3,x\n'
    found = read_bytes(tmp_path, data)
    assert found.rows == [["1", 'say "hi", Ann'], ["2", "C:\\\\dir\\\\"], ["3", "x"]]
    assert (found.aside, found.adds_up()) == ((), True)


def test_a_backslash_at_the_end_of_a_cell_stays(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, b'a,b\n"C:\\dir\\","x"\n').rows == [["C:\\dir\\", "x"]]


def test_a_delimiter_more_in_every_row(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"Id,Last,Email\n1,Lee,a@lee.example,\n2,Ray,,\n3,,b@ray.example,\n")
    assert found.columns == ("Id", "Last", "Email")
    assert found.rows == [["1", "Lee", "a@lee.example"], ["2", "Ray", ""], ["3", "", "b@ray.example"]]
    assert "spare_delimiter" in found.codes


def test_a_delimiter_more_in_the_header(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, b"Id;Last;;\n1;Lee\n2;Ray\n")
    assert (found.columns, found.rows) == (("Id", "Last"), [["1", "Lee"], ["2", "Ray"]])
    assert "spare_delimiter" in found.codes


def test_a_delimiter_more_in_some_rows_is_doubt(tmp_path: Path) -> None:
    data = b"Id,Last,Email\n1,Lee,a@lee.example\n2,Ray, Bob,\n3,Fox,c@fox.example\n"
    found = read_bytes(tmp_path, data)
    assert [(q.line, q.code) for q in found.aside] == [(3, "cell_count")]


@pytest.mark.parametrize("beyond", [" ", "\u00a0", '" "'])
def test_blanks_behind_the_header_are_nothing(tmp_path: Path, beyond: str) -> None:
    rows = "".join(f"{n};Ada;{beyond}\r\n" for n in range(5))
    found = read_bytes(tmp_path, f"id;name\r\n{rows}".encode())
    assert found.rows == [[str(n), "Ada"] for n in range(5)]
    assert "spare_delimiter" in found.codes and found.adds_up()


def test_a_value_behind_the_spare_delimiter_is_set_aside(tmp_path: Path) -> None:
    data = b"Id,Last\n" + b"1,Lee,\n" * 3000 + b"2,Ray,lost\n3,Fox\n"
    found = read_bytes(tmp_path, data)
    assert [(q.line, q.code) for q in found.aside] == [(3002, "cell_count"), (3003, "cell_count")]
    assert found.adds_up()


def test_a_wrong_delimiter_is_one_error_that_names_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"one column of the header; did you mean the semicolon\?"):
        read_bytes(tmp_path, b"Id;First;Last\n1;Ann;Lee\n", delimiter=",")


def test_single_quotes_around_a_few_cells_are_quotes_where_only_so_every_row_fits(tmp_path: Path) -> None:
    plain = [f"{n},Ada,Ulm\n" for n in range(9)]
    data = "id,name,city\n" + "".join(plain) + "9,'Lee, Ada','O''Ulm'\n10,'Lee, Bo',Ulm\n"
    found = read_bytes(tmp_path, data.encode())
    assert found.rows[-2:] == [["9", "Lee, Ada", "O'Ulm"], ["10", "Lee, Bo", "Ulm"]]
    assert found.adds_up() and not found.aside
    assert any("rows have as many cells as the header only where it quotes" in each for each in found.facts[0].evidence)


@pytest.mark.parametrize(
    "rows",
    [
        "1,'Lee, Ada',Ulm\n2,Bo,Ulm\n",  # one row alone may be a slip
        "1,'s-Gravenhage,Ulm\n2,'t Hooft, Jan,Ulm\n3,'t Hooft, Bo,Ulm\n",  # apostrophes that nothing closes
        "1,'Lee, Ada',Ulm\n2,'Lee, Bo',Ulm\n3,\"x\",Ulm\n",  # there are double quotes
        "1,'Lee, Ada',Ulm\n2,'Lee, Bo',Ulm\n3,a,b,c\n",  # a row fits in neither way
    ],
)
def test_single_quotes_that_do_not_make_every_row_fit_are_letters(tmp_path: Path, rows: str) -> None:
    plain = "".join(f"{n},Ada,Ulm\n" for n in range(9))
    found = read_bytes(tmp_path, f"id,name,city\n{plain}{rows}".encode())
    assert found.aside and found.adds_up()
    assert not any(cell and cell.startswith("Lee, ") for row in found.rows for cell in row)
