"""What a database refuses or never answers: told before, record by record, or as a doubt; never a load that hangs."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import options

from crm_migrate.connecting.conformance_targets import write
from crm_migrate.connecting.contract import TargetField, TargetObject
from crm_migrate.errors import TargetError, UsageError
from crm_migrate_sql.addresses import masked, read_address, settings
from crm_migrate_sql.target import SqlTarget

THING = TargetObject("thing", (TargetField("name", "text"),))


@pytest.fixture
def where(tmp_path: Path) -> dict[str, str]:
    return options("postgresql", tmp_path)


def rows(*names: str) -> list[dict[str, str | None]]:
    return [{"__entity": f"e{number}-{name}", "name": name} for number, name in enumerate(names)]


def execute(where: dict[str, str], *statements: str) -> None:
    engine = sa.create_engine(sa.make_url(where["url"]).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(sa.text(f'SET search_path = "{where["schema"]}"'))
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def prepared(where: dict[str, str]) -> SqlTarget:
    target = SqlTarget(where)
    target.prepare((THING,), apply=True)
    return target


@pytest.mark.postgresql
@pytest.mark.parametrize("name", ["a" * 64, "müşteri_" * 7 + "adları_x"])
def test_a_name_that_the_server_would_cut_is_refused_before_anything_is_made(where: dict[str, str], name: str) -> None:
    field = TargetField(name, "text")
    for thing in (replace(THING, name=name), replace(THING, fields=(*THING.fields, field))):
        with pytest.raises(UsageError, match="cuts names after 63 bytes"):
            SqlTarget(where).prepare((thing,), apply=False)


@pytest.mark.postgresql
@pytest.mark.parametrize("state", ["CRM01", "42501", "55000", "P0001"])
def test_what_a_trigger_refuses_with_any_state_is_k_failed_records(where: dict[str, str], state: str) -> None:
    target = prepared(where)
    execute(
        where,
        f"""CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.name LIKE 'bad%%' THEN RAISE EXCEPTION 'not this one' USING ERRCODE = '{state}'; END IF;
        RETURN NEW; END $$""",
        "CREATE TRIGGER no BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION no()",
    )
    result = write(target, THING, "one", rows("a", "bad1", "b", "bad2"))
    assert set(result.refused) == {"e1-bad1", "e3-bad2"}
    assert "not this one" in result.refused["e1-bad1"].words


@pytest.mark.postgresql
def test_a_row_that_a_trigger_drops_without_a_word_is_not_loaded(where: dict[str, str]) -> None:
    target = prepared(where)
    execute(
        where,
        """CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.name LIKE 'bad%%' THEN RETURN NULL; END IF; RETURN NEW; END $$""",
        "CREATE TRIGGER drop_it BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION drop_it()",
    )
    result = write(target, THING, "one", rows("a", "bad1", "b"))
    assert set(result.loaded) == {"e0-a", "e2-b"}
    assert "does not have it" in result.refused["e1-bad1"].words
    assert write(target, THING, "one", rows("a", "bad1", "b")) == replace(result, replayed=True)


@pytest.mark.postgresql
def test_a_constraint_that_waits_for_the_end_refuses_its_row_and_not_the_batch(where: dict[str, str]) -> None:
    target = prepared(where)
    execute(where, "ALTER TABLE thing ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED")
    assert set(write(target, THING, "one", rows("a", "a", "b")).refused) == {"e1-a"}


@pytest.mark.postgresql
def test_a_role_without_rights_is_told_before_anything_is_read(where: dict[str, str]) -> None:
    prepared(where).close()
    role, schema = f"r_{where['schema'][-12:]}", where["schema"]
    execute(
        where,
        f"CREATE ROLE {role} LOGIN PASSWORD 'pw'",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    )
    url = sa.make_url(where["url"]).set(username=role, password="pw").render_as_string(hide_password=False)
    target = SqlTarget({**where, "url": url})
    with pytest.raises(TargetError, match=rf"{role} may not do .*INSERT, UPDATE on thing"):
        target.prepare((THING,), apply=False)
    target.close()


@pytest.mark.postgresql
def test_what_the_database_demands_is_described(where: dict[str, str]) -> None:
    target = prepared(where)
    execute(
        where,
        "ALTER TABLE thing ADD a VARCHAR(5) NOT NULL, ADD b TEXT NOT NULL DEFAULT 'x', ADD c SMALLINT, "
        "ADD d NUMERIC(6,2), ADD e INT GENERATED ALWAYS AS (length(name)) STORED",
    )
    found = target.describe(["thing"]).object("thing")
    assert found is not None
    fields = {field.name: field for field in found.fields}
    assert (fields["a"].required, fields["a"].default, fields["a"].length) == (True, False, 5)
    assert (fields["b"].required, fields["b"].default) == (True, True)
    assert (fields["c"].below, fields["d"].below) == (2**15, 10**4)
    assert fields["e"].read_only and not fields["a"].read_only


class Proxy:
    """Forwards to a server until it is told to be silent; connections stay open then."""

    def __init__(self, host: str, port: int) -> None:
        self._server, self.silent = (host, port), threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._open += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        while True:
            try:
                data = source.recv(65536)
                if not data:
                    return
                if not self.silent.is_set():
                    sink.sendall(data)
            except OSError:
                return

    def close(self) -> None:
        for each in self._open:
            each.close()


@pytest.fixture
def proxy(where: dict[str, str]) -> Iterator[Proxy]:
    url = sa.make_url(where["url"])
    made = Proxy(url.host or "127.0.0.1", url.port or 5432)
    yield made
    made.close()


@pytest.mark.postgresql
def test_a_server_that_falls_silent_is_an_error_and_not_a_hang(
    where: dict[str, str], proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migrate_sql import bounded

    monkeypatch.setattr(bounded, "GRACE_SECONDS", 1.0)
    monkeypatch.setattr(bounded.BoundedConnection, "silence", 1.0)
    prepared(where).close()
    url = sa.make_url(where["url"]).set(host="127.0.0.1", port=proxy.port)
    url = url.update_query_dict({"options": "-c statement_timeout=1s", "connect_timeout": "2"})
    target = SqlTarget({**where, "url": url.render_as_string(hide_password=False)})
    assert write(target, THING, "first", rows("a")).refused == {}
    proxy.silent.set()
    with pytest.raises(TargetError, match="has not answered for 2 s"):
        write(target, THING, "second", rows("b"))
    with pytest.raises(TargetError):
        target.identity()
    target.close()


@pytest.mark.postgresql
def test_options_of_the_url_are_honoured(where: dict[str, str]) -> None:
    prepared(where).close()
    url = sa.make_url(where["url"]).update_query_dict({"options": f"-csearch_path={where['schema']}"})
    target = SqlTarget({"url": url.render_as_string(hide_password=False)})
    assert [found.name for found in target.describe(["thing", "nothing"]).objects] == ["thing"]
    assert write(target, THING, "one", rows("a")).refused == {}
    target.close()


def test_what_we_cannot_do_without_wins_over_the_url_and_the_url_over_our_patience() -> None:
    url = read_address("postgresql://u@h/d?options=-cstatement_timeout%3D9s", "it")
    said = settings(url, {"statement_timeout": "600s"}, {"DateStyle": "ISO"})
    assert said == "-c statement_timeout=600s -cstatement_timeout=9s -c DateStyle=ISO"


@pytest.mark.parametrize(
    "url, said",
    [
        ("postgresql://me:se@cret@host/db", "more than one @"),
        ("postgresql+psycopg2://me:secret@host/db", "only postgresql://"),
        ("sqlite:///crm.db?mode=secret", "takes no options"),
        ("postgresql://me:secret@host:port/db", "cannot be read"),
        ("mysql://me:secret@host/db", "mysql is not there yet"),
        ("mariadb://me:secret@host/db?charset=latin1", "charset is no option"),
        ("mariadb+mysqldb://me:secret@host/db", "only mariadb://"),
        ("mariadb://me:secret@host", "names no database"),
    ],
)
def test_a_url_that_says_what_we_would_ignore_is_refused_without_its_secret(url: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        SqlTarget({"url": url})
    assert said in refused.value.message
    assert "cret" not in refused.value.message + refused.value.hint


def test_a_password_is_masked_as_it_is_and_quoted() -> None:
    url = read_address("postgresql://me:p%40ss%2Fword@host/db?sslpassword=other", "it")
    words = 'failed: "postgresql://me:p%40ss%2Fword@host" p@ss/word other'
    assert masked(words, url) == 'failed: "postgresql://me:***@host" *** ***'
