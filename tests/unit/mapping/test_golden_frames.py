"""What `mapping check` prints for every kind of mistake: a small wrong mapping, and the frames as they are read.

Every folder of `tests/golden/mapping/wrong` is a project with `frames.txt`. After a wanted change of words:
`REFRESH=1 pytest tests/unit/mapping/test_golden_frames.py`, and read the difference.
"""

import ast
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.codes import CODES

ROOT = Path(__file__).parents[3]
WRONG = sorted(path for path in (ROOT / "tests" / "golden" / "mapping" / "wrong").iterdir() if path.is_dir())
ROOMS = (*sorted((ROOT / "crm_migrate" / "mapping").glob("*.py")), ROOT / "crm_migrate" / "inspecting" / "checking.py")


def frames(folder: Path, tmp_path: Path) -> list[str]:
    """The frames of a case. Most have no exports: that these cannot be read is told by one case."""
    project = tmp_path / "project"
    shutil.copytree(folder, project)
    result = CliRunner().invoke(cli, ["mapping", "check", str(project)])
    shown = result.stdout
    assert (result.exit_code == 0) == ("error[" not in shown), "what is an error stops, and nothing else does"
    found = [frame + "\n" for frame in shown.rstrip("\n").split("\n\n") if frame]
    return found if folder.name == "source_unread" else [f for f in found if "[source_unread]" not in f]


@pytest.mark.parametrize("folder", WRONG, ids=lambda path: path.name)
def test_a_mistake_is_told_in_these_words(folder: Path, tmp_path: Path) -> None:
    found, path = frames(folder, tmp_path), folder / "frames.txt"
    if os.environ.get("REFRESH"):
        path.write_text("\n".join(found), encoding="utf-8")
    assert "\n".join(found) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", WRONG, ids=lambda path: path.name)
def test_every_frame_has_its_place_its_code_and_a_next_step(folder: Path) -> None:
    """The caret stands under the line that is printed, inside of it, and below it stands what to do."""
    for frame in (folder / "frames.txt").read_text(encoding="utf-8").split("\n\n"):
        head, *rest = frame.rstrip("\n").splitlines()
        code = re.match(r"(?:error|warning|note)\[(\w+)\]: \S", head)
        assert code and code[1] in CODES, head
        assert re.search(r"^ *--> \S", frame, re.MULTILINE), frame
        assert re.search(r"^ *= help: .*\w", rest[-1]), frame
        shown = re.search(r"^\d+ \| (.*)\n *\| ([ \t]*)(\^+)$", frame, re.MULTILINE)
        if code[1] not in WITHOUT_A_LINE:
            assert shown, frame
        if shown:
            assert len(shown[2]) < len(shown[1]) or shown[3] == "^", frame


# They are about a file that is not the mapping, or about no line of it.
WITHOUT_A_LINE = {"decision_invalid", "correction_unknown"}


def told(path: Path) -> Iterator[str]:
    """The codes that a module gives to findings: the first thing that is said when one is made."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            first = node.args[0]
            words = [*ast.walk(first)] if isinstance(first, ast.IfExp) else [first]
            yield from (w.value for w in words if isinstance(w, ast.Constant) and w.value in CODES)


def test_every_code_of_the_mapping_rooms_has_a_case() -> None:
    codes = {code for room in ROOMS for code in told(room)}
    assert len(codes) > 60, "the codes are still found in the source"
    shown = "".join((folder / "frames.txt").read_text(encoding="utf-8") for folder in WRONG)
    assert codes - set(re.findall(r"^\w+\[(\w+)\]", shown, re.MULTILINE)) == set()
