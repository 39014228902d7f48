"""`reconcile` without a load of ours: two bare files, and a mapping with exports of a CRM that others have filled."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli
from crm_migrate.errors import CrmMigrateError

OLD = """\
Id,Account Name,Amount,Closed On,Active,Note
1,Işık Makine,1250.50,2025-02-03,true,a
2,Weiß & Söhne,99.10,2025-03-21,false,b
3,Öz,7,2025-03-02,true,c
4,Ada,12.00,2025-03-02,true,
"""
NEW = """\
Id,Account Name,Amount,Closed On,Active,Owner
1,Işık Makine,"1250,5","03.02.2025",yes,x
2,Weiß & Söhne,"99,10","21.03.2025",no,x
3,Öz,7,"02.03.2025",yes,y
4,Ada,12,"02.03.2025",yes,y
"""


def told(*words: str) -> tuple[int, dict[str, Any], str]:
    done = CliRunner().invoke(cli, ["reconcile", *words, "--json"])
    assert done.stdout, done.stderr + repr(done.exception)
    return done.exit_code, json.loads(done.stdout)["figures"], done.stderr


def refused(*words: str) -> str:
    done = CliRunner().invoke(cli, ["reconcile", *words])
    assert isinstance(done.exception, CrmMigrateError), done.stdout + repr(done.exception)
    return f"{done.exception.message}; {done.exception.hint}"


def differing(figures: dict[str, Any]) -> dict[str, list[str]]:
    """Field -> its causes with their counts."""
    return {
        f"{each['object']}.{each['field']}": [
            f"{cause['cause']} {cause['count']}" for cause in each["causes"] if cause["cls"] != "match_normalised"
        ]
        for each in figures["fields"]
        if each["compared"] != each["matched"]
    }


def two(folder: Path, new: str, old: str = OLD) -> list[str]:
    (folder / "old.csv").write_text(old, "utf-8")
    (folder / "new.csv").write_text(new, "utf-8")
    place = ["--source", str(folder / "old.csv"), "--target", str(folder / "new.csv"), "--output", str(folder / "out")]
    return [*place, "--key", "Id"]


# ------------------------------------------------------------------------------------------------- two bare files


def test_two_files_that_say_the_same_in_other_words_are_equal(tmp_path: Path) -> None:
    code, figures, said = told(*two(tmp_path, NEW))
    assert (code, figures["verdict"], differing(figures)) == (0, "GO", {})
    assert "only old.csv has them: Note" in said and "only new.csv has them: Owner" in said
    assert [each["compared"] for each in figures["fields"]] == [4] * 5
    assert [path.name for path in (tmp_path / "out" / "reports").iterdir()] == [figures["header"]["run"]]


@pytest.mark.parametrize(
    ("written", "differs"),
    [
        ('"1.250,50" "99,10" 7 "12,00"', []),
        ('"1,250.50" 99.10 7 12.00', []),
        ('"1,250.49" 99.10 7 12.00', ["rounding 1"]),
        ('1.250 "99,10" 7 12', ["unknown 1"]),  # no bit more than one, as its column shows: fifty cents are missing
        ("1.250 99.1 7 12", ["unknown 1"]),  # a bit more than one, and no thousand
    ],
)
def test_marks_between_thousands_are_read_where_their_column_shows_what_they_are(
    tmp_path: Path, written: str, differs: list[str]
) -> None:
    first, second, third, fourth = written.split(" ")
    old = OLD.replace("1250.50", first).replace("99.10", second).replace("Öz,7", f"Öz,{third}").replace("12.00", fourth)

    _, figures, _ = told(*two(tmp_path, NEW, old))

    assert differing(figures).get("records.amount", []) == differs


def test_a_number_that_may_be_two_is_text_and_no_error(tmp_path: Path) -> None:
    old = OLD.replace("1250.50", "1.250").replace("99.10", "99").replace("12.00", "12")

    _, figures, _ = told(*two(tmp_path, NEW, old))

    assert differing(figures)["records.amount"] == ["unknown 2"]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('"1250,5"', '"1250,4"', {"records.amount": ["unknown 1"]}),
        ("Weiß & Söhne", "Weiss & Soehne", {"records.account_name": ["encoding 1"]}),
        ('"21.03.2025"', '"20.03.2025"', {"records.closed_on": ["date -1 day 1"]}),
        (",no,", ",yes,", {"records.active": ["unknown 1"]}),
        ("4,Ada,12,", "4,Ada,,", {"records.amount": ["lost 1"]}),
        ("1,Işık Makine", "1,Işık Mak", {"records.account_name": ["truncated at 8 1"]}),
    ],
)
def test_a_cell_that_differs_is_found_with_its_cause(
    tmp_path: Path, old: str, new: str, found: dict[str, list[str]]
) -> None:
    assert NEW.count(old) == 1
    code, figures, _ = told(*two(tmp_path, NEW.replace(old, new)))
    assert (code, differing(figures)) == (1, found)


def test_rows_that_are_missing_doubled_or_nobody_s_are_counted(tmp_path: Path) -> None:
    lines = NEW.splitlines()
    new = "\n".join([*lines[:3], lines[4], lines[1], "9,Neu,1,01.01.2025,no,z", ""])
    code, figures, _ = told(*two(tmp_path, new))
    assert code == 1
    (sets,) = figures["target_sets"]
    assert (sets["vanished"], sets["unexpected"]) == (1, 2), "3 is missing; 1 is there twice, and 9 is nobody's"
    (line,) = figures["accounting"]
    assert (line["read"], line["states"]["created"], line["states"]["failed"]) == (4, 3, 1)
    assert "1 refused or lost by the target" in figures["sentence"]


def test_days_that_can_be_read_in_two_ways_stay_text(tmp_path: Path) -> None:
    new = NEW.replace('"21.03.2025"', '"03/04/2025"')
    for old, both in (("03.02.2025", "02/03/2025"), ("02.03.2025", "02/03/2025")):
        new = new.replace(old, both)
    told(*two(tmp_path, new))
    assert 'closed_on: {source: "Closed On", type: text' in (tmp_path / "out" / "crm-migrate.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("tel", "mail", "differs"),
    [
        ("+493055501010", "Ada@firma.example", {}),
        ("+493055501011", "ada@firma.example", {"records.tel": ["unknown 1"]}),
        ("+49 (30) 5550 1010", "adam@firma.example", {"records.mail": ["unknown 1"]}),
    ],
)
def test_telephones_and_mailboxes_are_compared_as_such(
    tmp_path: Path, tel: str, mail: str, differs: dict[str, list[str]]
) -> None:
    text = "Id,Tel,Mail\n1,{},{}\n2,+90 532 555 10 03,can@firma.example\n"
    old = text.format("+49 30 55501010", "ada@firma.example")
    assert differing(told(*two(tmp_path, text.format(tel, mail), old))[1]) == differs


def test_numbers_of_no_country_stay_text(tmp_path: Path) -> None:
    text = "Id,Tel\n1,{}\n2,0532 555 10 03\n"
    _, figures, _ = told(*two(tmp_path, text.format("03055501010"), text.format("030 55501010")))
    assert [each["count"] for each in figures["exceptions"]] == [1]
    assert "ambiguous_phone" not in {each["code"] for each in figures["exceptions"]}


def test_leading_zeros_are_no_numbers(tmp_path: Path) -> None:
    old, new = OLD.replace("1250.50", "01250"), NEW.replace('"1250,5"', "1250")
    code, figures, _ = told(*two(tmp_path, new, old))
    assert (code, [*differing(figures)]) == (1, ["records.amount"])


def test_the_comparison_is_a_project_in_which_one_goes_on(tmp_path: Path) -> None:
    words = two(tmp_path, NEW.replace("Ada", "ADA"))
    assert told(*words)[0] == 1
    assert "there is a mapping in" in refused(*words)
    mapping = tmp_path / "out" / "crm-migrate.yaml"
    text = mapping.read_text("utf-8").replace('source: "Account Name", ', 'source: "Account Name", then: upper, ')
    mapping.write_text(text, "utf-8")
    head, *rows = (tmp_path / "new.csv").read_text("utf-8").splitlines()
    upper = [head, *(_upper(row) for row in rows), ""]
    (tmp_path / "new.csv").write_text("\n".join(upper), "utf-8")
    code, figures, _ = told(str(tmp_path / "out"), "--target", str(tmp_path / "new.csv"), "--key", "Id")
    assert (code, differing(figures)) == (0, {}), "days and numbers are still read as the second file writes them"


def _upper(row: str) -> str:
    id, name, rest = row.split(",", 2)
    return ",".join((id, name.upper(), rest))


# --------------------------------------------------------------------------- a mapping, and what others have loaded

MAPPING = """\
crm_migrate: 1
sources:
  firms: {file: firms.csv, key: Nr}
  people: {file: people.csv, key: Nr}
environments:
  crm: {connector: sql, profile: sql, url: "sqlite:///never-opened/crm.db"}
objects:
  accounts:
    from: firms
    fields:
      name: {firms: Firma, to: Name}
      old_number: {firms: Nr, type: id, to: Legacy__c}
  contacts:
    from: people
    fields:
      last_name: {people: Name, to: LastName}
      email: {people: Mail, to: Email}
      company: {people: Firma, ref: accounts, to: AccountId}
      old_number: {people: Nr, type: id, to: Legacy__c}
"""
FILES = {
    "crm-migrate.yaml": MAPPING,
    "firms.csv": "Nr,Firma\nF1,Işık Makine\nF2,Weiß & Söhne\n",
    "people.csv": "Nr,Name,Mail,Firma\nP1,Öztürk,ada@isik.example,F1\nP2,Weiß,JO@weiss.example,F2\nP3,Öz,,\n",
    "exports/accounts.csv": "Id,Name,Legacy__c\n001A,Işık Makine,F1\n001B,Weiß & Söhne,F2\n",
    "exports/contacts.csv": "Id,LastName,Email,AccountId,Legacy__c\n"
    "003A,Öztürk,ada@isik.example,001A,P1\n003B,Weiß,jo@weiss.example,001B,P2\n003C,Öz,,,P3\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "exports").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_exports_of_another_tool_s_load_are_compared_by_a_key_of_the_old_system(project: Path) -> None:
    before = set(project.rglob("*"))
    code, figures, _ = told(str(project), "--target-export", str(project / "exports"), "--key", "Legacy__c")
    assert (code, figures["verdict"], differing(figures)) == (0, "GO", {})
    assert [(each["present"], each["expected"]) for each in figures["links"]] == [(2, 2)]
    made = {path.relative_to(project).parts[0] for path in set(project.rglob("*")) - before}
    assert made == {"reports"}, "nothing of the project is written, and the target is not opened"


def test_a_wrong_parent_is_found_by_the_crm_s_own_ids(project: Path) -> None:
    path = project / "exports" / "contacts.csv"
    path.write_text(path.read_text("utf-8").replace("001B", "001A"), "utf-8")
    code, figures, _ = told(str(project), "--target-export", str(project / "exports"), "--key", "Legacy__c")
    assert (code, [each["wrong"] for each in figures["links"]]) == (1, [1])


def test_links_may_name_the_key_of_the_parent(project: Path) -> None:
    path = project / "exports" / "contacts.csv"
    path.write_text(path.read_text("utf-8").replace("001A", "F1").replace("001B", "F1"), "utf-8")
    code, figures, _ = told(str(project), "--target-export", str(project / "exports"), "--key", "Legacy__c")
    assert (code, [each["wrong"] for each in figures["links"]]) == (1, [1])


CONSENT = "      consent: {people: Wants, to: OptIn}\n"


def with_consent(project: Path, header: str, *cells: str) -> Path:
    """The project with what people want, and a column of it in the export."""
    mapping = (project / "crm-migrate.yaml").read_text("utf-8")
    field = "      company: {people"
    (project / "crm-migrate.yaml").write_text(mapping.replace(field, CONSENT + field), "utf-8")
    for name, column, words in (
        ("people.csv", "Wants", ("granted", "withdrawn", "")),
        ("exports/contacts.csv", header, cells),
    ):
        head, *rows = (project / name).read_text("utf-8").splitlines()
        lines = [",".join((row, word)) for row, word in zip(rows, words, strict=True)] if column else rows
        (project / name).write_text("\n".join([f"{head},{column}" if column else head, *lines, ""]), "utf-8")
    return project


@pytest.mark.parametrize(
    ("cells", "wrong"), [(("granted", "Withdrawn", ""), 0), (("granted", "granted", ""), 1), (("granted", "", ""), 1)]
)
def test_an_opt_out_that_came_back_to_life_is_found(project: Path, cells: tuple[str, ...], wrong: int) -> None:
    place = with_consent(project, "OptIn", *cells)
    code, figures, _ = told(str(place), "--target-export", str(place / "exports"), "--key", "Legacy__c")
    (gate,) = [each for each in figures["gates"] if each["name"] == "consent"]
    assert (code, gate["actual"], gate["passed"]) == (wrong, str(wrong), not wrong)


def test_a_consent_that_no_export_has_is_not_called_equal(project: Path) -> None:
    place = with_consent(project, "", "", "", "")
    code, figures, said = told(str(place), "--target-export", str(place / "exports"), "--key", "Legacy__c")
    (gate,) = [each for each in figures["gates"] if each["name"] == "consent"]
    assert (code, gate["actual"], gate["passed"]) == (1, "0; not compared: contacts.consent", False)
    (consent,) = [each for each in figures["fields"] if each["field"] == "consent"]
    assert (consent["compared"], consent["matched"], consent["classes"]["not_comparable"]) == (0, 0, 3)
    assert "not compared, as no export has it: contacts.consent" in said
    assert any("contacts.consent" in line for line in figures["not_checked"])


def test_one_file_in_place_of_the_mapping_s(project: Path, tmp_path: Path) -> None:
    mapping = project / "one.yaml"
    one = MAPPING[: MAPPING.index("  contacts:")].replace("  people: {file: people.csv, key: Nr}\n", "")
    mapping.write_text(one, "utf-8")
    (project / "newer.csv").write_text("Nr,Firma\nF1,Işık\nF2,Weiß & Söhne\n", "utf-8")
    words = ["--mapping", str(mapping), "--target", str(project / "exports" / "accounts.csv"), "--key", "Legacy__c"]
    assert told(*words)[0] == 0
    code, figures, _ = told(*words, "--source", str(project / "newer.csv"))
    assert (code, [*differing(figures)]) == (1, ["accounts.name"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["P", "--target-export", "E"], "no run"),
        (["P", "--target-export", "E", "--key", "Id"], "no field of accounts goes to the column `Id`"),
        (["P", "--target-export", "E", "--key", "deals=Legacy__c"], "the mapping has no object `deals`"),
        (["P", "--target-export", "E", "--key", "A", "--key", "B"], "--key is said twice"),
        (["P", "--target-export", "E", "--target", "F", "--key", "A"], "exclude each other"),
        (["P", "--key", "A"], "nothing is said of what the CRM exported"),
        (["P", "--target-export", "E", "--key", "Legacy__c", "--source", "F"], "the mapping has 2 sources"),
        (["P", "--target-export", "E", "--key", "Legacy__c", "--run", "1"], "exclude each other"),
        (["P", "--target-export", "E", "--env", "crm"], "--env says nothing of a run"),
        (["--source", "F", "--target", "F"], "two files are compared by one key"),
        (["--source", "F", "--target", "F", "--key", "Nope"], "accounts.csv has no column `Nope`"),
        (["P", "--target-export", "E", "--output", "O", "--key", "Legacy__c"], "--output is for two files"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_way_out(project: Path, words: list[str], said: str) -> None:
    places = {
        "P": project,
        "E": project / "exports",
        "F": project / "exports" / "accounts.csv",
        "O": project / "out",
    }
    assert said in refused(*(str(places.get(word, word)) for word in words))


def test_a_key_that_names_several_records_is_refused(project: Path) -> None:
    (project / "firms.csv").write_text("Nr,Firma\nF1,Işık\nF2,Işık\n", "utf-8")
    keys = ["--key", "accounts=Name", "--key", "Legacy__c"]
    said = refused(str(project), "--target-export", str(project / "exports"), *keys)
    assert "1 values of `Name` name several records of" in said
