"""`plan` and the time in which nobody works: what is over and can be loaded before, counted from the records."""

from pathlib import Path

from called import call

MAPPING = """\
crm_migrate: 1
sources:
  chances: {file: chances.csv, key: id}
  todo: {file: todo.csv, key: id}
  calls: {file: calls.csv, key: id}
  notes: {file: notes.csv, key: id}
environments:
  local:
    connector: sql
    url: "sqlite:///crm.db"
    freeze: {starts: "2026-12-12T18:00+03:00", ends: "2026-12-14T06:00+03:00", reserve_hours: 3}
objects:
  deals:
    from: chances
    fields: {name: name, stage: stage, close_date: day}
  tasks:
    from: todo
    fields: {subject: what, status: state, completed_at: done}
  calls:
    from: calls
    fields: {subject: what, happened_at: at}
  notes:
    from: notes
    fields: {body: text}
"""
FILES = {
    "chances": "id,name,stage,day\n1,Oven,closedwon,2025-02-03\n2,Hood,closedlost,2025-02-03\n3,Sink,new,2024-01-01\n",
    "todo": "id,what,state,done\n1,Call,Completed,\n2,Write,open,2026-01-02T10:00:00Z\n3,Visit,open,\n4,Ask,,\n",
    # the second is at 15:00 UTC, when the freeze starts; nobody knows when the third was
    "calls": "id,what,at\n1,a,2026-12-12T14:59:59Z\n2,b,2026-12-12T15:00:00Z\n3,c,\n4,d,2027-01-01T00:00:00Z\n",
    "notes": "id,text\n1,first\n2,second\n",
}


def test_what_is_over_by_stage_status_or_day_can_be_loaded_before(tmp_path: Path) -> None:
    (tmp_path / "crm-migrate.yaml").write_text(MAPPING, "utf-8")
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    done = call("plan", ".", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "2026-12-12T18:00+03:00 to 2026-12-14T06:00+03:00: 36.0 hours" in said
    assert "2 of 3 deals, 2 of 4 tasks, 1 of 4 calls, 2 of 2 notes" in said
    assert "nobody can say whether that suffices" in said, "SQLite counts no requests, and no load was measured"
