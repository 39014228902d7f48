"""A whole run with value maps on several columns: what arrives, what waits, and what is said of it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crm_migrate.cli import cli

MAPPING = """crm_migrate: 1
project: {locale: tr-TR}
sources:
  a: {file: a.csv, key: Id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
value_maps:
  stage: {by: [Hat, Aşama], unmapped: hold, file: stages.csv}
objects:
  deals:
    from: a
    fields: {name: Name, stage: Aşama | map(stage)}
  products:
    from: {a: {split_rows: "[Kod] by ';' with [Tür]"}}
    fields: {name: Name, code: Kod, kind: {a: "Kod | map(kind, Tür)", type: text}}
examples:
  - name: the pipeline decides what a stage means
    given: {a: [{Name: Bir, Hat: Servis, Aşama: Teklif, Kod: ""}]}
    expect: {deals: [{name: Bir, stage: negotiation}]}
"""
KINDS = "\n  kind: {by: [Tür, Kod], unmapped: keep, map: {P: {x: press}, T: {x: lathe}}}"
STAGES = "Hat,Aşama,to\nSatış,Teklif,proposal\nSatış,Kazanıldı,closedwon\nServis,Teklif,negotiation\n,Yeni,new\n"
EXPORT = """Id,Name,Hat,Aşama,Kod,Tür
1,Bir,Satış,Teklif,x;x,P;T
2,İki, Servis ,Teklif,,
3,Üç,,Yeni,,
4,Dört,SATIŞ,teklif,,
5,Beş,Servis,Kazanıldı,,
6,Altı,Servis,Kazanıldı,,
7,Yedi,Satış,,,
"""


def project(folder: Path, mapping: str = MAPPING) -> Path:
    text = mapping.replace("stages.csv}", "stages.csv}" + KINDS)
    (folder / "crm-migrate.yaml").write_text(text, "utf-8")
    (folder / "stages.csv").write_text(STAGES, "utf-8")
    (folder / "a.csv").write_text(EXPORT, "utf-8")
    return folder


def called(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code in (0, 1), done.output
    return done.stdout


def figures(folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(called("run", str(folder), "--json"))
    return dict(answer["figures"])


def loaded(folder: Path, statement: str) -> list[tuple[str | None, ...]]:
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        return crm.execute(statement).fetchall()


def test_words_of_two_columns_decide_together(tmp_path: Path) -> None:
    done = figures(project(tmp_path))

    assert loaded(tmp_path, "SELECT name, stage FROM deals ORDER BY name") == [
        ("Bir", "proposal"), ("Yedi", None), ("Üç", "new"), ("İki", "negotiation"),
    ]  # fmt: skip
    assert loaded(tmp_path, "SELECT kind FROM products ORDER BY kind") == [("lathe",), ("press",)], "split in step"
    (waits,) = [found for found in done["exceptions"] if found["code"] == "value_unmapped"]
    assert (waits["count"], waits["field"]) == (3, "stage")
    assert [(each["record"], each["message"].partition(": ")[2]) for each in waits["examples"]] == [
        ("a:4", "SATIŞ, teklif; did you mean `Satış, Teklif`?"),
        ("a:5", "Servis, Kazanıldı"),
        ("a:6", "Servis, Kazanıldı"),
    ]
    assert {line["unexplained"] for line in done["accounting"]} == {0}


def test_every_combination_is_shown_before_one_is_shown_again(tmp_path: Path) -> None:
    project(tmp_path)
    again = "".join(f"{n},Ad {n},Servis,Kazanıldı,,\n" for n in range(100, 160))
    (tmp_path / "a.csv").write_text(EXPORT + again + "999,Son,Pazarlama,Teklif,,\n", "utf-8")

    (waits,) = [found for found in figures(tmp_path)["exceptions"] if found["code"] == "value_unmapped"]

    assert waits["count"] == 64
    said = [each["message"].partition(": ")[2] for each in waits["examples"][:3]]
    assert sorted(said) == ["Pazarlama, Teklif", "SATIŞ, teklif; did you mean `Satış, Teklif`?", "Servis, Kazanıldı"]


def test_what_is_kept_or_defaulted_names_the_combination_of_a_near_miss(tmp_path: Path) -> None:
    done = figures(project(tmp_path, MAPPING.replace("unmapped: hold", "unmapped: default(new)")))

    assert dict(loaded(tmp_path, "SELECT name, stage FROM deals"))["Beş"] == "new"
    (typo,) = [found for found in done["exceptions"] if found["code"] == "typo"]
    assert [(each["record"], each["source"]) for each in typo["examples"]] == [("a:4", "SATIŞ, teklif")]


def test_explain_shows_with_which_columns_a_map_was_asked(tmp_path: Path) -> None:
    figures(project(tmp_path))

    (story,) = [
        s for s in json.loads(called("explain", "a:5", str(tmp_path), "--json"))["records"] if s["object"] == "deals"
    ]
    text = json.dumps(story, ensure_ascii=False)

    assert "map(stage, Hat)" in text
    assert "no translation in value map stage: Servis, Kazanıldı" in text


def test_an_example_of_the_mapping_gives_both_columns(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["mapping", "test", str(project(tmp_path))])
    assert done.exit_code == 0, done.output


def test_what_is_personal_beside_the_cell_is_hidden_with_it(tmp_path: Path) -> None:
    """A map by somebody's name is odd; but what waits for it must not show the name to who reads the report."""
    mapping = MAPPING.replace("fields: {name: Name,", "fields: {name: Name, who: {a: Hat, type: person_name},")
    figures(project(tmp_path, mapping))
    called("report", "--project", str(tmp_path), "--format", "html,md,xlsx,json", "--out", str(tmp_path / "out"))

    for path in (tmp_path / "out").iterdir():
        assert "Servis, Kazanıldı".encode() not in path.read_bytes(), path.name
