"""One loader per database, whatever machine it runs on; and one that was killed a moment ago is none any more."""

import threading
from contextlib import closing
from pathlib import Path

import pytest
from databases import VARIABLES, options

from crm_migrate.connecting.conformance_targets import everything, write
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import TargetConflict
from crm_migrate_sql import one_loader
from crm_migrate_sql.target import SqlTarget

THING = TargetObject("thing", (TargetField("name", "text"),))
every_server = pytest.mark.parametrize(
    "server", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in VARIABLES]
)


@every_server
def test_a_lock_is_waited_for_that_a_server_gives_back_late(tmp_path: Path, server: str) -> None:
    """It sees that a process was killed when it next looks at its connection."""
    where = options(server, tmp_path)
    with closing(SqlTarget(where)) as killed, closing(SqlTarget(where)) as second:
        killed.prepare((THING,), apply=True)
        assert write(killed, THING, "a", [{"__entity": "1", "name": "Ada"}]).refused == {}
        noticed = threading.Timer(0.7, killed.close)
        noticed.start()
        assert write(second, THING, "b", [{"__entity": "2", "name": "Bob"}]).refused == {}
        noticed.join()
        assert [row["name"] for row in everything(second, THING)] == ["Ada", "Bob"]


@every_server
def test_who_really_loads_is_not_waited_for_for_long_and_is_told(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_loader, "SECONDS", 0.6)
    where = options(server, tmp_path)
    with closing(SqlTarget(where)) as first, closing(SqlTarget(where)) as second:
        first.prepare((THING,), apply=True)
        write(first, THING, "a", [{"__entity": "1", "name": "Ada"}])
        with pytest.raises(TargetConflict, match="another crm-migrate is loading this database") as told:
            write(second, THING, "b", [{"__entity": "2", "name": "Bob"}])
        assert "killed" in told.value.hint
        assert [row["name"] for row in everything(first, THING)] == ["Ada"]
