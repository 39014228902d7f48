"""Runs a command beside a private amagi-crm server on loopback, and always stops the server afterwards.

    python scripts/amagi.py run -- pytest -m amagi

The command sees where it is in CRM_MIGRATE_TEST_AMAGI: the server's address, and behind `#` a folder. `template.db`
there is a prepared database, `token` what an administrator of it shows. A copy of the template called `NAME.db` is an
installation of its own at the address and `/NAME`.

amagi-crm is another program (MIT) that we only talk to; how it comes here: `from_pypi.py`.
"""

import re
import shutil
from pathlib import Path

from from_pypi import ENDS_WITH_US, Server, called, python
from serving import main

VARIABLE = "CRM_MIGRATE_TEST_AMAGI"
KEPT = (".env", "template.db", "token")
# One process for all installations: each is the program's own application, on a database of its own. A commit does not
# wait for the disk, as none of them outlives a test.
SERVE = (
    ENDS_WITH_US
    + """\
from dataclasses import replace
from pathlib import Path
import sqlalchemy, uvicorn
from amagi_crm.api import create_app
from amagi_crm.config import Settings
from amagi_crm.db import Database
from amagi_crm.services import CRM
installed = {}
def application(name):
    if name not in installed:
        url = f"sqlite:///{Path(name + '.db').resolve(strict=True)}"
        database = Database(replace(Settings.load(".env"), database_url=url))
        hurry = lambda connection, _: connection.execute("PRAGMA synchronous = OFF")
        sqlalchemy.event.listen(database.engine, "connect", hurry)
        installed[name] = create_app(CRM(database))
    return installed[name]
async def every(scope, receive, send):
    name, _, path = scope["path"][1:].partition("/")
    await application(name)({**scope, "path": f"/{path}", "raw_path": None}, receive, send)
uvicorn.run(every, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
"""
)
INIT = "import sys; from amagi_crm.cli import main; sys.exit(main())"


def furnish(folder: Path) -> None:
    """The template of databases, the keys that they are encrypted with, and who is an administrator of them."""
    init = [str(python(folder)), "-c", INIT, "init", "--timezone", "UTC"]
    said = called([*init, "--database-url", "sqlite:///template.db"], folder)
    (folder / "token").write_text(re.findall(r"acrm_\S+", said)[0], encoding="utf-8")


def command(kept: Path, folder: Path, port: int) -> list[str]:
    """What starts the server, with the template in its folder."""
    for name in KEPT:
        shutil.copy(kept / name, folder)
    return [str(python(kept)), "-c", SERVE, str(port)]


running = Server("amagi", "amagi-crm", Path(__file__), furnish, command).running

if __name__ == "__main__":
    main(__doc__, {VARIABLE: running})
