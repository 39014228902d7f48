"""The profiles that we ship are not parsed when a command starts; what was changed is."""

import shutil
from pathlib import Path

import pytest

from crm_migrate.mapping import library
from crm_migrate.suggesting.knowledge import profiles


@pytest.fixture(autouse=True)
def nothing_read_yet() -> None:
    library._source_profile.cache_clear()


def test_no_profile_of_ours_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "read_bytes", lambda data, name: pytest.fail(f"{name} was parsed"))
    assert len(profiles(tmp_path)) == len(library.names("sources", tmp_path)) > 70


def test_one_that_a_project_changed_is_read_as_it_is_there(tmp_path: Path) -> None:
    own = tmp_path / "mappings" / "sources" / "xero.yaml"
    own.parent.mkdir(parents=True)
    shutil.copyfile(Path(str(library.builtin())) / "sources" / "xero.yaml", own)
    shipped = profiles(tmp_path)["xero"]
    own.write_text(own.read_text("utf-8").replace(f"title: {shipped.title}", "title: Ours"), "utf-8")
    assert profiles(tmp_path)["xero"].title == "Ours" != shipped.title
