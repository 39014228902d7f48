"""A project that is planned once and loaded as often as a test wants, each time from the same beginning."""

import shutil
from pathlib import Path
from typing import Any

from exactly_once.company import write_project
from exactly_once.targets import Place
from exactly_once.warm import Ended, Job, Warm


class Prepared:
    """A project in `folder`, bare and planned, and its target. What its jobs say is in `said`."""

    def __init__(self, warm: Warm, place: Place, folder: Path) -> None:
        self.warm, self.place = warm, place
        self.folder, self._planned, self._bare = folder / "project", folder / "planned", folder / "bare"
        self._said = folder / "said"
        write_project(self.folder)
        shutil.copytree(self.folder, self._bare)
        place.empty(self.folder)
        ended = self.run("run", "--until", "plan", "--report", "json")
        assert ended.code == 0, self.said()
        shutil.copytree(self.folder, self._planned)

    def begin(self, *, planned: bool = True) -> None:
        """An empty target, and the project as it was when its load was planned, or before that."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._planned if planned else self._bare, self.folder)
        self.place.empty(self.folder)

    def job(self, verb: str, *more: str, **options: Any) -> Job:
        """A command line about this project."""
        self._said.unlink(missing_ok=True)
        words = (verb, str(self.folder), *(("--env", self.place.name) if verb == "run" else ()), *more)
        return Job(words, self.place.variables, str(self._said), **options)

    def run(self, verb: str, *more: str, **options: Any) -> Ended:
        """A job from its beginning to its end."""
        return self.warm.run(self.job(verb, *more, **options))

    @property
    def on(self) -> str:
        """The verb that goes on."""
        return "resume" if any((self.folder / ".crm-migrate" / "runs").glob("*/run.json")) else "run"

    def said(self) -> str:
        """What the last job said."""
        return self._said.read_text(encoding="utf-8") if self._said.exists() else ""
