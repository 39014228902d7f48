"""Files in ZIP archives: named as in a folder, read as any other, and nothing that a stranger packs leads elsewhere."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sources_kit import workbooks as wb

from crm_migrate.connecting.archives import SMALL, members, parted
from crm_migrate.connecting.conformance import check_source
from crm_migrate.errors import InputError, UsageError
from crm_migrate.mapping.opening import build_spec
from crm_migrate.mapping.plan import FilePlan, SourcePlan
from crm_migrate.stages.extract import extract, read_facts
from crm_migrate.workspace.layout import Project
from crm_migrate_files import CONNECTOR

WEEKLY = {
    "Contact_1.csv": "Id,Name\n1,Ada\n2,Jo\n",
    "sub/Contact_2.csv": "Id,Name\n3,Öz\n",
    "Account.csv": "Id\n9\n",
    "__MACOSX/._Account.csv": "x",
    "sub/": "",
}


def plan(*patterns: str) -> SourcePlan:
    files = tuple(FilePlan(pattern=pattern) for pattern in patterns)
    return SourcePlan(name="s", key=("Id",), locale="en-US", time_zone="UTC", files=files)


def project(folder: Path, contents: dict[str, str] | bytes, name: str = "weekly.zip") -> Project:
    (folder / name).write_bytes(contents if isinstance(contents, bytes) else wb.zipped(contents))
    return Project(folder, folder / "crm-migrate.yaml")


@pytest.mark.parametrize(
    ("pattern", "outer", "inner"),
    [
        ("a/b.zip/c/d.csv", "a/b.zip", "c/d.csv"),
        ("a/WE_*.ZIP/*.csv", "a/WE_*.ZIP", "*.csv"),
        ("b.zip", "b.zip", ""),
        ("a\\b.zip\\c.csv", "a/b.zip", "c.csv"),
        ("a.csv", "a.csv", None),
    ],
)
def test_a_pattern_is_parted_at_the_archive(pattern: str, outer: str, inner: str | None) -> None:
    assert parted(pattern) == (outer, inner)


def test_files_in_an_archive_are_one_table_and_keep_their_place(tmp_path: Path) -> None:
    where = project(tmp_path, WEEKLY)
    run, wanted = where.run("r1"), plan("weekly.zip/*Contact_*.csv")
    spec = build_spec(wanted, where)
    found = extract(wanted, where, run, source=CONNECTOR.source(spec))
    assert [fact.path for fact in found.files] == ["weekly.zip/Contact_1.csv", "weekly.zip/sub/Contact_2.csv"]
    assert [fact.counted for fact in found.files] == [2, 1] and found.records == 3
    assert extract(wanted, where, run, source=CONNECTOR.source(spec)).reused
    assert read_facts(run, "s").files == found.files
    assert check_source(lambda: CONNECTOR.source(spec)) == []
    project(tmp_path, {**WEEKLY, "Contact_1.csv": "Id,Name\n1,Ida\n2,Jo\n"})
    with pytest.raises(InputError, match=r"weekly\.zip/Contact_1\.csv changed"):
        extract(wanted, where, run, source=CONNECTOR.source(spec))


def test_an_archive_of_one_file_is_that_file(tmp_path: Path) -> None:
    where = project(tmp_path, {"people.csv": "Id\n1\n", ".DS_Store": "x"})
    assert CONNECTOR.source(build_spec(plan("weekly.zip"), where)).describe().columns == ("Id",)


@pytest.mark.parametrize(
    ("pattern", "words", "hint"),
    [
        ("weekly.zip", "holds 3 files: Account.csv, Contact_1.csv", "weekly.zip/Account.csv"),
        ("weekly.zip/Contact1.csv", "no file in the archive matches", "did you mean `weekly.zip/Contact_1.csv`"),
        ("other.zip/a.csv", "no file matches", "holds: weekly.zip"),
        ("/weekly.zip/a.csv", "leads out of the project", "copy"),
    ],
)
def test_what_an_archive_does_not_hold_is_told_with_what_it_holds(
    tmp_path: Path, pattern: str, words: str, hint: str
) -> None:
    with pytest.raises((InputError, UsageError), match=words) as caught:
        build_spec(plan(pattern), project(tmp_path, WEEKLY))
    assert hint in str(caught.value.hint)


def test_one_file_of_an_archive_under_two_patterns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Account\.csv is named by two patterns"):
        build_spec(plan("weekly.zip/A*.csv", "weekly.zip/*ount.csv"), project(tmp_path, WEEKLY))


def test_a_folder_with_the_ending_of_an_archive_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.zip").mkdir()
    (tmp_path / "x.zip" / "a.csv").write_text("Id\n1\n", "utf-8")
    spec = build_spec(plan("x.zip/*.csv"), Project(tmp_path, tmp_path / "crm-migrate.yaml"))
    assert [file.member for file in spec.files] == [None]


def locked() -> bytes:
    data = bytearray(wb.zipped({"a.csv": "Id\n1\n"}))
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def broken() -> bytes:
    data = bytearray(wb.zipped({"a.csv": "Id\n" + "".join(f"{i * i}\n" for i in range(99))}))
    data[60:70] = bytes(10)
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "password": (locked, "protected with a password"),
    "link": (linked, "holds a link"),
    "path": (lambda: wb.zipped({"../a.csv": "Id\n1\n"}), "leads out of it"),
    "drive": (lambda: wb.zipped({"C:/a.csv": "Id\n1\n"}), "leads out of it"),
    "bomb": (lambda: wb.zipped({"a.csv": b"0" * (SMALL + 1)}), "ZIP bomb"),
    "damaged": (broken, "is a damaged archive"),
    "no archive": (lambda: b"Id\n1\n", "is a damaged archive"),
    "empty": (lambda: wb.zipped({}), "holds no file"),
    "archive in it": (lambda: wb.zipped({"a.zip": wb.zipped({"a.csv": "Id\n1\n"})}), "is a ZIP file, not text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_with_a_next_step(tmp_path: Path, name: str) -> None:
    make, words = HOSTILE[name]
    with pytest.raises(InputError, match=words) as caught:
        CONNECTOR.source(build_spec(plan("weekly.zip"), project(tmp_path, make()))).describe()
    assert caught.value.hint and not list(tmp_path.glob("*.csv"))


def test_the_same_name_in_two_folders_is_two_files(tmp_path: Path) -> None:
    where = project(tmp_path, {"a/x.csv": "Id\n1\n", "b/x.csv": "Id\n2\n"})
    source = CONNECTOR.source(build_spec(plan("weekly.zip/*/x.csv"), where))
    assert [batch.records.column("Id").to_pylist() for batch in source.read(10)] == [["1", "2"]]
    assert members(tmp_path / "weekly.zip") == ("a/x.csv", "b/x.csv")
