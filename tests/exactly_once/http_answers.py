"""What becomes of answers, and answers that are another request's."""

from exactly_once.gateway import Exchange, Said, zipped
from exactly_once.http_catalogue import kind
from exactly_once.http_refusals import HTML, page


@kind()
def page_before(exchange: Exchange) -> None:
    """200, an HTML page about maintenance; not carried out"""
    exchange.answer(page(200, "We will be back soon"))


@kind()
def page_after(exchange: Exchange) -> None:
    """200, an HTML page in place of the answer; carried out"""
    exchange.carry()
    exchange.answer(page(200, "We will be back soon"))


@kind()
def empty_before(exchange: Exchange) -> None:
    """200 without a body; not carried out"""
    exchange.answer(Said(200))


@kind()
def empty_after(exchange: Exchange) -> None:
    """200 without a body; carried out"""
    exchange.carry()
    exchange.answer(Said(200))


@kind()
def no_content(exchange: Exchange) -> None:
    """204 in place of the answer; carried out"""
    exchange.carry()
    exchange.answer(Said(204))


@kind()
def cut_head(exchange: Exchange) -> None:
    """the answer ends in its headers; carried out"""
    exchange.raw(bytes(exchange.carry())[:30])
    exchange.close()


@kind()
def cut_body(exchange: Exchange) -> None:
    """the answer ends in its body; carried out"""
    exchange.raw(bytes(exchange.carry())[:-3])
    exchange.reset()


@kind()
def cut_chunks(exchange: Exchange) -> None:
    """the answer comes in chunks, and ends before the last; carried out"""
    body = exchange.carry().body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange.raw(head + b"%x\r\n%s\r\n" % (len(body), body))
    exchange.close()


@kind()
def cut_whole(exchange: Exchange) -> None:
    """the gateway cuts the body and says its new length; carried out"""
    said = exchange.carry()
    exchange.answer(Said(said.status, said.body[:-2], said.headers))


@kind()
def zipped_answer(exchange: Exchange) -> None:
    """the gateway zips the answer"""
    exchange.answer(zipped(exchange.carry()))


@kind()
def zipped_cut(exchange: Exchange) -> None:
    """the gateway zips the answer and ends before its end; carried out"""
    exchange.answer(zipped(exchange.carry(), keep=0.7))


@kind()
def zipped_not(exchange: Exchange) -> None:
    """the answer says that it is zipped, and is not; carried out"""
    said = exchange.carry()
    exchange.answer(Said(said.status, said.body, {**said.headers, "Content-Encoding": "gzip"}))


@kind()
def wrong_type(exchange: Exchange) -> None:
    """the right answer as text/html"""
    said = exchange.carry()
    exchange.answer(Said(said.status, said.body, HTML))


@kind()
def early_hints(exchange: Exchange) -> None:
    """103 before the answer"""
    exchange.raw(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    exchange.answer(exchange.carry())


@kind()
def rechunked(exchange: Exchange) -> None:
    """the answer in chunks of seven bytes"""
    said = exchange.carry()
    chunks = [said.body[start : start + 7] for start in range(0, len(said.body), 7)]
    head = f"HTTP/1.1 {said.status} OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    exchange.raw(head + b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n")


# -------------------------------------------------------------------------------------- other answers


@kind(lambda gateway, asked: bytes(asked) in gateway.repeated)
def cached(exchange: Exchange) -> None:
    """what the same request was answered earlier; not carried out"""
    exchange.answer(exchange.gateway.repeated[bytes(exchange.asked)])


@kind(lambda gateway, asked: gateway.last is not None)
def another_answer(exchange: Exchange) -> None:
    """the answer of the request before this one; carried out"""
    last = exchange.gateway.last
    assert last is not None, "see `fits`"
    exchange.carry()
    exchange.answer(last)


@kind(doubles=True)
def twice_first(exchange: Exchange) -> None:
    """the gateway sends it twice, and gives the first answer"""
    said = exchange.carry()
    exchange.carry()
    exchange.answer(said)


@kind(doubles=True)
def twice_second(exchange: Exchange) -> None:
    """the gateway sends it twice, and gives the second answer"""
    exchange.carry()
    exchange.answer(exchange.carry())
