"""A process that goes on with the latest run's load; fault tests kill it. `load_once.py FOLDER OPTIONS_JSON ROWS`."""

import json
import sys
from pathlib import Path

from crm_migrate.mapping.plan import Plan
from crm_migrate.stages.load import execute_load
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.state import open_run
from crm_migrate_sql import sqlite
from crm_migrate_sql.target import SqlTarget

if __name__ == "__main__":
    folder, where = Path(sys.argv[1]), json.loads(sys.argv[2])
    sqlite.Sqlite.batch_rows = int(sys.argv[3])
    project = Project(folder, folder / "crm-migrate.yaml")
    run = open_run(project)
    print("ready", flush=True)
    target = SqlTarget(where)
    execute_load(Plan.model_validate_json(run.plan.read_bytes()), project, run, target)
    target.close()
    print("done", flush=True)
