"""The room as a whole: tokens renewed once, deadlines kept by all threads, waits that end, logs without values."""

import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from misbehaving import NOON, NoTime, says, scripted
from simulated import KEY, TOKEN_FORM, contact, engine

from crm_migrate.connecting.http import Answer, Http, Patience, Request, Token, Waiting, oauth_token
from crm_migrate.connecting.http.tokens import Fresh
from crm_migrate.errors import AuthExpired, InDoubt, Interrupted, QuotaGone, Retryable, TargetError, Throttled
from crm_migrate_simulators.clock import Clock
from crm_migrate_simulators.faults import KINDS
from crm_migrate_simulators.quotas import Quotas
from crm_migrate_simulators.server import Server

CREATE = "/v1/objects/{object}/batch/create"


def room(url: str, **more: Any) -> Http:
    """A room for the simulated generic CRM."""
    waiting = more.pop("waiting", None) or NoTime(datetime.now(UTC))
    patience = Patience(read=4, whole=4, answer_bytes=1 << 20)
    bare = Http(url, patience=patience, waiting=waiting, attempts=2)
    return Http(url, token=token_of(bare), patience=patience, waiting=waiting, quota=quota, **more)


def token_of(bare: Http) -> Token:
    form = "&".join(f"{name}={value}" for name, value in TOKEN_FORM.items()).encode()
    ask = Request("POST", "/oauth/token", body=form, content_type="application/x-www-form-urlencoded", writes=False)
    return Token(lambda: oauth_token(bare, ask))


def quota(answer: Answer) -> datetime | None:
    if answer.status != 403:
        return None
    return datetime.fromtimestamp(answer.json()["error"]["until"], UTC)


def create(*numbers: int) -> Request:
    return Request("POST", CREATE, {"object": "contacts"}, json={"records": [contact(n) for n in numbers]})


# What the room says of a write that each kind of fault strikes first; a status: it is answered, at once or again.
VERDICTS: dict[str, type[Exception] | int] = {
    **{name: InDoubt for name, kind in KINDS.items() if kind.family == "doubt"},
    **{name: 200 for name, kind in KINDS.items() if kind.family in ("answer", "read", "values", "people")},
    "error_before": InDoubt,
    "bad_gateway": InDoubt,
    "unavailable": 200,
    "throttled": 200,
    "throttled_date": 200,
    "throttled_silent": 200,
    "throttled_past": 200,
    "throttled_garbage": 200,
    "throttled_absurd": Throttled,
    "quota_gone": QuotaGone,
    "token_expired": 200,
    "redirected": TargetError,
    "parent_locked": 200,
    "duplicate_rule": 207,
    "gzip_bomb": InDoubt,
    # whole answers in time, whose content only the connector can judge:
    "dripping": InDoubt,
    "nothing_written": 200,
    "empty_body": 200,
    "page_of_html": 200,
}


@pytest.mark.parametrize("name", KINDS)
def test_no_fault_is_taken_for_what_it_is_not(name: str) -> None:
    figure = {"hang_before": "(5)", "hang_after": "(5)", "dripping": "(0.1)", "late_commit": "(0.1)"}.get(name, "")
    with Server(engine(f"{name}{figure}@1", clock=Clock())) as server:
        verdict: type[Exception] | int
        try:
            verdict = room(server.url).send(create(1, 2)).status
        except TargetError as error:
            verdict = type(error)
        assert verdict == VERDICTS[name]
        time.sleep(0.3 if name == "late_commit" else 0)
        doubled = server.engine.log.doubled()
        created = Counter(c.key for c in server.engine.log.creations if c.key)
    assert not doubled, "no write was sent twice"
    if verdict in (QuotaGone, Throttled, TargetError, 207):
        assert not created, "what is said not to be done is not done"
    if verdict == 200 and name not in ("nothing_written",):
        assert set(created) == {"c1", "c2"}


@pytest.mark.parametrize("name", ["empty_body", "page_of_html", "doubled_member", "deep_answer"])
def test_a_success_without_a_meaning_is_doubt_when_it_is_read(name: str) -> None:
    with Server(engine(f"{name}@1", clock=Clock())) as server:
        answer = room(server.url).send(create(1))
        with pytest.raises(InDoubt):
            answer.json()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_goes_wrong_reads_are_answered_and_no_write_is_doubled(seed: int) -> None:
    """30 % of requests struck by faults that can be told; 40 writes, each sent once by us, never twice by the room."""
    with Server(
        engine("refused:0.15, error_after:0.05, reset_after:0.05, closed_before:0.05", seed=seed, clock=Clock())
    ) as s:
        sent = room(s.url, attempts=8)
        loaded, doubt = set(), set()
        for number in range(40):
            try:
                results = sent.send(create(number)).json()["results"]
                loaded |= {r["key"] for r in results if r["status"] == "created"}
            except InDoubt:
                doubt.add(f"c{number}")
            except (Throttled, TargetError):
                sent = room(s.url, attempts=8)
        made = {str(c.key) for c in s.engine.log.creations}
        assert s.engine.log.doubled() == {}
        assert loaded <= made <= loaded | doubt
        assert doubt, "the schedule should have brought some"


# ------------------------------------------------------------------------------------------------ tokens


def test_a_token_that_expired_is_renewed_once_by_one_of_many() -> None:
    clock = Clock()
    with Server(engine(clock=clock)) as server:
        http = room(server.url, waiting=Waiting())
        http.send(create(0))
        server.engine.crm.forget_tokens()
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda n: http.send(create(n)).status, range(1, 25)))
        assert answers == [200] * 24
        assert sum(asked.scope == "auth" for asked in server.engine.log.requests) == 2
        assert server.engine.log.doubled() == {}


def test_whoever_waited_for_the_renewal_takes_its_token() -> None:
    given = (f"t{number}" for number in range(100))
    token, together = Token(lambda: Fresh(next(given))), threading.Barrier(8)
    stale = token.current(NOON)

    def renew(_: int) -> str:
        together.wait()
        return token.renewed(stale, NOON)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(renew, range(8))) == {"t1"}


def test_a_token_is_renewed_before_its_end() -> None:
    with Server(engine(clock=Clock(), token_seconds=60)) as server:
        waiting = NoTime(datetime.now(UTC))
        http = room(server.url, waiting=waiting)
        http.send(create(1))
        waiting.wait(45)
        http.send(create(2))
        assert [a.scope for a in server.engine.log.requests] == ["auth", "write", "auth", "write"]


def test_a_second_refusal_stops() -> None:
    with scripted(says(401)) as server, pytest.raises(AuthExpired):
        Http(server.url, token=Token(lambda: Fresh("t")), waiting=NoTime()).send(create(1))
    assert len(server.requests) == 2


def test_refused_credentials_are_asked_about_once_whoever_waits() -> None:
    asked = []

    def refused() -> Fresh:
        asked.append(1)
        raise AuthExpired("no")

    token = Token(refused)
    with ThreadPoolExecutor(8) as threads:
        errors = list(threads.map(lambda _: _error(token), range(8)))
    assert errors == [AuthExpired] * 8 and len(asked) == 1


def _error(token: Token) -> type[Exception]:
    try:
        token.current(NOON)
    except AuthExpired as error:
        return type(error)
    return Exception


def test_a_token_that_could_not_be_fetched_now_is_fetched_later() -> None:
    answers: list[Any] = [Retryable("down"), Fresh("t")]

    def fetch() -> Fresh:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    token = Token(fetch)
    with pytest.raises(Retryable):
        token.current(NOON)
    assert token.current(NOON) == "t"


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_credentials_stop_with_a_sentence(status: int) -> None:
    with scripted(says(status, b'{"error": "invalid_client"}')) as server:
        bare = Http(server.url, waiting=NoTime())
        with pytest.raises(AuthExpired, match="no token") as caught:
            oauth_token(bare, Request("POST", "/oauth/token", body=b"client_secret=s3cret", writes=False))
        assert "s3cret" not in f"{caught.value} {caught.value.hint}"


def test_a_token_does_not_show_itself() -> None:
    assert "s3cret" not in repr(Fresh("s3cret")) + repr(Token(lambda: Fresh("s3cret")))


# ------------------------------------------------------------------------------------------------ waiting


def test_nobody_asks_before_the_instant_that_was_named_to_any_of_us() -> None:
    waiting = NoTime()
    with scripted(says(429, Retry_After="3600"), says(200)) as server:
        http = Http(server.url, waiting=waiting)
        with pytest.raises(Throttled) as first:
            http.send(create(1))
        with pytest.raises(Throttled) as second:
            http.send(Request("GET", "/v1/about"))
        assert first.value.until == second.value.until == NOON + timedelta(hours=1)
        assert len(server.requests) == 1
        waiting.wait(3600)
        assert http.send(create(1)).status == 200


def test_a_short_wait_is_made_here() -> None:
    waiting = NoTime()
    with scripted(says(429, Retry_After="7"), says(200)) as server:
        assert Http(server.url, waiting=waiting).send(create(1)).status == 200
    assert waiting.waits == [7]


def test_the_quota_of_a_day_stops_everybody_and_opens_after_midnight() -> None:
    clock = Clock()
    with Server(engine(clock=clock, quotas=Quotas(per_day=3), token_seconds=1e6)) as server:
        waiting = NoTime(datetime.now(UTC))
        http = room(server.url, waiting=waiting)
        for number in range(3):
            http.send(create(number))
        with pytest.raises(QuotaGone) as gone:
            http.send(create(3))
        with pytest.raises(QuotaGone):
            http.send(create(4))
        assert len(server.engine.log.requests) == 1 + 4, "the token, three that were taken, one that was not"
        assert gone.value.until.time() == datetime.min.time()
        clock.set(gone.value.until.timestamp())
        waiting.wait((gone.value.until - waiting.now()).total_seconds())
        assert http.send(create(3)).status == 200


def test_a_wait_ends_when_somebody_stops() -> None:
    stop = threading.Event()
    with scripted(says(429, Retry_After="20")) as server:
        http = Http(server.url, waiting=Waiting(stop))
        threading.Timer(0.2, stop.set).start()
        begun = time.monotonic()
        with pytest.raises(Interrupted):
            http.send(create(1))
        assert time.monotonic() - begun < 3
        with pytest.raises(Interrupted):
            http.send(create(2))
    assert len(server.requests) == 1, "no request begins after it"


# ------------------------------------------------------------------------------------------------ what is told


def test_neither_the_log_nor_an_error_holds_a_value(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    secrets_ = ["Yılmaz", "ayse@firma.example", "4711", "s3cret", "t0ken"]
    request = Request(
        "POST",
        "/v1/objects/{object}/records/{id}",
        {"object": "contacts", "id": "4711"},
        {"email": "ayse@firma.example"},
        json={"last_name": "Yılmaz"},
        headers={"X-Key": "s3cret"},
    )
    errors = []
    for script in (
        says(200, "Yılmaz".encode()),
        says(500, "Yılmaz".encode()),
        says(429, Retry_After="ayse@firma.example"),
    ):
        with scripted(script) as server:
            http = Http(server.url, token=Token(lambda: Fresh("t0ken")), waiting=NoTime(), attempts=2)
            try:
                http.send(request).json()
            except TargetError as error:
                errors.append(f"{error} {error.hint} {error!r} {error.__cause__} {error.__context__}")
    assert len(errors) == 3
    told = caplog.text + " ".join(errors)
    assert not [secret for secret in secrets_ if secret in told]
    assert "POST /v1/objects/{object}/records/{id}" in caplog.text
    assert {record.name for record in caplog.records if not record.name.startswith("asyncio")} == {"crm_migrate.http"}


def test_many_threads_share_few_connections() -> None:
    with Server(engine(clock=Clock())) as server:
        http = room(server.url, waiting=Waiting())
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: http.send(create(n)), range(64)))
        assert len(server.engine.log.creations) == 64
        assert KEY in server.engine.store.all("contacts")[0].values
        http.close()


def test_the_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(says(502)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(Retryable):
            Http("https://crm.example", waiting=NoTime(), attempts=1).send(create(1))
        assert proxy.requests[0].startswith(b"CONNECT crm.example:443")
        monkeypatch.setenv("NO_PROXY", "crm.invalid")
        with pytest.raises(Retryable):
            Http("https://crm.invalid", waiting=NoTime(), attempts=1).send(create(1))
        assert len(proxy.requests) == 1
