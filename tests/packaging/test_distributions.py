"""The wheel, a wheel built from the sdist, and the checkout all carry connectors, mappings and sample data."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROBE = """
import pathlib, sys
import crm_migrate
from crm_migrate.connecting.discovery import available
from crm_migrate.workspace.shipped import shipped
where = pathlib.Path(crm_migrate.__file__)
assert (pathlib.Path(sys.argv[1]) in where.parents), where
print(sorted(c.name for c in available()))
sources = shipped("mappings") / "sources"
print((sources / "xero.yaml").is_file(), (sources / "hubspot" / "contacts.yaml").is_file())
print(sorted(p.parent.name for p in shipped("sample_data").glob("*/crm-migrate.yaml")))
print((shipped("sample_data") / "hotel" / "old" / "konak.db").is_file())
"""
EXPECTED = [
    "['amagi', 'bottle', 'dynamics', 'espocrm', 'files', 'freshsales', 'hubspot', 'odoo', 'rest', 'salesforce', "
    "'sql', 'suitecrm', 'tryton', 'vtiger', 'zoho']",
    "True True",
    "['anadolu', 'hotel']",
    "True",
]


def build(kind: str, source: Path, into: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(into), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(into.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def installed(wheel: Path, into: Path) -> list[str]:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(into),
            str(wheel),
        ],
        check=True,
    )
    environment = {**os.environ, "PYTHONPATH": str(into)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(into)], capture_output=True, text=True, env=environment, cwd=into
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def test_a_wheel_carries_everything(tmp_path: Path) -> None:
    assert installed(build("wheel", ROOT, tmp_path / "dist"), tmp_path / "site") == EXPECTED


def test_a_wheel_built_from_the_sdist_carries_everything(sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    unpacked = next((tmp_path / "source").iterdir())

    assert installed(build("wheel", unpacked, tmp_path / "dist"), tmp_path / "site") == EXPECTED


def test_the_checkout_carries_everything() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, str(ROOT)], capture_output=True, text=True, cwd=ROOT.parent)

    assert done.stdout.splitlines() == EXPECTED, done.stderr
