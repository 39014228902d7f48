"""The conformance kit run against a sandbox of the user's own: which promises of the contract it keeps, as of today."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from crm_migrate.connecting.conformance_jobs import JOB_CHECKS
from crm_migrate.connecting.conformance_listing import LIST_CHECKS
from crm_migrate.connecting.conformance_removing import REMOVE_CHECKS
from crm_migrate.connecting.conformance_targets import (
    GENERIC,
    TARGET_CHECKS,
    Kit,
    OpenTarget,
    OwnKit,
    batch_of,
)
from crm_migrate.connecting.conformance_uploading import UPLOAD_CHECKS
from crm_migrate.connecting.contract import ENTITY, TARGET_ID, Jobs, Remove, Target, TargetObject, Upload
from crm_migrate.errors import CrmMigrateError


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: kept, or the words of what broke it. `left` counts records that could not be taken away again."""

    name: str
    kept: bool
    words: str = ""
    left: int = 0


def conform(open_target: OpenTarget) -> Iterator[Promise]:
    """Try every check, each with objects of its own whose records go afterwards; a broken promise stops no other."""
    for check in _checks(open_target):
        token = secrets.token_hex(4)
        kit, own = _kit(open_target, token), partial(_opened, open_target, token)
        kept, words = _tried(check, own, kit)
        yield Promise(check.__name__.removeprefix("check_").replace("_", " "), kept, words, _cleared(own, kit))


class _OfRun:
    """A target as one check sees it: its batches are of a run of their own, for journals that know the others."""

    def __init__(self, target: Target, token: str) -> None:
        self._target, self._token = target, token

    def __getattr__(self, name: str) -> Any:
        known = getattr(self._target, name)
        if name in ("write", "remove", "release"):
            return lambda batch: known(replace(batch, run=f"{batch.run}-{self._token}"))
        if name == "committed":
            return lambda project, run: known(project, f"{run}-{self._token}")
        return known


def _opened(open_target: OpenTarget, token: str) -> Target:
    return cast("Target", _OfRun(open_target(), token))


def _checks(open_target: OpenTarget) -> Sequence[Callable[..., None]]:
    target = open_target()
    try:
        removing = REMOVE_CHECKS if isinstance(target, Remove) else ()
        jobs, files = JOB_CHECKS if isinstance(target, Jobs) else (), isinstance(target, Upload)
        lists = isinstance(target, OwnKit) and target.kit("any").lists is not None
        return (
            *TARGET_CHECKS, *removing, *jobs, *(UPLOAD_CHECKS if files else ()), *(LIST_CHECKS if lists else ()),
        )  # fmt: skip
    finally:
        target.close()


def _kit(open_target: OpenTarget, token: str) -> Kit:
    """The target's own kit where it has one, else the kit of everybody."""
    target = open_target()
    try:
        return target.kit(token) if isinstance(target, OwnKit) else _renamed(GENERIC, token)
    finally:
        target.close()


def _renamed(kit: Kit, token: str) -> Kit:
    """The kit with objects that nobody else has."""
    company = replace(kit.company, name=f"{kit.company.name}_{token}")
    fields = tuple(replace(field, reference=company.name) if field.reference else field for field in kit.person.fields)
    return replace(kit, company=company, person=replace(kit.person, name=f"{kit.person.name}_{token}", fields=fields))


def _tried(check: Callable[..., None], open_target: OpenTarget, kit: Kit) -> tuple[bool, str]:
    try:
        check(open_target, kit)
    except AssertionError as error:
        return False, str(error).strip().partition("\n")[0] or "not as promised"
    except CrmMigrateError as error:
        return False, error.message
    except Exception as error:  # noqa: BLE001 -- what a target does that breaks its promises is anybody's guess
        return False, f"{type(error).__name__}: {error}"
    return True, ""


def _cleared(open_target: OpenTarget, kit: Kit) -> int:
    """Take the records of a check away, files and people before their company; how many are left."""
    target = open_target()
    try:
        files = (kit.files.object,) if kit.files is not None and isinstance(target, Upload) else ()
        lists = (kit.lists.member, kit.lists.object) if kit.lists is not None else ()
        token = kit.lists.token if kit.lists is not None else ""
        left = sum(_removed(target, each, token) for each in lists)  # not those of anybody else
        return left + sum(_removed(target, each) for each in (*files, kit.person, kit.company))
    finally:
        target.close()


def _removed(target: Target, object: TargetObject, token: str = "") -> int:
    """Take records away whose keys begin so; how many are left."""

    def mine() -> list[dict[str, str | None]]:
        rows = [row for table in target.read(object.bare()) for row in table.to_pylist()]
        return [row for row in rows if str(row[ENTITY] or "").startswith(token)]

    with suppress(CrmMigrateError):
        ours = [{ENTITY: row[ENTITY], TARGET_ID: row["target_id"]} for row in mine() if row[ENTITY]]
        if isinstance(target, Remove):
            most = target.limits(object, "remove").rows
            for start in range(0, len(ours), most):
                batch = batch_of(object, f"clear-{secrets.token_hex(4)}", ours[start : start + most], "update")
                target.remove(replace(batch, action="remove"))
        return len(mine())
    return 0
