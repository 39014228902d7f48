"""What HubSpot answers about files. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from crm_migrate.connecting.contract import Refusal
from crm_migrate.connecting.http import Answer
from crm_migrate.connecting.wording import OVERSIZE
from crm_migrate_hubspot import answers
from crm_migrate_hubspot.file_shapes import File

_REFUSED = frozenset({400, 409, 415, 422})  # about what was sent: there is no file


def file(answer: Answer) -> File | None:
    """A file that was asked for by its id; None where there is none (any more)."""
    return None if answers.is_missing(answer) else _file(answer, answers.body(answer))


def at(answer: Answer) -> File | None:
    """The file that lies at a path; None where nothing does, or a folder."""
    if answers.is_missing(answer):
        return None
    said = answers.body(answer)
    inside = said.get("file")
    if inside is None and isinstance(said.get("folder"), dict):
        return None
    if not isinstance(inside, dict):
        raise answer.unreadable("neither a file nor a folder")
    return _file(answer, inside)


def refused(answer: Answer, values: Collection[str]) -> Refusal | None:
    """Why a file was not taken; None where the answer does not say that. TargetError where it is about our rights."""
    if answer.too_large:
        return OVERSIZE
    if answer.status in _REFUSED:
        return answers.reason(answers.own_error(answer), values)
    if not 200 <= answer.status < 300:
        raise answers.refused(answer)
    return None


def _file(answer: Answer, said: Mapping[str, Any]) -> File | None:
    id, path, size, md5 = (said.get(name) for name in ("id", "path", "size", "fileMd5"))
    if said.get("archived") is True:
        return None
    whole = isinstance(size, int) and not isinstance(size, bool)
    if not (isinstance(id, str) and id and isinstance(path, str) and path and whole):
        raise answer.unreadable("a file without id, path or size")
    assert isinstance(size, int)
    return File(id, path, size, md5.lower() if isinstance(md5, str) and md5 else None)
