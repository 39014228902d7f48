"""What a workbook's reader lays down lies in the project, for this user only, and does not outlive it for long."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sources_kit import workbooks as wb

from crm_migrate.connecting.contract import SourceSpec
from crm_migrate.disk.scratch import Scratch
from crm_migrate_files.workbook import Workbook

_KILLED = """
import os, sys
from pathlib import Path
from crm_migrate.disk.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "00000.arrow").write_text("Ida Roth")
os.kill(os.getpid(), 9)
"""


def _book(folder: Path) -> Path:
    sheet = wb.rows(wb.header("id", "name"), '<c r="A2"><v>1</v></c>' + wb.text_cell("B2", "Ida"))
    return wb.write(folder, wb.zipped(wb.parts(sheet)))


def test_a_sheet_lies_in_the_project_for_this_user_and_goes(tmp_path: Path) -> None:
    place = tmp_path / ".crm-migrate" / "scratch"
    book = Workbook(_book(tmp_path), SourceSpec("s", scratch=place))
    assert sum(parsed.table.num_rows for parsed in book.read()) == 1
    [folder] = place.iterdir()
    if sys.platform != "win32":
        paths = (place, folder, *folder.iterdir())
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in paths if path.name != "held")
    del book
    assert not list(place.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_what_a_killed_process_left_is_gone_at_the_next_start(tmp_path: Path) -> None:
    place = tmp_path / "scratch"
    subprocess.run([sys.executable, "-c", _KILLED, str(place)], check=False)
    assert len(list(place.glob("*/00000.arrow"))) == 1
    mine, other = Scratch(place), Scratch(place)
    assert {mine.path, other.path} == set(place.iterdir())
