"""Where everything of a project lies on disk: the folder that a consultant sees, and the run folder below it."""

from dataclasses import dataclass
from pathlib import Path

WORK = ".crm-migrate"


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder. `mapping` is the YAML file that was named (default `crm-migrate.yaml`).

    `apart` is where what we write goes instead of the folder, for those who only try something out.
    """

    folder: Path
    mapping: Path
    apart: Path | None = None

    @property
    def work(self) -> Path:
        """Everything that the tool writes and a person need not read (mode 0700)."""
        return (self.apart or self.folder) / WORK

    @property
    def ledger(self) -> Path:
        """Outcomes: precious, never rebuilt from nothing."""
        return self.work / "ledger.db"

    @property
    def mask_key(self) -> Path:
        """The secret behind the pseudonyms of masked environments (mode 0600)."""
        return self.work / "mask.key"

    @property
    def passed_examples(self) -> Path:
        """Which examples of the mapping have passed, by the hash of all that decides it."""
        return self.work / "examples.json"

    @property
    def scratch(self) -> Path:
        """What readers lay down between two looks at a file; what a killed one left is removed by the next."""
        return self.work / "scratch"

    @property
    def decisions(self) -> Path:
        """Decisions of people, as YAML files under version control."""
        return self.folder / "decisions"

    @property
    def evidence(self) -> Path:
        """Column evidence, under version control."""
        return (self.apart or self.folder) / "evidence.lock"

    @property
    def models(self) -> Path:
        """The models that matching learned, under version control."""
        return (self.apart or self.folder) / "matching.lock"

    def run(self, run_id: str) -> "Run":
        """The folder of one run."""
        return Run(self.work / "runs" / run_id, run_id)

    def crosswalk(self, identity: str, object_name: str) -> Path:
        """Table entity <-> member source keys of one target identity."""
        return self.work / "targets" / identity / "crosswalk" / object_name

    def sent(self, identity: str, object_name: str) -> Path:
        """Table of what was last sent, per object of one target identity."""
        return self.work / "targets" / identity / "sent" / object_name

    def seen(self, identity: str, object_name: str) -> Path:
        """Table of what was read back after our last load, per object of one target identity."""
        return self.work / "targets" / identity / "seen" / object_name


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of one run: `plan.json`, `run.json`, one folder of tables per stage, and the reports."""

    folder: Path
    id: str

    @property
    def plan(self) -> Path:
        """The frozen plan, canonical JSON."""
        return self.folder / "plan.json"

    @property
    def state(self) -> Path:
        """Which stages are done, epoch and hashes."""
        return self.folder / "run.json"

    def table(self, stage: str, *names: str) -> Path:
        """The folder of one table of one stage: `table("map", "contacts", "kisi", "records")`."""
        return self.folder.joinpath(stage, *names)

    @property
    def report(self) -> Path:
        """The folder of the reports, where people find it: beside the mapping."""
        return self.folder.parents[2] / "reports" / self.id

    @property
    def decisions(self) -> Path:
        """Decisions of the project that this run belongs to."""
        return self.folder.parents[2] / "decisions"
