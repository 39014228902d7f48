"""A key of several columns may lack a part, in an assessment as in a run: only a row without any has none."""

from pathlib import Path

from crm_migrate.assessing.assembling import assess
from crm_migrate.assessing.opening import of_project
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
sources:
  offers: {file: offers.csv, key: [Firm, Offer]}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  deals: {from: offers, fields: {name: Name}}
"""


def test_a_row_that_lacks_a_part_has_a_key_and_one_that_lacks_all_has_none(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    rows = ["Firm;Offer;Name", "1;;A", ";7;B", "1; ;C", ";;D", "2;1;E"]
    (tmp_path / "offers.csv").write_text("\n".join(rows) + "\n", "utf-8")
    with of_project(Project(tmp_path, tmp_path / "crm-migrate.yaml"), None) as opened:
        found = assess(opened, made="2026-12-01T10:00:00+00:00", tool="test")
    told = {card.kind: (card.count, card.of) for card in found.cards if card.kind.startswith("key")}
    assert told == {"key_missing": (1, 5), "key_twice": (1, 4)}
