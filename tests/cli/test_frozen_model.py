"""What matching learned in a project: kept, read again, told, and learned anew only when asked."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm_migrate.cli import cli
from crm_migrate.errors import UsageError
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.state import read_state, runs

MAPPING = """crm_migrate: 1
sources:
  kisi: {file: kisi.csv, key: id}
  books: {file: books.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  contacts:
    from: {kisi: {trust: 1}, books: {trust: 2}}
    fields:
      first_name: {kisi: first_name, books: first_name}
      last_name: {kisi: last_name, books: last_name}
      email: {kisi: email, books: email}
      birth_date: {kisi: birth_date, books: birth_date}
      city: {kisi: city, books: city}
    match: learned
"""
FIELDS = ("id", "first_name", "last_name", "email", "birth_date", "city")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "unit" / "dedupe"))
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    export(tmp_path)
    return tmp_path


def export(folder: Path, people: int = 40, doubled: int = 15, *, backwards: bool = False, **cells: str) -> None:
    import people_kit as kit

    for source, lines in zip(("kisi", "books"), kit.crowd(people, doubled), strict=True):
        if source == "books":
            lines[3] = {**lines[3], **cells}
        with (folder / f"{source}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(FIELDS)
            ordered = reversed(lines) if backwards else lines
            writer.writerows([line["key"], *(line[name] or "" for name in FIELDS[1:])] for line in ordered)


def call(*words: str | Path) -> Result:
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code in (0, 2), done.output + repr(done.exception)
    return done


def matched(folder: Path, of: str = "contacts") -> dict[tuple[str, str], tuple[str, float | None]]:
    """Run as far as matching; the pairs of the run by name, with their outcome and probability."""
    from crm_migrate.workspace.relations import relations
    from crm_migrate.workspace.tables import NODES, PAIRS

    call("run", folder, "--until", "dedupe")
    run = runs(Project(folder, folder / "crm-migrate.yaml"))[-1]
    with relations(run, "test", partial=True) as tables:
        nodes = tables.scan(NODES, of)
        rows = tables.rows(
            f"SELECT x.__source || ':' || x.__key, y.__source || ':' || y.__key, outcome, probability"
            f" FROM {tables.scan(PAIRS, of)} JOIN {nodes} x ON x.__node = a JOIN {nodes} y ON y.__node = b"
        )
    return {(min(a, b), max(a, b)): (outcome, probability) for a, b, outcome, probability in rows}


def test_a_second_run_uses_the_model_of_the_first_and_says_the_same_whatever_the_order_of_rows(project: Path) -> None:
    first = matched(project)
    lock = (project / "matching.lock").read_bytes()
    (each,) = json.loads(lock)["objects"].values()
    assert each["model"]["learned_from"]["records"] == 55
    assert set(each["model"]["learned_from"]["columns"]) == set(FIELDS[1:])
    export(project, backwards=True)
    assert matched(project) == first and len(first) >= 12
    assert (project / "matching.lock").read_bytes() == lock
    one, two = runs(Project(project, project / "crm-migrate.yaml"))
    assert json.loads(one.plan.read_bytes())["models"] == json.loads(two.plan.read_bytes())["models"] != {}
    assert read_state(two).plan_hash != read_state(one).plan_hash or one.plan.read_bytes() == two.plan.read_bytes()
    assert "0 pairs of run" in call("match", "changes", project).output


def test_a_changed_proposal_names_what_changed(project: Path) -> None:
    matched(project)
    export(project, people=41, email="somebody.else@firm9.example", birth_date="1931-01-01", city="Lund")
    matched(project)
    told = call("match", "changes", project).output
    line = next(line for line in told.splitlines() if "books:0003 and kisi:0003:" in line)
    assert "because of books:0003: birth_date, city, email" in line
    assert "model" not in told and "the mapping" not in told


def test_who_learns_anew_is_told_that_the_model_changed(project: Path) -> None:
    matched(project)
    assert "model_outgrown" not in findings(project)
    export(project, people=130, doubled=20)
    matched(project)
    assert "learned from 55 records, and there are 150 now" in findings(project)["model_outgrown"]
    assert "contacts will be learned anew" in call("match", "relearn", project).output
    matched(project)
    assert "model_outgrown" not in findings(project)
    told = call("match", "changes", project, "--since", "00001").output
    fresh = next(line for line in told.splitlines() if "books:0017 and kisi:0017:" in line)
    assert "nothing -> review, because of books:0017 is new; the model was learned anew" in fresh
    assert "from 150 records" in call("match", "model", project).output


def findings(folder: Path) -> dict[str, str]:
    from crm_migrate.workspace.relations import relations
    from crm_migrate.workspace.tables import FINDINGS

    run = runs(Project(folder, folder / "crm-migrate.yaml"))[-1]
    with relations(run, "test", partial=True) as tables:
        return dict(tables.rows(f"SELECT code, message FROM {tables.scan(FINDINGS, 'contacts')}"))


def test_a_model_that_somebody_wrote_is_refused_by_name(project: Path) -> None:
    matched(project)
    lock = project / "matching.lock"
    lock.write_text(lock.read_text("utf-8").replace('"records": 55', '"records": 56'), "utf-8")
    done = CliRunner().invoke(cli, ["run", str(project), "--until", "dedupe"])
    assert isinstance(done.exception, UsageError)
    assert done.exception.message == "matching.lock says of `contacts` what was not learned: its hash does not fit"
    assert "the next crm-migrate run learns anew" in str(done.exception.hint)


def test_a_part_of_the_rows_teaches_later_runs_nothing(project: Path) -> None:
    call("run", project, "--until", "dedupe", "--limit", "30")
    assert not (project / "matching.lock").exists()
    assert call("resume", project, "--until", "dedupe").exit_code == 0


def test_one_pair_has_one_probability_in_tables_explanations_and_the_page_for_every_pair(project: Path) -> None:
    from crm_migrate.inspecting.why_not import explain_pair
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.matching.explaining.likely import likely
    from crm_migrate.reviewing.asking import ask

    found = matched(project)
    run = runs(Project(project, project / "crm-migrate.yaml"))[-1]
    plan = read_plan(run)
    asked = {
        tuple(sorted((q.names[pair.left], q.names[pair.right]))): pair.probability
        for q in ask(plan, run).questions
        for pair in q.compared
    }
    assert len(found) >= 12
    for pair, (outcome, probability) in found.items():
        told = explain_pair(plan, run, *pair)
        assert probability is not None and told.probability == pytest.approx(probability, abs=1e-6)
        assert told.verdict.outcome == {"review": "ask", "vetoed": "apart"}[outcome]
        assert asked.get(pair, probability) == probability
        page = call("match", "explain", project, *pair).output if pair == max(found) else likely(probability)
        assert likely(probability) in page
    assert asked


def test_a_pair_that_no_key_proposed_is_explained_in_words_with_its_cut(project: Path) -> None:
    found = matched(project)
    assert ("kisi:0001", "kisi:0009") not in found
    (project / "crm-migrate.yaml").write_text(MAPPING.replace("match: learned", "match: {learned: merge}"), "utf-8")
    matched(project)
    told = call("match", "explain", project, "kisi:0009", "kisi:0001", "--html", project / "pair.html").output
    assert told.startswith("Kept apart")
    assert "less than 0.1 % that they are one" in told
    assert "| in the pictures is the cut: merging begins at +" in told
    assert all("|" in line for line in told.splitlines() if line.startswith(("e-mail", "birth date", "total")))
    page = (project / "pair.html").read_text("utf-8")
    assert page.count('class="cut"') == page.count('class="b-')
    merged = call("match", "explain", project, "kisi:0009", "books:0009").output
    assert merged.startswith("Would be merged")


def test_what_keeps_a_pair_apart_is_said_whoever_keeps_it(project: Path) -> None:
    (project / "decisions").mkdir()
    decision = {
        "object": "contacts", "members": ["books:0004", "kisi:0004"], "decision": "apart", "who": "ayse",
        "when": "2025-03-14", "why": "twins",
    }  # fmt: skip
    (project / "decisions" / "duplicates.yaml").write_text(json.dumps({"duplicates": [decision]}), "utf-8")
    matched(project)
    told = call("match", "explain", project, "kisi:0004", "books:0004").output
    assert told.startswith("Kept apart") and "ayse on 2025-03-14: twins" in told
    refused = CliRunner().invoke(cli, ["match", "explain", str(project), "kisi:0004", "books:0004", "--limit", "0.1"])
    assert isinstance(refused.exception, UsageError) and "--limit" in refused.exception.message
    nobody = CliRunner().invoke(cli, ["match", "explain", str(project), "kisi:0004", "books:9999"])
    assert isinstance(nobody.exception, UsageError)


FIRMS = """crm_migrate: 1
sources:
  firma: {file: firma.csv, key: id}
environments:
  mock: {connector: sql, url: "sqlite:///crm.db"}
objects:
  accounts:
    from: {firma: {trust: 1}}
    fields:
      name: {firma: name}
      website: {firma: website}
      phone: {firma: phone}
      city: {firma: city}
    match: learned
"""


def firms(folder: Path, phone: Callable[[int], str], silent: int = 0) -> None:
    """A project of eight companies, each twice; of `silent` rows one has no web site, and none lacks it where 0."""
    (folder / "crm-migrate.yaml").write_text(FIRMS, "utf-8")
    names = [f"{first} {second}" for first in ("Korval", "Mirtan", "Sedona", "Palvik") for second in ("Metall", "Holz")]
    with (folder / "firma.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("id", "name", "website", "phone", "city"))
        for at, name in enumerate(names * 2):
            site = f"https://{name.lower().replace(' ', '')}.example" if not silent or at % silent else ""
            writer.writerow((at, f"{name} GmbH" if at < len(names) else name, site, phone(at), "Berlin"))


def test_web_sites_and_mailboxes_of_companies_stand_in_the_picture(tmp_path: Path) -> None:
    firms(tmp_path, lambda at: f"+49 30 55501{at % 8:02}")
    call("run", tmp_path, "--until", "dedupe")
    told = call("match", "explain", tmp_path, "firma:0", "firma:8").output
    web = next(line for line in told.splitlines() if line.startswith("web"))
    assert "korvalmetall.example" in web


def test_a_switchboard_of_many_names_leaves_one_probability(tmp_path: Path) -> None:
    from crm_migrate.inspecting.why_not import explain_pair
    from crm_migrate.mapping.frozen import read_plan

    firms(tmp_path, lambda _at: "+49 30 5550100", silent=3)
    found = matched(tmp_path, "accounts")
    run = runs(Project(tmp_path, tmp_path / "crm-migrate.yaml"))[-1]
    plan = read_plan(run)
    assert found
    for pair, (_, probability) in found.items():
        assert explain_pair(plan, run, *pair).probability == pytest.approx(probability, abs=1e-6), pair
