"""`--lang`: the words of a language, or a refusal; never another language in silence."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_migrate.cli import cli, main

ROWS = """id,first name,last name,email
1,Ayşe,Yılmaz,ayse@isik.example
2,Ayse,Yilmaz,ayse@isik.example
3,Can,Öz,can@x.example
4,Ece,Ak,ece@y.example
"""


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    (tmp_path / "contacts.csv").write_text(ROWS, "utf-8")
    return tmp_path / "contacts.csv"


def test_a_pair_is_explained_in_turkish(contacts: Path) -> None:
    page = contacts.with_name("pair.html")
    told = CliRunner().invoke(
        cli, ["match", "explain", str(contacts), "--id", "id", "1", "2", "--lang", "tr-TR", "--html", str(page)]
    )
    assert told.exit_code == 0, told.output
    assert "aynı e-posta" in told.output and "Karşı olan" in told.output
    assert '<html lang="tr">' in page.read_text("utf-8") and "uyuşma" in page.read_text("utf-8")


@pytest.mark.parametrize("verb", [["match", "explain", "{}", "1", "2"], ["match", "tune", "{}"]])
def test_a_language_without_words_is_refused(
    contacts: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([*(part.format(contacts) for part in verb), "--id", "id", "--lang", "xx"])
    assert left.value.code == 2
    assert "no words for the language 'xx'" in capsys.readouterr().err
