"""A profile that stands there and cannot be read is told: nothing is recognised by it."""

from pathlib import Path

from crm_migrate.suggesting.knowledge import profiles, unread

PROFILE = """crm_migrate_source: 1
title: people of OldCRM
last_verified: 2026-03-01
key: Id
columns:
  Id: {}
  Login: {field: users.login}
  user_password: {left: of how the user logs in}
  password: {}
"""


def laid_down(folder: Path, text: str) -> None:
    path = folder / "mappings" / "sources" / "oldcrm.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def test_a_column_may_be_called_like_a_secret(tmp_path: Path) -> None:
    laid_down(tmp_path, PROFILE)
    assert "oldcrm" in profiles(tmp_path) and not list(unread(tmp_path))


def test_a_profile_with_a_secret_is_told_without_it(tmp_path: Path) -> None:
    laid_down(tmp_path, PROFILE.replace("{left: of how the user logs in}", "hunter2"))
    (told,) = unread(tmp_path)
    assert told.message == "the profile oldcrm is passed over: a secret stands here as text"
    assert told.place.line == 8 and "hunter2" not in str(told)
    assert "oldcrm" not in profiles(tmp_path)
