"""The verb `report` and the screen, through the command line."""

import json
import shlex
from pathlib import Path

import pytest

from crm_migrate.cli import main
from crm_migrate.cli.next_step import working_on
from crm_migrate.cli.screen import Screen
from crm_migrate.workspace.figures import AccountingLine, ExceptionGroup, Figures, Header, MergeFigure
from crm_migrate.workspace.sealing import write_sealed


def figures(verdict: str = "GO", **more: object) -> Figures:
    line = AccountingLine(
        source="old", object="contacts", read=1_200, extra=0, states={"created": 1_200}, unexplained=0
    )
    return Figures.model_validate(
        {
            "header": Header(
                run="00001-a", started="2025-03-14T20:58:11Z", finished="2025-03-14T21:00:00Z", tool_version="0"
            ),
            "project": "p",
            "title": "Deneme A.Ş.",
            "environment": "test",
            "target": "t",
            "locale": "tr",
            "plan_hash": "h",
            "mapping_hash": "m",
            "decisions_hash": "d",
            "verdict": verdict,
            "sentence": "All \x1b[31m1,200 arrived.",
            "accounting": (line,),
            **more,
        }
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "crm-migrate.yaml").write_text("", encoding="utf-8")
    for name in ("00001-a", "00002-b", "00003-c"):
        run = tmp_path / ".crm-migrate" / "runs" / name
        (run / "reconcile").mkdir(parents=True)
        (run / "run.json").write_text("{}", encoding="utf-8")
        if name != "00003-c":
            write_sealed(run / "reconcile" / "figures.json", figures().model_dump(mode="json"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        main(list(arguments))
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_latest_reconciled_run_is_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "report", "--project", str(project), "--format", "html,md")
    paths = [Path(line) for line in out.splitlines()]

    assert (code, err) == (0, "")
    assert [p.name for p in paths] == ["report.html", "summary.md"]
    assert all("00002-b" in str(p) and p.is_file() for p in paths)
    assert '<html lang="tr">' in paths[0].read_text(encoding="utf-8")


def test_language_folder_and_run_can_be_chosen(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out_folder = tmp_path / "out"
    code, out, _ = run(
        capsys, "report", "00001-a", "--project", str(project), "--lang", "en", "--out", str(out_folder), "--json"
    )

    assert code == 0
    assert json.loads(out) == [str(out_folder / n) for n in ("report.html", "report.json", "junit.xml", "summary.md")]
    assert '<html lang="en">' in (out_folder / "report.html").read_text(encoding="utf-8")


def test_revealing_warns(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "report", "--project", str(project), "--format", "json", "--reveal")

    assert code == 0
    assert err.startswith("warning: these files show personal values")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("report", "00003-c"), 2, "no reconciled run '00003-c'"),
        (("report", "--format", "docx"), 2, "unknown report format 'docx'"),
        (("report", "--format", " , "), 2, "no report format is named"),
    ],
)
def test_wrong_usage_names_what_there_is(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = run(capsys, *arguments, "--project", str(project))

    assert (found, out) == (code, "")
    assert said in err and "help:" in err


def test_damaged_figures_are_unreadable_input(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = project / ".crm-migrate" / "runs" / "00002-b" / "reconcile" / "figures.json"
    damaged.write_text("{", encoding="utf-8")

    assert run(capsys, "report", "--project", str(project))[0] == 3


def test_the_screen_ends_plain_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.stage("extract", "old\x1b]0;title\x07")
    screen.stage("extract", "new")
    screen.finished()
    screen.figures(figures(), [Path("r/report.html")])
    out, err = capsys.readouterr()

    assert "\x1b" not in out + err
    assert err.splitlines()[0] == "extract  old␛]0;title␇"
    assert "contacts  old     1,200" in out and "adds up" in out
    assert f"report  {Path('r/report.html')}" in out


def test_the_end_of_a_run_says_what_people_are_asked(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    working_on(project)
    asked = MergeFigure(object="contacts", rule="learned", outcome="review", pairs=1_200, records=1_900)
    Screen().figures(figures().model_copy(update={"merges": (*figures().merges, asked)}))
    told = "1,200 pair(s) of records may be one each, and a person is asked: crm-migrate review"
    assert told in capsys.readouterr().out


def test_the_end_of_a_run_says_how_to_get_a_workbook(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    working_on(project)
    Screen().figures(figures(), [Path("r/report.html")])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("as a workbook: ")]
    verb, *arguments = shlex.split(line.removeprefix("as a workbook: "))

    assert verb == "crm-migrate"
    assert run(capsys, *arguments, "--out", str(tmp_path / "out"))[0] == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.xlsx"]


def test_a_run_that_made_a_workbook_says_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().figures(figures(), [Path("r/report.html"), Path("r/report.xlsx")])

    assert "as a workbook" not in capsys.readouterr().out


def test_the_formats_of_the_help_are_those_there_are() -> None:
    from crm_migrate import reports
    from crm_migrate.cli import reporting

    assert tuple(reporting.formats_of(reporting.ALL)) == tuple(reports.FORMATS)
    assert tuple(reporting.formats_of(reporting.USUAL)) == reports.USUAL


def test_json_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(quiet=True)
    screen.stage("extract", "old")
    screen.finished()
    screen.figures(figures(), as_json=True)
    out, err = capsys.readouterr()

    assert json.loads(out)["figures"]["verdict"] == "GO"
    assert err == ""


def test_colours_come_with_a_terminal_and_go_with_no_color(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    Screen().figures(figures("NO-GO"))
    coloured = capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    Screen().figures(figures("NO-GO"))
    plain = capsys.readouterr().out

    assert "\x1b[1;31mNO-GO" in coloured
    assert "NO-GO" in plain and "[1;31m" not in plain.replace("\x1b[1mNO-GO", "")


def test_a_console_that_lacks_letters_shows_their_codes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    group = ExceptionGroup(
        code="c", severity="error", object="kişi", source="s", field="", rule="", state="", count=1, title="t", fix="f"
    )
    target = tmp_path / "console"
    with target.open("w", encoding="cp1252") as console:
        monkeypatch.setattr("sys.stdout", console)
        line = figures().accounting[0].model_copy(update={"object": "kişi"})
        Screen().figures(figures(accounting=(line,), exceptions=(group,)))

    assert "ki\\u015fi" in target.read_text(encoding="cp1252")
