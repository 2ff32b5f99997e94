"""What the crawl will not fetch, accept, send or open, whatever an outlet says."""

from __future__ import annotations

import re
import ssl
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.extraction.fields.alternates import MOST_ALTERNATES
from tests.hostile.crawled import HostileOutlet
from tests.hostile.processes import children
from tests.hostile.server import HostileServer
from tests.support.forked import A_WHILE


def test_other_schemes_are_not_fetched_by_any_way(outlet: HostileOutlet) -> None:
    with HostileServer() as hidden:
        links = (
            *("file:///etc/passwd", "FILE:///etc/passwd", "file://localhost/etc/passwd", "//etc/passwd"),
            *(f"{scheme}://127.0.0.1:{hidden.port}/a" for scheme in ("ftp", "s3", "gopher", "ws")),
            *("data:text/html,<h1>Hello</h1>", "javascript:alert(1)", "view-source:http://tabloid.example/"),
            *("http://[::1]x/a.html", "http://tabloid.example:99999/a.html", "http:///a.html", "http://"),
        )
        named = tuple(("en", link) for link in links)
        redirects = [f"/redirect-{number}.html" for number in range(len(links))]
        for path, link in zip(redirects, links, strict=True):
            outlet.server.redirect(path, link)
        outlet.good("/links.html", hreflang=named, switcher=named)
        wide = tuple(("ru", f"{outlet.base}/{'a' * 2000}-{number}.html") for number in range(2))
        good = [outlet.good(f"/good-{number}.html", hreflang=wide) for number in range(2)]
        listed = [outlet.base + path for path in ("/links.html", *redirects)]
        outlet.server["/links.xml"] = outlet.sitemap(*links, *listed, *good)
        outlet.server["/sitemap.xml"] = outlet.index(*links, f"{outlet.base}/links.xml")
        run = outlet.crawl()
        assert hidden.connections() == 0
    outcomes = outlet.outcomes(run)
    assert run.exit_code == 0, (run.err, outcomes)
    assert "root:" not in run.out + run.err
    kept = {path for path, outcome in outcomes.items() if outcome == "archived"}
    assert kept == {"/links.html", "/good-0.html", "/good-1.html"}
    assert {outcomes[path].partition("(")[0] for path in redirects} <= {"failed", "skipped"}
    assert [outcome for path, outcome in outcomes.items() if len(path) > 2000] == [
        "skipped(address-too-long)"
    ] * 2


def test_a_link_to_another_host_is_refused_and_counted(outlet: HostileOutlet) -> None:
    other = f"http://other.example:{outlet.server.port}"
    outlet.server["other.example/a.html"] = "<html><body><h1>Not ours</h1></body></html>"
    outlet.server.redirect("/away.html", f"{other}/away.html")
    good = outlet.good("/good.html", hreflang=(("en", f"{other}/hreflang.html"),))
    outlet.server["/sitemap.xml"] = outlet.sitemap(good, f"{other}/listed.html", f"{outlet.base}/away.html")
    run = outlet.crawl()
    assert run.exit_code == 0, run.err
    assert outlet.outcomes(run) == {
        "/good.html": "archived",
        "/away.html": "skipped(offsite)",
        f"{other}/hreflang.html": "skipped(offsite)",
        f"{other}/listed.html": "skipped(offsite)",
    }
    assert {asked.host for asked in outlet.server.asked} == {"tabloid.example"}


def test_a_guest_that_does_not_point_back_invites_nobody(outlet: HostileOutlet) -> None:
    other, third = (f"http://{name}.example:{outlet.server.port}" for name in ("other", "third"))
    outlet.server["other.example/robots.txt"] = "User-agent: *\nDisallow: /private"
    outlet.good("other.example/a.html", hreflang=(("ru", f"{third}/a.html"),))
    outlet.good("other.example/private.html")
    links = (("en", f"{other}/a.html"), ("ru", f"{other}/private.html"))
    run = outlet.crawl("-a", f"url={outlet.good('/a.html', hreflang=links)}", outlet="page")
    assert run.exit_code == 0, run.err
    assert outlet.outcomes(run) == {
        "/a.html": "archived",
        f"{other}/a.html": "archived",
        f"{other}/private.html": "skipped(robots.txt)",
        f"{third}/a.html": "skipped(offsite)",
    }


def test_a_page_that_names_hundreds_of_variants_gets_a_few_of_them(outlet: HostileOutlet) -> None:
    """And so do those: one budget for a story, however its pages pass it on."""

    def trap(handler) -> None:
        links = tuple(("en", handler.path.replace(".", f"{digit}.")) for digit in range(10))
        handler.give(outlet.page(handler.path, hreflang=links).encode())

    outlet.server["/trap-*"] = trap
    outlet.server["/sitemap.xml"] = outlet.sitemap(f"{outlet.base}/trap-1.html", outlet.good("/good.html"))
    run = outlet.crawl()
    assert run.exit_code == 0, run.err
    assert len(outlet.server.paths()) < 80
    assert outlet.outcomes(run)["/good.html"] == "archived"
    outcomes = [*outlet.outcomes(run).values()]
    assert outcomes.count("skipped(too-many-variants)") == 1


def test_of_a_thousand_alternates_an_article_keeps_some(outlet: HostileOutlet) -> None:
    """By either way; the row of each address above the limit was one of 117,000 for four pages."""
    links = [f"{outlet.base}/v{number}.html" for number in range(MOST_ALTERNATES + 1)]
    page = outlet.good("/page.html", hreflang=tuple(("en", link) for link in links))
    listed = "".join(f'<x:link rel="alternate" hreflang="en" href="{link}"/>' for link in links)
    good = f"<url><loc>{outlet.good('/good.html')}</loc>{listed}</url>"
    outlet.server["/sitemap.xml"] = outlet.sitemap(page, extra=good)
    run = outlet.crawl()
    assert run.exit_code == 0, run.err
    assert [len(alternates) for alternates in run.table("articles")["alternates"]] == [MOST_ALTERNATES] * 2
    assert len(outlet.outcomes(run)) < MOST_ALTERNATES


# --- TLS -----------------------------------------------------------------------------------------------
def test_tls_is_verified(outlet: HostileOutlet, tmp_path: Path) -> None:
    authority, key = certificate("Test authority")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    week = timedelta(days=7)
    cases = {
        "good": certificate("tabloid.example", signer=(authority, key)),
        "self-signed": certificate("tabloid.example"),
        "wrong-name": certificate("herald.example", signer=(authority, key)),
        "expired": certificate("tabloid.example", signer=(authority, key), until=datetime.now(UTC) - week),
    }
    with ExitStack() as stack:
        addresses = {}
        for case, (shown, own_key) in cases.items():
            server = stack.enter_context(HostileServer(tls=context(shown, own_key, tmp_path / case)))
            outlet.good(f"/{case}.html")
            server.answers = outlet.server.answers
            addresses[f"https://tabloid.example:{server.port}/{case}.html"] = case
        outlet.server["/sitemap.xml"] = outlet.sitemap(*addresses)
        run = outlet.crawl(SSL_CERT_FILE=str(roots))
    outcomes = {addresses[url]: outcome for url, outcome in outlet.outcomes(run).items()}
    assert outcomes == {
        "good": "archived",
        "self-signed": "failed(tls)",
        "wrong-name": "failed(tls)",
        "expired": "failed(tls)",
    }


def test_a_certificate_that_had_expired_costs_no_article(outlet: HostileOutlet, tmp_path: Path) -> None:
    """The pages are owed, and come once it is renewed, listed or not."""
    authority, key = certificate("Test authority")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    hour = timedelta(hours=1)
    expired = certificate("tabloid.example", signer=(authority, key), until=datetime.now(UTC) - hour)
    renewed = certificate("tabloid.example", signer=(authority, key))
    shown = context(*expired, tmp_path / "expired")
    context(*renewed, tmp_path / "renewed")
    with HostileServer(tls=shown) as server:
        outlet.good("/uk.html")
        server.answers = outlet.server.answers
        outlet.server["/sitemap.xml"] = outlet.sitemap(f"https://tabloid.example:{server.port}/uk.html")
        run = outlet.crawl(SSL_CERT_FILE=str(roots))
        assert run.exit_code == 3, run.err
        assert "1 page is still to retry (tls 1)" in run.out
        outlet.server["/sitemap.xml"] = outlet.sitemap()
        # new handshakes have the new certificate
        shown.load_cert_chain(tmp_path / "renewed" / "server.pem")
        run = outlet.crawl(SSL_CERT_FILE=str(roots))
    assert run.exit_code == 0, run.out + run.err
    assert len(run.table("articles")) == 1


Certified = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(name: str, *, signer: Certified | None = None, until: datetime | None = None) -> Certified:
    """Signed by itself where there is no signer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing_key = (signer[0].subject, signer[1]) if signer else (subject, key)
    until = until or datetime.now(UTC) + timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=30))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=" " in name, path_length=None), critical=True)
    )
    if " " not in name:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return made.sign(signing_key, hashes.SHA256()), key


def context(shown: x509.Certificate, key: ec.EllipticCurvePrivateKey, folder: Path) -> ssl.SSLContext:
    folder.mkdir()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + shown.public_bytes(pem))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "server.pem")
    return made


# --- what is told to others, and what is open to them ---------------------------------------------------
def test_no_cookie_and_no_referrer_leave_the_origin(outlet: HostileOutlet) -> None:
    with HostileServer() as neighbour:
        elsewhere = f"http://tabloid.example:{neighbour.port}"
        neighbour.answers = outlet.server.answers
        outlet.good("/b.html")
        outlet.good("/c.html")
        page = outlet.page("/a.html", hreflang=(("en", f"{elsewhere}/b.html"), ("ru", "/away.html")))
        outlet.server["/a.html"] = lambda handler: handler.give(
            page.encode(), Set_Cookie="session=1; Domain=tabloid.example; Path=/"
        )
        outlet.server["/away.html"] = lambda handler: handler.give(
            b"", status=302, Location=f"{elsewhere}/c.html", Set_Cookie="session=2"
        )
        outlet.server["/sitemap.xml"] = outlet.sitemap(f"{outlet.base}/a.html")
        run = outlet.crawl()
        asked = [*outlet.server.asked, *neighbour.asked]
        assert {"/b.html", "/c.html"} == set(neighbour.paths())
    assert run.exit_code == 0, run.err
    assert not [one for one in asked if "Cookie" in one.headers]
    assert not [one for one in neighbour.asked if "Referer" in one.headers]
    assert {one.headers["User-Agent"] for one in asked} == {"Triptych/0.1 (news archive)"}


def test_no_port_is_open_while_the_crawl_runs(outlet: HostileOutlet) -> None:
    held = []
    outlet.server["/held.html"] = lambda handler: (held.append(1), handler.over.wait())
    outlet.server["/sitemap.xml"] = outlet.sitemap(outlet.good("/good.html"), f"{outlet.base}/held.html")
    process = outlet.start()
    try:
        outlet.server.wait_for(lambda: {"/good.html", "/held.html"} <= set(outlet.server.paths()), process)
        family = [process.pid, *children(process.pid)]
        assert len(family) >= 3, "the crawl, its server of workers and a worker"
        assert [found for pid in family for found in listening(pid)] == []
        assert listening(Path("/proc/self").resolve().name), "the test's own server is seen"
    finally:
        process.kill()
        process.communicate(timeout=A_WHILE)


def listening(pid: int | str) -> list[str]:
    """Local addresses of the listening TCP sockets and the bound UDP sockets of a process."""
    mine = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        # the one that lists the folder is gone again
        with suppress(FileNotFoundError):
            if match := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                mine.add(match[1])
    found = []
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and fields[9] in mine:
                found.append(f"{table} {fields[1]}")
    return found
