"""Runs a command beside a private Tryton server on loopback, and always stops the server afterwards.

    python scripts/tryton.py run -- pytest -m tryton

The command sees where it is in CRM_MIGRATE_TEST_TRYTON: the server's address, and behind `#` the folder of its
databases. `template.sqlite` there is a prepared one: a copy of it under another name is a database of its own.

Tryton is another program (GPL-3.0-or-later) that we only talk to; how it comes here: `from_pypi.py`.
"""

import shutil
from pathlib import Path

from from_pypi import ENDS_WITH_US, Server, called, python
from serving import main

VARIABLE = "CRM_MIGRATE_TEST_TRYTON"
PASSWORD = "not-a-secret"  # of databases that live as long as a test
MODULES = ("party_relationship", "sale_opportunity")
# It looks for databases each time that one is asked for, where it would remember for minutes which there are.
SERVE = (
    ENDS_WITH_US
    + """\
class Forgetful(dict):
    def __setitem__(self, name, value):
        pass
from trytond.backend.sqlite.database import Database
Database._list_cache = Forgetful()
from trytond.cli import main
main()
"""
)
ADMIN = "from trytond.cli.admin import main; main()"


def configured(folder: Path, databases: Path, port: int) -> Path:
    """The server's settings as a file of `folder`."""
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = sqlite://\npath = {databases}\n[web]\nlisten = 127.0.0.1:{port}\n", encoding="utf-8"
    )
    return path


def furnish(folder: Path) -> None:
    """The template of databases."""
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    (folder / "template.sqlite").write_bytes(b"")
    settings = configured(folder, folder, 0)
    admin = [str(python(folder)), "-c", ADMIN, "-c", str(settings), "-d", "template"]
    called([*admin, "--all", "--email", "admin@example.com"], folder, TRYTONPASSFILE=str(password))
    called([*admin, "-u", *MODULES, "--activate-dependencies"], folder)


def command(kept: Path, folder: Path, port: int) -> list[str]:
    """What starts the server, with the template in its folder."""
    shutil.copy(kept / "template.sqlite", folder)
    return [str(python(kept)), "-c", SERVE, "-c", str(configured(folder, folder, port))]


running = Server("tryton", "Tryton", Path(__file__), furnish, command).running

if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
