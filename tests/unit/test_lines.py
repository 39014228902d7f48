"""A message about many lines of a file names the first ten, and keeps no more of them."""

from itertools import count, islice

from crm_migrate.disk.lines import MOST, Lines


def test_few_lines_are_all_named() -> None:
    lines = Lines([3])
    lines.add([17, 1204])
    assert (str(lines), lines.count, bool(lines)) == ("line 3, 17, 1,204", 3, True)


def test_of_many_lines_the_first_ten_are_named_and_kept() -> None:
    lines = Lines(islice(count(1), 100_000))
    lines.add([200_000])
    assert str(lines) == f"line {', '.join(map(str, range(1, MOST + 1)))} ..."
    assert lines.count == 100_001
    assert len(lines._first) == MOST  # millions of rows would fill the memory


def test_no_lines_are_nothing_to_tell() -> None:
    assert not Lines()
