"""Files beside a mapping that are damaged: each damage is told with its line, and none changes what a mapping means."""

from pathlib import Path

import pytest

from crm_migrate.finding import Finding
from crm_migrate.mapping.plan import Plan
from crm_migrate.mapping.resolving import examine
from crm_migrate.workspace.layout import Project

MAPPING = """crm_migrate: 1
project:
  locale: tr-TR
  money: {report_in: EUR, rates: rates.csv}
sources:
  a: {file: a.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  kind: {file: kinds.csv}
owners: {from: owners.csv}
objects:
  deals:
    from: a
    fields: {name: Name, owner: {a: Who, then: owner}, stage: Kind | map(kind)}
"""
KINDS = "from,to\nYeni,new\nKazanıldı,closedwon\n"
OWNERS = "legacy_login,target_email,status,successor\nayse,ayse@new.example,active,\nkaan,kaan@new.example,left,ayse\n"
RATES = "currency,date,rate\nTRY,2025-03-14,0.0251\nTRY,2025-03-15,0.0252\n"


def found(folder: Path, **files: str | bytes) -> tuple[Plan | None, list[Finding]]:
    (folder / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    for name, content in {"kinds": KINDS, "owners": OWNERS, "rates": RATES, **files}.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return examine(Project(folder, folder / "crm-migrate.yaml"))


def told(folder: Path, **files: str | bytes) -> str:
    plan, findings = found(folder, **files)
    assert plan is None
    assert {f.code for f in findings} <= {"mapping_file", "mapping_duplicate", "mapping_missing", "choice_unknown"}
    assert all(f.hint and f.place.line for f in findings)
    return "\n".join(f.message for f in findings)


@pytest.mark.parametrize(
    "kinds",
    [
        KINDS,
        "\ufeff" + KINDS,
        KINDS.replace(",", ";"),
        KINDS.replace("\n", "\r\n"),
        KINDS.replace("\n", "\r"),
        KINDS.replace(",", ", "),
        '"from", "to"\n"Yeni", "new"\n"Kazanıldı", "closedwon"',
        KINDS + "\n,\n",
        KINDS + "Yeni,new\n",
        "note,from,to\n,Yeni,new\nx,Kazanıldı,closedwon\n",
    ],
)
def test_what_is_no_damage_means_the_same(tmp_path: Path, kinds: str) -> None:
    plan, findings = found(tmp_path, kinds=kinds)
    assert plan is not None, findings
    assert plan.value_maps["kind"].entries == {"Yeni": "new", "Kazanıldı": "closedwon"}


@pytest.mark.parametrize(
    "kinds, said",
    [
        ("from,to\nYeni\nKazanıldı,closedwon\n", "another number of cells than its header (line 2)"),
        ("from,to\nYeni,new\nKazanıldı,closedwon,lost\n", "another number of cells than its header (line 3)"),
        ("from,to\nYeni,new\n\nKazanıldı;closedwon\n", "another number of cells than its header (line 4)"),
        ("from;to\nYeni,new\nKazanıldı,closedwon\n", "another number of cells than its header (line 2, 3)"),
        ('from,to\n"Yeni,new\nKazanıldı,closedwon\n', "breaks in the record that begins in line 2"),
        ('from,to\nYeni,new\n"Kazan"ıldı,closedwon\n', "breaks in the record that begins in line 3"),
        ('from,to\n"Yeni,new\nKazanıldı,closedwon\nx",new\n', "hold a line break (line 2)"),
        ("from,to\nYeni,new\nYeni,closedwon\n", "1 line(s) with a second translation (line 3), the first: Yeni"),
        ("from,to\nYeni,new\n,closedwon\n", "without `from` (line 3)"),
        ("from,to,to\nYeni,new,closedwon\n", "two columns `to`"),
        ("from,too\nYeni,new\n", "no column `to`"),
        ("from\tto\nYeni\tnew\n", "no column `from`, `to`"),
        ("Yeni,new\nKazanıldı,closedwon\n", "no column `from`, `to`"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("from,to\n", "value map `kind` is empty"),
        ("from,to\nYeni,new\0\n", "line 2"),
        ("from,to\nYeni,new\nKazan\ufffdld\ufffd,closedwon\n", "line 3"),
        ("from,to\nYeni,new\n\x1a", "line 3"),
        (KINDS.encode("cp1254"), "no UTF-8 text (line 3)"),
        (KINDS.encode("utf-16"), "no UTF-8 text (line 1)"),
        (KINDS.encode("utf-16-le"), "line 1"),
        ("from,to\nYeni,nwe\n", "target's choice `nwe` is not there"),
    ],
)
def test_damage_of_a_value_map_is_told(tmp_path: Path, kinds: str | bytes, said: str) -> None:
    assert said in told(tmp_path, kinds=kinds)


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("ayse,ayse@new.example,active,", "ayse,ayse@new.example,active", "another number of cells"),
        ("ayse,ayse@new.example,active,", ",ayse@new.example,active,", "without `legacy_login` (line 2)"),
        ("ayse,ayse@new.example,active,", "ayse,,active,", "without `target_email` (line 2), the first: ayse"),
        ("kaan,kaan", "AYSE,kaan", "for a login that has one already (line 3), the first: AYSE"),
        (",left,", ",lft,", "with a status that is none (line 3), the first: lft"),
        (",left,", ",,", "with a status that is none (line 3), the first: (empty)"),
        (",left,ayse", ",left,aysel", "with a successor who has no line (line 3), the first: aysel"),
        ("kaan,kaan@new.example", "ayse@new.example,kaan@new.example", "another owner's name in the target (line 3)"),
    ],
)
def test_damage_of_the_owners_is_told(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in OWNERS
    assert said in told(tmp_path, owners=OWNERS.replace(before, after))


@pytest.mark.parametrize("status, active", [("Aktif", True), ("AKTİF", True), ("yes", True), ("PASİF", False)])
def test_words_of_a_status(tmp_path: Path, status: str, active: bool) -> None:
    plan, findings = found(tmp_path, owners=OWNERS.replace("left", status))
    assert plan is not None and plan.owners is not None, findings
    assert plan.owners.entries[1].active is active


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("0.0251", "0,0251", "another number of cells"),
        ("0.0251", '"0,0251"', "1 line(s) that are no rate (line 2), the first: TRY, 2025-03-14, 0,0251"),
        ("TRY,2025-03-15", ",2025-03-15", "without `currency` (line 3)"),
        ("2025-03-15", "2025-03-14", "second rate for a currency and day (line 3), the first: TRY, 2025-03-14, 0.0252"),
    ],
)
def test_damage_of_rates_is_told(tmp_path: Path, before: str, after: str, said: str) -> None:
    assert before in RATES
    assert said in told(tmp_path, rates=RATES.replace(before, after))


@pytest.mark.parametrize(
    "damaged",
    [
        {"kinds": "from,to\n" + "".join(f"{n},new,\n" for n in range(20_000))},
        {"kinds": "from,to\nx,new\n" + "x,closedwon\n" * 20_000},
        {"owners": OWNERS + "".join(f"o{n},o{n + 1},?,who{n}\n" for n in range(20_000))},
        {"rates": RATES + "TRY,2025-03-14,0.03\n" * 20_000},
    ],
)
def test_a_file_that_is_damaged_in_every_line_is_told_at_once(tmp_path: Path, damaged: dict[str, str]) -> None:
    plan, findings = found(tmp_path, **damaged)
    assert plan is None
    assert 0 < len(findings) <= 4
    assert {f.count for f in findings if f.code != "mapping_missing"} <= {19_999, 20_000}


def test_owners_that_were_cut_to_the_header_are_told(tmp_path: Path) -> None:
    plan, findings = found(tmp_path, owners=OWNERS.partition("\n")[0])
    assert plan is not None
    assert [f.message for f in findings if f.code == "mapping_file"] == ["`owners.csv` has no line below its header"]


MERGE = """duplicates:
  - {id: D-1, object: deals, members: ["a:1", "a:2"], decision: merge, who: ayse, when: 2025-01-02, why: same}
"""


def decisions(folder: Path, name: str, text: str) -> tuple[Plan | None, list[Finding]]:
    (folder / "decisions").mkdir()
    (folder / name).write_text(text, "utf-8")
    plan, findings = found(folder)
    return plan, [f for f in findings if f.code == "decision_invalid"]


@pytest.mark.parametrize("name", ["decisions/duplicates.yaml", "decisions/d.yml", "decisions/D.YAML"])
def test_decisions_are_part_of_the_plan(tmp_path: Path, name: str) -> None:
    plan, findings = decisions(tmp_path, name, MERGE)
    assert plan is not None and findings == []
    assert name in plan.files and "D-1" in plan.decisions


@pytest.mark.parametrize(
    "name, before, after, said",
    [
        (
            "decisions/duplicates.yaml",
            "object: deals",
            "object: deal",
            "the decision `D-1` is about `deal`, which is no object",
        ),
        ("decisions.yaml", "", "", "the decision `D-1` about records stands in `decisions.yaml`"),
    ],
)
def test_decisions_that_nobody_would_read_are_told(
    tmp_path: Path, name: str, before: str, after: str, said: str
) -> None:
    plan, findings = decisions(tmp_path, name, MERGE.replace(before, after))
    assert plan is None
    assert [f.place.line for f in findings] == [2]
    assert said in findings[0].message


@pytest.mark.parametrize("name", ["duplicates.yaml.txt", "duplicates.yaml.orig", "duplicates.yaml~"])
def test_a_file_of_decisions_under_another_name_is_told(tmp_path: Path, name: str) -> None:
    plan, findings = decisions(tmp_path, f"decisions/{name}", MERGE)
    assert plan is not None
    assert [f.place.file for f in findings] == [f"decisions/{name}"]


def test_decisions_are_no_smaller_than_a_review_writes_them(tmp_path: Path) -> None:
    why = "x" * 2_000  # as long as an answer may be
    text = "".join(MERGE.partition("\n")[2].replace("D-1", f"D-{n}").replace("same}", f"{why}}}") for n in range(600))
    plan, findings = decisions(tmp_path, "decisions/duplicates.yaml", "duplicates:\n" + text)
    assert plan is not None and findings == []
    assert len(plan.decisions) == 600


def test_decisions_that_are_far_too_large_are_refused(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    with (tmp_path / "decisions" / "d.yaml").open("wb") as file:
        file.truncate((8 << 20) + 1)
    plan, findings = found(tmp_path)
    assert plan is None
    assert [f.message for f in findings if f.place.file == "decisions/d.yaml"] == [
        "`decisions/d.yaml` is larger than 8,388,608 bytes"
    ]
