"""Files to import keep the contract of every target, as far as they have it: nothing is taken away again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm_migrate.connecting.conformance_targets import TARGET_CHECKS, OpenTarget
from crm_migrate_bundles.target import FilesTarget


@pytest.fixture
def open_target(tmp_path: Path) -> Iterator[OpenTarget]:
    targets: list[FilesTarget] = []

    def opened() -> FilesTarget:
        targets.append(FilesTarget({"layout": '{"list": "|"}'}, tmp_path))
        return targets[-1]

    yield opened
    for target in targets:
        target.close()


@pytest.mark.parametrize("check", TARGET_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_conformance(check: Callable[[OpenTarget], None], open_target: OpenTarget) -> None:
    check(open_target)
