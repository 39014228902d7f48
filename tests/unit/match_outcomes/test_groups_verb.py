"""`match --groups`: the groups as a file, and one line about what would be merged."""

from pathlib import Path

import pandas as pd
from click.testing import CliRunner
from planted import framed, person

from crm_migrate.cli.matching import match_group


def test_groups_are_written_and_merges_are_counted(tmp_path: Path) -> None:
    home = {"last_name": "Aslan", "email": "aslan@mail.example", "street": "Gül Sokak 5", "city": "Ankara"}
    frame = framed([person(900) | home | {"first_name": name} for name in ("Hasan", "Meltem")])
    frame.to_csv(tmp_path / "in.csv", index_label="id")
    names = ["in.csv", "--id", "id", "-o", "out.csv", "--groups", "groups.csv"]
    arguments = [str(tmp_path / name) if name.endswith(".csv") else name for name in names]
    result = CliRunner().invoke(match_group, arguments, catch_exceptions=False)
    assert "rows would be merged" in result.output
    assert "groups, never merged" in result.output
    groups = pd.read_csv(tmp_path / "groups.csv").set_index("id")
    assert set(groups.loc["p1", "kind"]) >= {"household", "shared_mailbox"}
