"""Two test files of one name cannot be imported by one worker: seen only in a run of the whole suite."""

from collections import Counter
from pathlib import Path


def test_each_test_file_has_a_name_of_its_own() -> None:
    names = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []
