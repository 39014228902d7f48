"""Writes docs/simulators/<name>-rules.md: each rule of a simulated CRM with its evidence.

python scripts/make_simulator_rules.py
"""

from importlib.metadata import entry_points
from pathlib import Path

from crm_migrate_simulators.evidence import table
from crm_migrate_simulators.starting import Simulator

PAGES = Path(__file__).resolve().parent.parent / "docs" / "simulators"


def pages() -> dict[Path, str]:
    """What stands in each file."""
    simulators: dict[str, Simulator] = {p.name: p.load() for p in entry_points(group="crm_migrate.simulators")}
    return {
        PAGES / f"{name}-rules.md": table(f"{simulator.title}: rules and their evidence", simulator.rules)
        for name, simulator in sorted(simulators.items())
        if simulator.rules
    }


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8", newline="\n")
