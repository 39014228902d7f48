"""docs/mapping-examples.md: the small projects whole, with their files, their rows, and what becomes of these."""

from pathlib import Path

from reference.scenarios import Scenario, scenarios

HEAD = """# The mapping language: examples

Small projects that show every word of [the reference](mapping-reference.md). Each is a folder of `docs/words/`, checks
green, and does what it says: `examples:` are run by `crm-migrate mapping test`, and the verbs below a project print
these lines. Written by `scripts/make_mapping_reference.py`; people, companies and numbers are invented.
"""
_LANGUAGES = {".yaml": "yaml", ".csv": "text", ".py": "python", ".sql": "sql", ".lock": "json", ".txt": "text"}
_UNSHOWN = {".lock", ".exe"}


def page() -> str:
    """The whole page."""
    parts, family = [HEAD], ""
    for each in scenarios():
        if each.family != family:
            family = each.family
            parts.append(f"\n## {family.capitalize()}\n")
        parts.append(_scenario(each))
    return "".join(parts)


def _scenario(each: Scenario) -> str:
    title, *about = each.head
    text = f'\n<a id="{each.name}"></a>\n\n### {title}\n\n{" ".join(about)}\n\n```yaml\n{each.body}```\n'
    text += "".join(_file(each, path) for path in each.files if path.suffix not in _UNSHOWN)
    return text + _session(each)


def _file(each: Scenario, path: Path) -> str:
    name = path.relative_to(each.folder).as_posix()
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        content = path.read_text(encoding="windows-1254")
    return f"\n`{name}`\n\n```{_LANGUAGES.get(path.suffix, 'text')}\n{content.rstrip()}\n```\n"


def _session(each: Scenario) -> str:
    if not each.session:
        return ""
    lines = "".join(f"$ {command}\n" + "".join(f"{line}\n" for line in printed) for command, printed in each.session)
    return f"\n```console\n{lines}```\n"
