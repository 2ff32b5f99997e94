"""Answers that are too much: of bytes, time, hops. Each is counted, and the article beside it is kept."""

from __future__ import annotations

import gzip

from tests.hostile import bombs
from tests.hostile.crawled import HostileOutlet, peak
from tests.hostile.server import Handler, HostileServer

# each is asked once more, as by any crawl: the good one may be on its way while the machine stands still
QUICK = ("-s", "DOWNLOAD_TIMEOUT=6", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16")
# what a crawl may take of memory above what it has when idle
MOST = 150
LINE = b"x" * 8000


def endless_body(handler: Handler) -> None:
    handler.begin(Connection="close")
    send_for_ever(handler, LINE)


def endless_chunks(handler: Handler) -> None:
    handler.begin(Transfer_Encoding="chunked")
    send_for_ever(handler, b"1F40\r\n" + LINE + b"\r\n")


def endless_chunks_of_a_byte(handler: Handler) -> None:
    handler.begin(Transfer_Encoding="chunked")
    send_for_ever(handler, b"1\r\nx\r\n" * 4000)


def endless_chunk_extension(handler: Handler) -> None:
    handler.begin(Transfer_Encoding="chunked")
    handler.wfile.write(b"1F40;")
    send_for_ever(handler, LINE)


def endless_trailers(handler: Handler) -> None:
    handler.begin(Transfer_Encoding="chunked")
    handler.wfile.write(b"0\r\n")
    send_for_ever(handler, b"X-Trailer: " + LINE + b"\r\n")


def endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    send_for_ever(handler, b"X-Header: " + LINE + b"\r\n")


def endless_folded_header(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Header: x\r\n")
    send_for_ever(handler, b" " + LINE + b"\r\n")


def endless_small_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    send_for_ever(handler, b"a:\r\n" * 4000)


def endless_continue(handler: Handler) -> None:
    send_for_ever(handler, b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 100)


def one_long_header(handler: Handler) -> None:
    handler.give(b"<h1>Never seen</h1>", X_Long="x" * (10 << 20))


def endless_status(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 ")
    send_for_ever(handler, LINE)


def promised_terabyte(handler: Handler) -> None:
    handler.begin(Content_Length=str(1 << 40))
    send_for_ever(handler, LINE)


def send_for_ever(handler: Handler, piece: bytes) -> None:
    """Until the crawl hangs up, or the test is over."""
    handler.close_connection = True
    while not handler.over.is_set():
        handler.wfile.write(piece)


def status_beyond_numbers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 99999999999999999999 OK\r\nContent-Length: 0\r\n\r\n")


def status_of_four_digits(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 1000 OK\r\nContent-Length: 0\r\n\r\n")


def status_999(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n")


def status_is_a_word(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 fine OK\r\nContent-Length: 0\r\n\r\n")
    handler.close_connection = True


def _head(*headers: bytes):
    def give(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"\r\n".join(headers) + b"\r\n\r\nfour")
        handler.close_connection = True

    return give


NO_LENGTH = {
    "word": _head(b"Content-Length: many"),
    "negative": _head(b"Content-Length: -4"),
    "nothing": _head(b"Content-Length:"),
    "hexadecimal": _head(b"Content-Length: 0x4"),
    "two-in-a-line": _head(b"Content-Length: 4, 5"),
    "two": _head(b"Content-Length: 4", b"Content-Length: 5"),
}

TOO_MUCH = {
    endless_body: "failed(too-large)",
    endless_chunks: "failed(too-large)",
    endless_chunks_of_a_byte: "failed(cut-short)",
    promised_terabyte: "failed(too-large)",
    endless_chunk_extension: "failed(cut-short)",
    endless_trailers: "failed(cut-short)",
    endless_headers: "failed(too-large)",
    endless_folded_header: "failed(too-large)",
    endless_small_headers: "failed(too-large)",
    endless_continue: "failed(too-large)",
    endless_status: "failed(connection-lost)",
    one_long_header: "failed(connection-lost)",
    status_beyond_numbers: "failed(connection-lost)",
    status_of_four_digits: "failed(connection-lost)",
    status_999: "failed(http-999)",
    status_is_a_word: "failed(connection-lost)",
}


def packed(body: bytes, codec: str):
    return lambda handler: handler.give(body, Content_Encoding=codec)


def test_bombs_of_every_codec_cost_no_memory(outlet: HostileOutlet) -> None:
    paths = []
    for codec, made in bombs.CODECS.items():
        paths.append(f"/{codec}.html")
        outlet.server[paths[-1]] = packed(made(), codec)
    paths.append("/double.html")
    outlet.server["/double.html"] = packed(bombs.double_gzip_bomb(), "gzip, gzip")
    paths.append("/mixed.html")
    outlet.server["/mixed.html"] = packed(gzip.compress(bombs.brotli_bomb()), "br, gzip")
    # one after the other, none of them is kept
    for number in range(20):
        paths.append(f"/again-{number}.html")
        outlet.server[paths[-1]] = packed(bombs.brotli_bomb(), "br")
    outlet.server["/sitemap.xml"] = outlet.sitemap(
        *(outlet.base + path for path in paths), outlet.good("/good.html")
    )
    run = outlet.crawl()
    assert run.exit_code == 0, run.err
    assert outlet.outcomes(run) == {**dict.fromkeys(paths, "failed(too-large)"), "/good.html": "archived"}
    assert peak(run) < MOST


def test_a_body_in_another_coding_than_its_header_names_is_the_hosts_fault(outlet: HostileOutlet) -> None:
    paths = [f"/{codec}.html" for codec in bombs.CODECS]
    for path in paths:
        outlet.server[path] = packed(b"\x07" + outlet.page(path).encode(), path[1:].removesuffix(".html"))
    outlet.server["/sitemap.xml"] = outlet.sitemap(
        *(outlet.base + path for path in paths), outlet.good("/good.html")
    )
    run = outlet.crawl(*QUICK)
    assert run.exit_code == 3, run.err
    assert outlet.outcomes(run) == {**dict.fromkeys(paths, "failed(bad-coding)"), "/good.html": "archived"}


def test_an_address_of_megabytes_costs_no_memory(outlet: HostileOutlet) -> None:
    endless = f"{outlet.base}/{'a' * (9 << 20)}"
    page = outlet.good("/page.html", hreflang=(("en", endless[: 4 << 20]),))
    outlet.server["/sitemap.xml"] = outlet.sitemap(endless, page)
    run = outlet.crawl(*QUICK)
    assert run.exit_code == 0, run.err
    assert outlet.outcomes(run) == {"/page.html": "archived"}
    assert peak(run) < MOST


def test_no_part_of_an_answer_is_taken_without_end(outlet: HostileOutlet) -> None:
    expected = {f"/{attack.__name__}.html": reason for attack, reason in TOO_MUCH.items()}
    for attack in TOO_MUCH:
        outlet.server[f"/{attack.__name__}.html"] = attack
    outlet.server["www.tabloid.example/robots.txt"] = endless_body
    outlet.server["third.tabloid.example/robots.txt"] = endless_headers
    good = [
        outlet.good("/good.html"),
        *(
            outlet.good(f"/{name}/good.html").replace("tabloid", f"{name}.tabloid", 1)
            for name in ("www", "third")
        ),
    ]
    outlet.server["/sitemap.xml"] = outlet.sitemap(*(outlet.base + path for path in expected), *good)
    run = outlet.crawl(*QUICK)
    assert run.exit_code == 3, run.err
    outcomes = outlet.outcomes(run)
    assert len([path for path in outcomes if path.endswith("/good.html")]) == 3
    assert {outcome for path, outcome in outcomes.items() if path not in expected} == {"archived"}
    assert {path: outcomes[path] for path in expected} == expected
    assert peak(run) < MOST


def test_a_length_that_is_none_is_no_redirect_and_is_owed(outlet: HostileOutlet) -> None:
    expected = {f"/{name}.html": "failed(bad-head)" for name in NO_LENGTH}
    for name, answer in NO_LENGTH.items():
        outlet.server[f"/{name}.html"] = answer
    for number, target in enumerate(("http://[", "//:x/")):
        outlet.server.redirect(f"/away-{number}.html", target)
        expected[f"/away-{number}.html"] = "failed(bad-redirect)"
    outlet.server["/sitemap.xml"] = outlet.sitemap(
        *(outlet.base + path for path in expected), outlet.good("/good.html")
    )
    run = outlet.crawl(*QUICK)
    assert outlet.outcomes(run) == {**expected, "/good.html": "archived"}
    assert run.exit_code == 3, run.err
    assert f"{len(NO_LENGTH)} pages are still to retry (bad-head {len(NO_LENGTH)})" in run.out


def test_a_list_that_is_a_bomb_leaves_the_other_lists_alone(outlet: HostileOutlet) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE urlset [<!ENTITY e0 "ha">{entities}]><urlset><url><loc>&e9;</loc></url></urlset>'
    with HostileServer() as hidden:
        local = f"http://127.0.0.1:{hidden.port}"
        outside = (
            f'<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b SYSTEM "{local}/b">'
            f'<!ENTITY % c SYSTEM "{local}/c.dtd"> %c;]>'
            f"<urlset><url><loc>{outlet.base}/&a;&b;.html</loc></url></urlset>"
        )
        included = f'<urlset xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{local}/i"/></urlset>'
        lists = {
            "/laughs.xml": laughs.encode(),
            "/outside.xml": outside.encode(),
            "/included.xml": included.encode(),
            "/packed.xml.gz": bombs.gzip_bomb(),
            "/twice.xml.gz": bombs.double_gzip_bomb(),
            "/nested.xml": b"<urlset>" + b"<url>" * 500_000,
            "/wide.xml": b"<urlset>" + b"<url/>" * 1_000_000,
            "/loop.xml": outlet.index(f"{outlet.base}/loop.xml", f"{outlet.base}/loop.xml?2").encode(),
        }
        for path, body in lists.items():
            outlet.server[path] = body
        outlet.server["/endless.xml"] = endless_body
        outlet.server["/trap-*"] = lambda handler: handler.give(
            outlet.index(f"{outlet.base}{handler.path.replace('.', '1.')}").encode()
        )
        outlet.server["/links.xml"] = outlet.sitemap(outlet.good("/good.html"))
        paths = (*lists, "/endless.xml", "/trap-1.xml", "/links.xml")
        outlet.server["/sitemap.xml"] = outlet.index(*(outlet.base + path for path in paths))
        run = outlet.crawl(*QUICK)
        assert hidden.connections() == 0
    assert run.exit_code == 0, run.err
    assert "root:" not in run.out + run.err
    assert outlet.outcomes(run)["/good.html"] == "archived"
    assert peak(run) < MOST
    assert len([path for path in outlet.server.paths() if path.startswith("/trap-")]) < 10


def drip(handler: Handler) -> None:
    handler.begin(Content_Length="100000")
    while not handler.over.wait(0.2):
        handler.wfile.write(b"x")


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while not handler.over.wait(0.2):
        handler.wfile.write(b"x")


def silence(handler: Handler) -> None:
    handler.over.wait()


def half_a_body(handler: Handler) -> None:
    handler.begin(Content_Length="1000")
    handler.wfile.write(b"<html>")
    handler.close_connection = True


def no_answer(handler: Handler) -> None:
    handler.close_connection = True


def no_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
    handler.close_connection = True


SLOW = {
    drip: "failed(timeout)",
    drip_headers: "failed(timeout)",
    silence: "failed(timeout)",
    half_a_body: "failed(cut-short)",
    no_answer: "failed(connection-lost)",
    no_http: "failed(connection-lost)",
}


def test_a_variant_that_was_cut_short_is_asked_for_by_the_next_run(outlet: HostileOutlet) -> None:
    outlet.server["/en.html"] = half_a_body
    page = outlet.good("/uk.html", hreflang=(("en", "/en.html"),))
    outlet.server["/sitemap.xml"] = outlet.sitemap(page)
    run = outlet.crawl(*QUICK)
    assert outlet.outcomes(run) == {"/uk.html": "archived", "/en.html": "failed(cut-short)"}
    outlet.good("/en.html")
    run = outlet.crawl(*QUICK)
    assert run.exit_code == 0, run.err
    assert len(run.table("articles")) == 2


def test_an_answer_that_does_not_come_is_waited_for_twice(outlet: HostileOutlet) -> None:
    expected = {f"/{attack.__name__}.html": reason for attack, reason in SLOW.items()}
    for attack in SLOW:
        outlet.server[f"/{attack.__name__}.html"] = attack
    outlet.server.redirect("/loop.html", "/loop.html")
    outlet.server.redirect("/ping.html", "/pong.html")
    outlet.server.redirect("/pong.html", "/ping.html")
    outlet.server["/hop-*"] = lambda handler: handler.give(
        b"", status=302, Location=handler.path.replace(".", "1.")
    )
    expected |= dict.fromkeys(("/loop.html", "/ping.html", "/hop-1.html"), "skipped(max-redirects)")
    outlet.server["/sitemap.xml"] = outlet.sitemap(
        *(outlet.base + path for path in expected), outlet.good("/good.html")
    )
    run = outlet.crawl(*QUICK)
    assert run.exit_code == 3, run.err
    assert outlet.outcomes(run) == {**expected, "/good.html": "archived"}
    assert outlet.server.paths().count("/silence.html") == 2
    assert len([path for path in outlet.server.paths() if path.startswith("/hop-")]) == 6
