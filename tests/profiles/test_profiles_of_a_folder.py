"""A folder of several systems through the command line once, and what `init` tells of files that fit twice or not."""

from pathlib import Path

import pytest
from called import call
from layouts import CASES, case, written

TWIN = """\
crm_migrate_source: 1
title: Another CRM with the same export
last_verified: 2026-12-01
evidence: invented
key: "*ContactName"
quirks: [none]
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("several")
    for name in ("mailchimp", "pipedrive", "xero"):
        for file, said in case(CASES / f"{name}.yaml")["files"].items():
            written(folder, file, said)
    (folder / "log.csv").write_text("Level,Message\nINFO,x\nWARN,y\n", "utf-8")
    done = call("init", str(folder))
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_it_names_profile_layout_and_evidence_and_what_is_left(begun: tuple[Path, str]) -> None:
    _, told = begun
    assert "is Xero contacts export (CSV) (xero, layout contacts): 73 of 73 columns known; verified 2026-11-21" in told
    assert "(mailchimp, layout cleaned, audience, unsubscribed): 31 of 31 columns known" in told
    assert "# not mapped of contacts: SkypeName: no field of the model" in told
    assert "`log` holds nothing that the CRM model knows" in told


def test_what_it_writes_checks_green_and_opts_nobody_in(begun: tuple[Path, str]) -> None:
    folder, _ = begun
    check = call("mapping", "check", str(folder))
    assert check.returncode == 0, check.stdout
    text = (folder / "crm-migrate.yaml").read_text("utf-8")
    assert "mailchimp_list_state: {unmapped: hold, map: {subscribed: granted, unsubscribed: withdrawn" in text
    assert "# log:" in text, "what feeds nothing stands there as a comment"


def test_two_that_fit_equally_well_are_both_told_and_none_is_used(tmp_path: Path) -> None:
    from layouts import header, known

    from crm_migrate.suggesting.starting import start

    said = case(CASES / "pipedrive.yaml")["files"]["people-1.csv"]
    written(tmp_path, "people.csv", said)
    own = tmp_path / "mappings" / "sources"
    own.mkdir(parents=True)
    columns = header(known()["pipedrive/persons"], "export")
    lines = "".join(f'  "{column}": {{left: a twin}}\n' for column in columns)
    twin = TWIN.replace("*ContactName", "Person - ID") + f"columns:\n{lines}"
    (own / "twin.yaml").write_text(twin, "utf-8")

    begun = start(tmp_path)

    assert {fit.name for fit in begun.exports[0].fits} == {"pipedrive/persons", "twin"}
    assert begun.exports[0].study.profile is None
    assert "may be `use: twin`" in begun.text and "may be `use: pipedrive/persons`" in begun.text
    assert "\n    use:" not in begun.text
