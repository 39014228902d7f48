"""Planted people are visible in no default output of a project, and what is nobody's own is readable in all of them.

`explain` is the door for one record and shows it in clear; `review` asks about people and is answered on their values.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import Shop, shop

PLANTED = re.compile(r"zwetsch|quirin|417 ?63 ?98|1961-07-23|23\.7\.61", re.IGNORECASE)
FORMATS = "html,xlsx,json,junit,md,github,csv,exceptions"
VERBS = (
    ("mapping", "check"), ("plan",), ("run",), ("runs",), ("report", "--out", "out-en", "--format", FORMATS),
    ("report", "--lang", "tr", "--out", "out-tr", "--format", FORMATS),
)  # fmt: skip


def planted(folder: Path) -> Shop:
    """People in names, mailboxes, numbers, birthdays, keys, cells of another kind, broken rows and messages."""
    made = shop(folder, people=24, chances=12)
    of = {"First": "Quirinus", "Last": "Zwetschgenbaum", "Mail": "quirinus.zw@zwetsch.example"}
    made.people[3] |= of | {"Phone": "+90 532 417 63 98", "Born": "1961-07-23"}
    made.people[4] |= {"Id": "quirinus@zwetsch.example", "Mail": "quirinus@zwetsch.example"}
    made.people[5]["Mail"] = "zwetschgenbaum(at)nirgends"
    made.people[6]["Phone"] = "0532 41763 Zwetschgenbaum"
    made.people[7]["Born"] = "Zwetschgenbaum 23.7.61"
    made.chances[2]["Amount"] = "Zwetschgenbaum fragen"
    made.mail += [{"Mail": "quirinus.other@zwetsch.example", "State": "out"}, {"Mail": "", "State": "out"}]
    made.people.append({**made.people[2], "Last": "Zwetschgenbaum"})  # two rows of one key
    made.people.append({**made.people[3], "Id": "P500", "Mail": "quirinus2@zwetsch.example"})
    made.write()
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("P900,Quirinus,Zwetschgenbaum,q@zwetsch.example,+90 532 417 63 98,1961-07-23,E,F1,too many\n")
    return made


def outputs(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every file that a person may be shown, send or find: reports, logs and leftovers."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                yield str(path), "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
        elif path.suffix in {".html", ".json", ".xml", ".md", ".txt", ".log"} and "runs" not in path.parts:
            yield str(path), path.read_text("utf-8", "replace")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every verb printed, and every file beside the tables of the runs."""
    folder, temporary = tmp_path_factory.mktemp("canary"), tmp_path_factory.mktemp("temporary")
    made = planted(folder / "shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        said = {" ".join(verb): made.call(*verb) for verb in VERBS}
    return said | dict(outputs(folder)) | dict(outputs(temporary))


def test_nobody_who_was_planted_is_visible(shown: dict[str, str]) -> None:
    leaks = {name: text[max(0, hit.start() - 60) : hit.end() + 30]
             for name, text in shown.items() if (hit := PLANTED.search(text))}  # fmt: skip
    assert leaks == {}
    assert {Path(name).suffix for name in shown} >= {".html", ".json", ".xml", ".md", ".xlsx"}


def test_what_is_nobody_s_own_is_readable(shown: dict[str, str]) -> None:
    """Amounts, words of consent and choices, and the words of the mapping: who signs must be able to read them."""
    report = next(text for name, text in shown.items() if name.endswith("out-en/report.html"))
    words = ("granted", "withdrawn", "stage=", "opt_out_nameless", "key_conflict", "sales_director")
    assert [word for word in words if word.lower() not in report.lower()] == []
    assert re.search(r"\d,\d{3}\.\d{2}", report)  # the amounts of the bridge
