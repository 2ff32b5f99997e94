import http.client
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest

from crawler.downloader.public_hosts import is_public
from tests.support.forked import A_WHILE, scrapy

HERE = Path(__file__).parent
# every spelling of this machine that reaches a server on it; Scrapy's allowed_domains stops none of them
LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "127.255.255.254",
    "0.0.0.0",
    "0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "localhost",
    "LOCALHOST",
]
ELSEWHERE = [
    "169.254.169.254",
    "10.0.0.1",
    "[fe80::1]",
    "[fd00::1]",
    "[::]",
    "[::ffff:a9fe:a9fe]",
    "224.0.0.1",
]


class InternalServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        self.connections = 0
        super().__init__(("0.0.0.0", 0), Answer)

    def get_request(self):
        self.connections += 1
        return super().get_request()

    def connections_but_ours(self):
        # connections are accepted in their order: once ours is answered, all before it have been counted
        ours = http.client.HTTPConnection("127.0.0.1", self.server_port, timeout=A_WHILE)
        ours.request("GET", "/")
        ours.getresponse().read()
        ours.close()
        return self.connections - 1


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with InternalServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(program, *arguments):
    done = scrapy(program, *arguments, module="-c")
    assert done.returncode == 0, done.stderr
    return done.stdout


def crawl(urls, **settings):
    # by module, so that the checkout and not the tests' folder is on the path
    start = f"import runpy, sys; runpy.run_path({str(HERE / 'plain_crawl.py')!r}, run_name='__main__')"
    return json.loads(run(start, json.dumps({"urls": urls, "settings": settings})))


def test_no_form_of_a_private_address_is_connected_to(server):
    names = {socket.gethostname(), *_hosts_file_names()}
    hosts = [*LOOPBACK, *ELSEWHERE, *names]
    # RESOLVE_TO is for ALLOW_PRIVATE_NETWORK only
    seen = crawl([f"http://{host}:{server.server_port}/" for host in hosts], RESOLVE_TO="127.0.0.1")
    assert server.connections_but_ours() == 0
    assert len(seen) == len(set(hosts))
    for url, (error, message) in seen.items():
        assert error == "CannotResolveHostError", (url, error, message)
        assert "private-address" in message, (url, message)


def test_the_same_forms_reach_the_server_when_private_addresses_are_allowed(server):
    urls = [f"http://{host}:{server.server_port}/" for host in LOOPBACK]
    seen = crawl(urls, ALLOW_PRIVATE_NETWORK=True)
    assert {url: error for url, (error, _) in seen.items()} == dict.fromkeys(urls)
    assert server.connections_but_ours() >= len(LOOPBACK)


def test_many_hosts_on_one_loopback_server(server):
    hosts = [f"www.rbc.test:{server.server_port}", f"newsukraine.rbc.test:{server.server_port}"]
    seen = crawl([f"http://{host}/" for host in hosts], ALLOW_PRIVATE_NETWORK="True", RESOLVE_TO="127.0.0.1")
    assert seen == {f"http://{host}/": [None, host] for host in hosts}


SILENT_DNS = """
import socket
import threading
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory
from scrapy.settings import Settings
from crawler.downloader.resolver import PublicOnlyResolver

never, ask = threading.Event(), socket.getaddrinfo
names = [f"{number}.news.example" for number in range(20)]
socket.getaddrinfo = lambda name, *rest, **more: never.wait() if name in names else ask(name, *rest, **more)
PublicOnlyResolver(reactor, Settings({"DNS_TIMEOUT": DNS_TIMEOUT})).install_on_reactor()

def ended(result, name):
    print(name, type(result.value).__name__, result.value)
    if name not in names or name == names[-1]:
        reactor.stop()

for name in ASKED:
    HostnameEndpoint(reactor, name, 80).connect(Factory()).addBoth(ended, name)
reactor.run()
"""


def test_a_lookup_that_does_not_end_is_given_up():
    printed = run(SILENT_DNS.replace("DNS_TIMEOUT})", "0.2})").replace("ASKED", "names"))
    assert printed.startswith("0.news.example TimeoutError")
    assert printed.count("expected an answer from DNS for ") == 20


def test_lookups_that_do_not_end_hold_up_no_other_and_not_the_end():
    printed = run(SILENT_DNS.replace("DNS_TIMEOUT})", "600})").replace("ASKED", '[*names, "localhost"]'))
    assert printed.startswith("localhost DNSLookupError DNS lookup failed: private-address: ")


DEAD_NAME = """
import socket
import threading
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.protocol import Factory
from scrapy.settings import Settings
from crawler.downloader.resolver import PublicOnlyResolver

never, lookups, errors = threading.Event(), [], []
socket.getaddrinfo = lambda name, *rest, **more: lookups.append(name) or never.wait()
PublicOnlyResolver(reactor, Settings({"DNS_TIMEOUT": 1})).install_on_reactor()

def connect(failure=None):
    if failure is not None:
        errors.append(f"{type(failure.value).__name__}: {failure.value}")
    if len(errors) < 3:
        HostnameEndpoint(reactor, "dead.example", 80).connect(Factory()).addErrback(connect)
    else:
        reactor.stop()

connect()
reactor.run()
print(len(lookups), *set(errors), sep="|")
"""


def test_a_name_that_could_not_be_looked_up_is_not_looked_up_for_the_next_page():
    lookups, *errors = run(DEAD_NAME).strip().split("|")
    assert lookups == "1"
    (error,) = errors
    assert error.startswith("TimeoutError: ")
    assert "expected an answer from DNS for dead.example within 1 s, got none" in error


@pytest.mark.parametrize(
    "address",
    [
        *(
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
        ),
        *("0.0.0.0", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "127.0.0.53"),
        *("::", "::1", "::7f00:1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *(
            "::ffff:10.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "100::1",
            "3fff::1",
            "64:ff9b::192.0.0.8",
        ),
    ],
)
def test_addresses_that_no_public_host_has(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "::ffff:8.8.8.8", "2a00:1450:4001::1", "64:ff9b::8.8.8.8", "2002:808:808::1"]
)
def test_addresses_of_public_hosts(address):
    assert is_public(ip_address(address))


def _hosts_file_names():
    """Names that resolve to this machine without asking any DNS server."""
    hosts = Path("/etc/hosts")
    lines = hosts.read_text(errors="replace").splitlines() if hosts.is_file() else []
    fields = (line.split("#", 1)[0].split() for line in lines)
    return {name for address, *names in filter(None, fields) if address.startswith("127.") for name in names}
