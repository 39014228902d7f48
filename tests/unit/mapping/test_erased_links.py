"""What becomes of links of people who are erased: a link is nothing without one of its ends."""

from pathlib import Path

import pytest

from crm_migrate.errors import MappingError
from crm_migrate.mapping.resolving import resolve
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
environments: {local: {connector: sql, url: "sqlite:///x.db"}}
sources: {people: {file: p.csv, key: Id}, deals: {file: d.csv, key: Id}, roles: {file: r.csv, key: Id}}
objects:
  contacts: {from: people, fields: {last_name: Name, email: Mail}}
  deals: {from: deals, fields: {name: Name, contact: Person}}
links:
  deal_contacts: {from: roles, ends: {deals: Deal, contacts: Person}, fields: {role: Role}}
privacy:
  erase: {list: erased.csv, children: CHILDREN}
"""


def said(folder: Path, children: str) -> tuple[str, set[str]]:
    """What becomes of deals, and of links, of an erased person."""
    (folder / "crm-migrate.yaml").write_text(MAPPING.replace("CHILDREN", children), "utf-8")
    (folder / "erased.csv").write_text("email\na@one.example\n", "utf-8")
    plan, _ = resolve(Project(folder, folder / "crm-migrate.yaml"))
    policies = {
        name: {field.ref.parent_erased for field in plan.object(name).fields if field.ref is not None}
        for name in ("deals", "deal_contacts")
    }
    (deals,) = policies["deals"]
    return deals, policies["deal_contacts"]


@pytest.mark.parametrize(
    ("children", "deals", "links"),
    [
        ("{}", "clear", "exclude"),
        ("clear", "clear", "exclude"),
        ("hold", "hold", "hold"),
        ("exclude", "exclude", "exclude"),
        ("{deals: exclude}", "exclude", "exclude"),
        ("{deal_contacts: hold}", "clear", "hold"),
    ],
)
def test_a_link_goes_with_its_end_unless_it_is_to_wait(tmp_path: Path, children: str, deals: str, links: str) -> None:
    assert said(tmp_path, children) == (deals, {links})


def test_a_link_with_one_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError) as refused:
        said(tmp_path, "{deal_contacts: clear}")
    (finding,) = refused.value.findings
    assert (finding.code, finding.message) == (
        "field_conflict",
        "`deal_contacts: clear` would leave links with one end",
    )
