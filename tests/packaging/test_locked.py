"""What the package needs is what the lock installs: a fresh checkout has every library that is imported."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("extra", ["dependencies", "postgresql", "mariadb", "salesforce", "dev"])
def test_every_declared_library_is_locked(extra: str) -> None:
    """`make demo` on a fresh machine installs the lock and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] if extra == "dependencies" else project["optional-dependencies"][extra]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/dev.txt").read_text(encoding="utf-8"), re.M))
    names = {re.split(r"[\[><=!~; ]", line)[0].lower().replace("_", "-").replace(".", "-") for line in wanted}
    assert names - locked - {"crm-migrate"} == set()


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("tryton", "trytond"),
        ("amagi", "amagi-crm"),
        ("bottle", "django-crm"),
        ("clients", "hubspot-api-client"),
        ("axe", "axe-playwright-python"),
    ],
)
def test_a_server_of_the_tests_is_locked_and_no_part_of_the_package(name: str, program: str) -> None:
    """Software that tests talk to: pinned with hashes in a file of its own, and needed by nothing that we ship."""
    wanted = re.findall(r"^([a-z-]+)==", (ROOT / f"requirements/{name}.in").read_text(encoding="utf-8"), re.M)
    locked = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert program in wanted
    assert set(wanted) <= set(re.findall(r"^([a-z0-9-]+)==[^\n]*\\\n    --hash=sha256:", locked, re.M))
    ours = ((ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "requirements/dev.txt"))
    assert not [line for text in ours for line in re.findall(rf'^\s*"?{program}.*', text, re.M)]
