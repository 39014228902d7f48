"""Templates are compiled once per installation; a folder that may not be written hides no page."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment

from crm_migrate.templates import pages

PACKAGE = "pages_of_a_test"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Python keeps what it compiles during this test; a package with one template is there to be compiled."""
    templates = tmp_path / "installed" / PACKAGE / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "__init__.py").touch()
    (templates / "page.html").write_text("{% if name %}\n  {{ name }}\n{% endif %}\n")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)  # that of the test before lies elsewhere
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that are compiled from now on."""
    seen: list[str] = []
    real = Environment.compile

    def compile_(self: Environment, source: str, *rest: object) -> object:
        seen.append(str(rest[0]))
        return real(self, source, *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", compile_)
    return seen


def shown(environment: Environment) -> str:
    return environment.get_template("page.html").render(name="Çağrı & <b>")


def test_a_template_is_compiled_once(kept: Path, compiled: list[str]) -> None:
    assert shown(pages(PACKAGE)) == shown(pages(PACKAGE)) == "  Çağrı &amp; &lt;b&gt;\n"
    assert compiled == ["page.html"]
    assert list(kept.rglob("*.jinja"))


def test_other_options_are_other_code(kept: Path, compiled: list[str]) -> None:
    shown(pages(PACKAGE))
    raw = pages(PACKAGE)
    raw.autoescape = False
    assert shown(raw) == "  Çağrı & <b>\n"
    assert compiled == ["page.html", "page.html"]


def test_where_nothing_can_be_kept_the_page_is_there(kept: Path) -> None:
    kept.write_text("no folder")
    assert "Çağrı" in shown(pages(PACKAGE))


def test_who_keeps_no_bytecode_keeps_no_templates(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert "Çağrı" in shown(pages(PACKAGE))
    assert not list(kept.rglob("*.jinja"))
