"""Runs a command beside a private BottleCRM server on loopback, and always stops the server afterwards.

    python scripts/bottle.py run -- pytest -m bottle

The command sees the server's address in CRM_MIGRATE_TEST_BOTTLE, and behind `#` the folder of its database
(`crm.sqlite3`). An organisation of one's own, with its token, is what a POST to `/fresh` at that address gives; its
body may name mailboxes of further users, one a line. The database counts in its table `witness` what was ever created
and deleted.

BottleCRM (PyPI `django-crm`, MIT) is another program that we only talk to; how it comes here: `from_pypi.py`. It needs
Python 3.12 or newer: where there is none, there is no server, and the variable says why.
"""

import shutil
from pathlib import Path

from from_pypi import ENDS_WITH_US, Server, called, python
from serving import main

VARIABLE = "CRM_MIGRATE_TEST_BOTTLE"
OLDEST = (3, 12)
DATABASE = "crm.sqlite3"
# Tables without the program's own hundred migrations, a file as database, no broker, no mail that leaves. A commit does
# not wait for the disk, as nothing here outlives a test.
SETTINGS = """\
from crm.settings import *
class Nothing(dict):
    def __contains__(self, name):
        return True
    def __getitem__(self, name):
        return None
MIGRATION_MODULES = Nothing()
DATABASES = {"default": {
    "ENGINE": "django.db.backends.sqlite3", "NAME": "crm.sqlite3",
    "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"},
}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_BROKER_URL, CELERY_RESULT_BACKEND = "memory://", "cache+memory://"
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
LOGGING = {"version": 1, "disable_existing_loggers": True}
"""
FURNISH = """\
import django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", run_syncdb=True, verbosity=0)
with connection.cursor() as asked:
    asked.execute("CREATE TABLE witness (org TEXT, action TEXT, record TEXT, id TEXT)")
    for table in ("accounts", "contacts", "lead", "opportunity", "case", "task"):
        for action, event, row in (("create", "INSERT", "NEW"), ("delete", "DELETE", "OLD")):
            asked.execute(f'CREATE TRIGGER witness_{table}_{action} AFTER {event} ON "{table}" BEGIN INSERT INTO '
                          f"witness VALUES ({row}.org_id, '{action}', '{table}', {row}.id); END")
"""
# The program's own application, and before it the one address that is ours.
SERVE = (
    ENDS_WITH_US
    + """\
import asyncio, json, uuid
import django, uvicorn
django.setup()
from common.models import Org, PersonalAccessToken, Profile, User
from crm.asgi import application
def member(org, mailbox, **more):
    user, _ = User.objects.get_or_create(email=mailbox)
    return Profile.objects.create(user=user, org=org, is_active=True, **more)
def fresh(mailboxes):
    name = uuid.uuid4().hex
    org = Org.objects.create(name=name, default_currency="USD")
    admin = member(org, f"{name}@example.com", role="ADMIN", is_organization_admin=True)
    for mailbox in mailboxes:
        member(org, mailbox, role="USER")
    return {"token": PersonalAccessToken.generate(profile=admin, name="loader")[0], "org": org.id.hex}
async def every(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != "/fresh":
        return await application(scope, receive, send)
    said = (await receive()).get("body", b"").decode()
    made = json.dumps(await asyncio.to_thread(fresh, said.split())).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": made})
uvicorn.run(every, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
"""
)
# What the program wants to know of where it runs, said before anything of it is imported.
PLACE = """\
import os, sys
sys.path.insert(0, os.getcwd())
os.environ |= {"SECRET_KEY": "not-a-secret-" * 4, "ENV_TYPE": "dev", "DEBUG": "False",
               "DJANGO_SETTINGS_MODULE": "of_tests"}
"""


def furnish(folder: Path) -> None:
    """The template of the database, with its witness."""
    (folder / "of_tests.py").write_text(SETTINGS, encoding="utf-8")
    (folder / DATABASE).unlink(missing_ok=True)
    called([str(python(folder)), "-c", PLACE + FURNISH], folder)


def command(kept: Path, folder: Path, port: int) -> list[str]:
    """What starts the server, with the template in its folder."""
    for path in (*kept.glob(f"{DATABASE}*"), kept / "of_tests.py"):
        shutil.copy(path, folder)
    return [str(python(kept)), "-c", PLACE + SERVE, str(port)]


running = Server("bottle", "BottleCRM", Path(__file__), furnish, command, OLDEST).running

if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
