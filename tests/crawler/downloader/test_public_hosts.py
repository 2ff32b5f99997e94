import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.downloader.public_hosts import dns_name, refusal, registered_domain

REASONS = {None, "bad-url", "scheme", "credentials", "no-host", "private-address"}


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7F.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "0.0.0.0",
        ),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
        *(
            "169.254.169.254",
            "2852039166",
            "[::ffff:a9fe:a9fe]",
            "[fe80::1]",
            "[fe80::1%25eth0]",
            "[fd00:ec2::254]",
        ),
        *("10.0.0.1", "172.31.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255"),
        *(
            "localhost",
            "LocalHost.",
            "db.localhost",
            "localhost.localdomain",
            "printer.local",
            "api.internal",
        ),
        *(
            "metadata.google.internal",
            "intranet",
            "router.lan",
            "nas.home.arpa",
            "127.0.0.1.",
            "１２７.0.0.1",
        ),
        *("127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"),
    ],
)
@pytest.mark.parametrize("port", ["", ":8080"])
def test_private_addresses_in_every_form(host, port):
    assert refusal(f"http://{host}{port}/news/1", allow_private=False) == "private-address"
    assert refusal(f"http://{host}{port}/news/1", allow_private=True) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://outlet.example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("data:text/html,x", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("s3://bucket/key", "scheme"),
        ("//www.pravda.com.ua/", "scheme"),
        ("www.pravda.com.ua/news", "scheme"),
        ("", "scheme"),
        ("http://", "no-host"),
        ("https:///news/1", "no-host"),
        ("http://:80/", "no-host"),
        ("http://user:secret@www.pravda.com.ua/", "credentials"),
        ("http://www.pravda.com.ua@127.0.0.1/", "credentials"),
        ("http://@www.pravda.com.ua/", "credentials"),
        ("http://www.pravda.com.ua\\.evil.com/", "bad-url"),
        ("http://www.pravda.com.ua:0/", "bad-url"),
        ("http://www.pravda.com.ua:65536/", "bad-url"),
        ("http://www.pravda.com.ua:eighty/", "bad-url"),
        ("http://[::1/", "bad-url"),
        ("http://[zz]/", "bad-url"),
        ("http://256.1.1.1/", "bad-url"),
        ("http://1.2.3.4.5/", "bad-url"),
        ("http://%31%32%37.0.0.1/", "bad-url"),
        ("http://www..pravda.com.ua/", "bad-url"),
        ("http://../x", "bad-url"),
        ("http://.pravda.com.ua/", "bad-url"),
        ("http://www.pravda.com.ua../", "bad-url"),
        ("http://．．/x", "bad-url"),
        ("http://www.pravda.com.ua/\r\nHost: x", "bad-url"),
        ("http://www.pravda.com.ua/\x00", "bad-url"),
        ("ht\ntp://www.pravda.com.ua/", "bad-url"),
        ("http://www.prav da.com.ua/", "bad-url"),
        ("http://www.pravda.com.ua/\ud800", "bad-url"),
    ],
)
@pytest.mark.parametrize("allow_private", [False, True])
def test_what_is_refused_whatever_is_allowed(url, reason, allow_private):
    assert refusal(url, allow_private=allow_private) == reason


@pytest.mark.parametrize(
    "url",
    [
        "https://www.pravda.com.ua/rus/articles/2026/01/08/8015225/",
        "HTTP://WWW.RBC.UA/ukr/news/x-1.html?a=b@c#d",
        "https://вести.укр/новини/1",
        "https://xn--b1aew.xn--j1amh./",
        "https://outlet.example.com:8443/",
        "http://8.8.8.8/",
        "http://[2a00:1450:4001::1]/",
        "http://24tv.ua/",
        "http://1.internal-news.com/",
    ],
)
def test_public_addresses_pass(url):
    assert refusal(url, allow_private=False) is None


@given(
    st.one_of(st.text(), st.text().map("http://".__add__), st.from_regex(r"https?://[0-9a-fx.:\[\]@%]{1,30}"))
)
def test_any_text_has_an_answer(url):
    assert refusal(url, allow_private=False) in REASONS
    assert isinstance(registered_domain(url), str)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_all_its_forms(address):
    number = int(address)
    first, rest = divmod(number, 1 << 24)
    forms = [str(address), str(number), hex(number), f"0{number:o}", f"{first}.{rest}", f"[::ffff:{address}]"]
    assert len({refusal(f"http://{form}/", allow_private=False) for form in forms}) == 1


@pytest.mark.parametrize(
    ("given_", "domain"),
    [
        ("https://www.pravda.com.ua/news/", "pravda.com.ua"),
        ("newsukraine.rbc.ua", "rbc.ua"),
        ("WWW.RBC.UA.", "rbc.ua"),
        ("http://user@www.rbc.ua:8080/", "rbc.ua"),
        ("http://blog.outlet.pp.ua/", "outlet.pp.ua"),
        ("http://one.github.io/", "one.github.io"),
        ("com.ua", "com.ua"),
        ("www.outlet.test:8000", "outlet.test"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000"),
        ("http://[::1]:8000/x", "[::1]:8000"),
        ("localhost:8000", "localhost:8000"),
        ("http://localhost/x", "localhost"),
        ("http://[::1/", "http://[::1/"),
    ],
)
def test_registered_domain(given_, domain):
    assert registered_domain(given_) == domain


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("ВЕСТИ.Укр.", "xn--b1agj9af.xn--j1amh"),
        ("WWW.Outlet.Example.", "www.outlet.example"),
        ("a" * 64 + ".example", "a" * 64 + ".example"),
        ("в" * 64 + ".укр", "в" * 64 + ".укр"),
    ],
)
def test_a_host_is_named_as_dns_names_it_and_an_impossible_one_as_it_is(host, name):
    assert dns_name(host) == name


def test_the_suffix_list_is_the_bundled_one(tmp_path):
    # an empty home: a cache written anywhere would be in it; and nothing may open a socket
    code = (
        "import sys; sys.addaudithook(lambda event, args: event == 'socket.connect' and sys.exit(9));"
        "from crawler.downloader.public_hosts import dns_name, registered_domain;"
        "print(registered_domain('www.pravda.com.ua'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env={"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "pravda.com.ua"
    assert list(tmp_path.iterdir()) == []
