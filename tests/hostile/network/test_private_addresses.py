"""No way from a public outlet into the private network, counted on the sockets of a server inside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.crawled import HostileOutlet
from tests.hostile.network.lying_dns import ANSWERS
from tests.hostile.server import HostileServer

HOSTS = (
    "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "0.0.0.0", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "１２７.0.0.1", "169.254.169.254", "10.0.0.1", "[fe80::1]",
    "localhost", "tabloid.example@127.0.0.1", *ANSWERS,
)  # fmt: skip
LYING = ("-s", "TWISTED_DNS_RESOLVER=tests.hostile.network.lying_dns.LyingDns")
REFUSED = {"skipped(private-address)", "skipped(credentials)"}


@pytest.fixture
def hidden() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


def lay_traps(outlet: HostileOutlet, hidden: HostileServer, hosts: tuple[str, ...] = HOSTS) -> None:
    """Every way in, for every host; the page's name says which: /redirect-3.html is host 3 by a redirect."""
    links = {"hreflang": [], "switcher": []}
    listed = []
    for number, host in enumerate(hosts):
        inside = f"http://{host}:{hidden.port}"
        outlet.server.redirect(f"/redirect-{number}.html", f"{inside}/redirect.html")
        outlet.server.redirect(f"/child-{number}.xml", f"{inside}/child.xml")
        refresh = f'<meta http-equiv="refresh" content="0;url={inside}/refresh.html">'
        outlet.good(f"/refresh-{number}.html", canonical=f"{inside}/canonical.html", head=refresh)
        links["hreflang"].append(("en", f"{inside}/hreflang.html"))
        links["switcher"].append(("ru", f"{inside}/switcher.html"))
        listed += [outlet.base + f"/{way}-{number}.html" for way in ("redirect", "refresh")]
        listed.append(f"{inside}/sitemap.html")
    alternates = "".join(
        f'<x:link rel="alternate" hreflang="ru" href="http://{host}:{hidden.port}/x.html"/>' for host in hosts
    )
    outlet.server.redirect("www.tabloid.example/robots.txt", f"http://127.0.0.1:{hidden.port}/robots.txt")
    good = [outlet.good(path) for path in ("/good-1.html", "/good-2.html")]
    www = outlet.good("/good-3.html").replace("//tabloid", "//www.tabloid")
    links = [outlet.good(f"/{way}.html", **{way: tuple(named)}) for way, named in links.items()]
    outlet.server["/links.xml"] = outlet.sitemap(
        www, *listed, *links, good[0], extra=f"<url><loc>{good[1]}</loc>{alternates}</url>"
    )
    children = [f"http://{host}:{hidden.port}/index.xml" for host in hosts]
    children += [f"{outlet.base}/child-{number}.xml" for number in range(len(hosts))]
    outlet.server["/sitemap.xml"] = outlet.index(f"{outlet.base}/links.xml", *children)


def test_an_outlet_cannot_send_the_crawl_inside(outlet: HostileOutlet, hidden: HostileServer) -> None:
    lay_traps(outlet, hidden)
    # a name that the crawl may reach: nothing but the setting keeps it from there
    proxy = f"http://other.example:{hidden.port}"
    run = outlet.crawl(*LYING, http_proxy=proxy, https_proxy=proxy, all_proxy=proxy)
    assert hidden.connections() == 0
    assert run.exit_code == 0, run.err
    outcomes = outlet.outcomes(run)
    kept = {path for path, outcome in outcomes.items() if outcome == "archived"}
    assert kept == {
        *(f"/good-{number}.html" for number in (1, 2)),
        f"http://www.tabloid.example:{outlet.server.port}/good-3.html",
        *(f"/refresh-{number}.html" for number in range(len(HOSTS))),
        *("/hreflang.html", "/switcher.html"),
    }
    refused = {path: outcome for path, outcome in outcomes.items() if path not in kept}
    assert set(refused.values()) == REFUSED
    assert {f"/redirect-{number}.html" for number in range(len(HOSTS))} < set(refused)
    # spellings of one address are one entry of the ledger
    for way in ("sitemap", "hreflang", "switcher"):
        assert len([path for path in refused if path.endswith(f"/{way}.html") and ":" in path]) >= 12


def test_the_same_traps_are_sprung_where_the_private_network_is_allowed(
    outlet: HostileOutlet, hidden: HostileServer
) -> None:
    lay_traps(outlet, hidden, ("intranet.tabloid.example",))
    outlet.crawl(*LYING, private=True)
    reached = {
        "redirect.html",
        "child.xml",
        "hreflang.html",
        "switcher.html",
        "sitemap.html",
        "x.html",
        "index.xml",
    }
    assert {path.removeprefix("/") for path in hidden.paths()} == reached


def test_an_address_of_the_private_network_is_no_start(
    outlet: HostileOutlet, hidden: HostileServer, tmp_path: Path
) -> None:
    urls = [f"http://{host}:{hidden.port}/start.html" for host in HOSTS]
    urls += [f"{scheme}://127.0.0.1:{hidden.port}/etc/passwd" for scheme in ("file", "ftp", "s3", "gopher")]
    file = tmp_path / "urls.txt"
    file.write_text("\n".join([outlet.good("/good.html"), *urls]))
    run = outlet.crawl(*LYING, "-a", f"urls={file}", outlet="page")
    assert hidden.connections() == 0
    assert run.exit_code == 2
    outcomes = outlet.outcomes(run)
    assert outcomes.pop("/good.html") == "archived"
    assert set(outcomes.values()) == {"skipped(private-address)"}
    assert len(outcomes) == len(ANSWERS) - 1, "localhost is refused by its looks"
    assert run.err.count("not crawled, line") == len(urls) - len(outcomes)
