"""Two copies of a project that load one target at the same time, from two machines: one record per key all the same."""

import os
from pathlib import Path

import pytest

from exactly_once.company import write_project
from exactly_once.targets import Place, opened
from exactly_once.warm import Job, Warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the loaders are forks of a warm parent"),
]


class Copy:
    """One of them: its folder, its locks, its parent."""

    def __init__(self, warm: Warm, place: Place, folder: Path, name: str) -> None:
        self.warm, self._place, self._folder, self._said = warm, place, folder / name, folder / f"{name}.said"
        self._locks = folder / f"{name}-locks"
        self._locks.mkdir()
        write_project(self._folder)

    def job(self, *words: str) -> Job:
        """A command line; nobody else sees its locks."""
        self._said.unlink(missing_ok=True)
        command = (*words, str(self._folder), *(() if words[0] == "resume" else ("--env", self._place.name)))
        return Job(command, self._place.variables, str(self._said), machine=str(self._locks))

    def said(self) -> str:
        """What the last job said."""
        return self._said.read_text(encoding="utf-8")


@pytest.mark.cases(1)
@pytest.mark.parametrize("target", ["shared", "rest"])
def test_two_copies_on_two_machines_make_each_record_once(warm: Warm, tmp_path: Path, target: str) -> None:
    """What each sees of the other is in the target alone, which keeps our key unique."""
    with (
        opened(target, tmp_path, **({"unique": True, "patience": 5} if target == "rest" else {})) as place,
        Warm() as other,
    ):
        copies = [Copy(warm, place, tmp_path, "one"), Copy(other, place, tmp_path, "two")]
        assert warm.run(copies[0].job("target", "prepare")).code == 0, copies[0].said()
        for copy in copies:
            assert copy.warm.run(copy.job("run", "--until", "plan", "--report", "json")).code == 0, copy.said()
        children = [copy.warm.start(copy.job("resume")) for copy in copies]
        ends = [child.end().code for child in children]
        assert 0 in ends, [copy.said() for copy in copies]
        for copy, end in zip(copies, ends, strict=True):
            assert end in (0, 1, 2, 4) and "Traceback" not in copy.said(), copy.said()
            assert end in (0, 1) or "next:" in copy.said() or "help:" in copy.said(), copy.said()
        assert not place.wrong(tmp_path)
        for copy in copies:
            assert copy.warm.run(copy.job("run", "--report", "json")).code == 0, copy.said()
        assert not place.wrong(tmp_path)
