"""Limits of the guards at their last value and at the first beyond."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from scrapy.settings import Settings
from twisted.internet.error import DNSLookupError
from twisted.internet.task import Clock

from crawler.downloader.resolver import ANY_NAME, PublicOnlyResolver, _threads, pinned_address
from crawler.downloader.robots_parser import for_agent
from crawler.outlet.address_pattern import AddressPattern
from crawler.settings import DNS_TIMEOUT


def test_a_name_that_could_not_be_looked_up_is_remembered_for_ten_times_as_long_as_that_took() -> None:
    clock = Clock()
    settings = Settings({"DNS_TIMEOUT": DNS_TIMEOUT, "PROXY": "", "DNSCACHE_SIZE": 9})
    resolver = PublicOnlyResolver(clock, settings)
    try:
        clock.advance(5)
        error = resolver._failure("a.example", 2.0, lambda: DNSLookupError("none"))
        assert isinstance(error, DNSLookupError)
        assert resolver._failures["a.example"][0] == 5 + 10 * 3
    finally:
        resolver._threads.stop()


def test_an_address_is_no_name_and_is_never_pinned() -> None:
    names = ("10.0.0.1", "fd00::1", "a.example", "10.0.0.1.example")
    loopback = IPv4Address("127.0.0.1")
    pinned = [pinned_address(name, {ANY_NAME: loopback}, allow_private=True) for name in names]
    assert pinned == [None, None, loopback, loopback]


def test_64_names_are_looked_up_at_a_time() -> None:
    pool = _threads()
    assert (pool.min, pool.max) == (0, 64)
    pool.stop()


@pytest.mark.parametrize("size", [512_000, 512_001])
def test_robots_txt_is_read_up_to_500_kilobytes_in_whole_lines(size: int) -> None:
    line = b"Disallow: /a\n"
    last = b"Disallow: /" + b"l" * (size % len(line) + 1)
    body = line * ((size - len(last)) // len(line))
    body += b"#" * (size - len(body) - len(last) - 1) + b"\n" + last
    assert len(body) == size
    assert (last in for_agent(body, "triptych")) == (size == 512_000)


def test_addresses_that_are_slow_to_match_have_five_seconds_and_a_25th_of_them_each() -> None:
    pattern = AddressPattern(r"https://gazette\.example/\d+")
    assert (pattern._remaining, pattern._longest) == (5.0, 0.2)
    for number in range(1000):
        pattern.fullmatch(f"https://gazette.example/{number}")
    assert pattern._remaining == 5.0
    pattern.slow["x" * 201] = None
    assert f"for instance {'x' * 200}: write it" in (pattern.problem() or "")
    pattern._remaining = 0.0
    assert pattern.fullmatch("https://gazette.example/1") is None
    assert f"for instance {'x' * 200}; after them none" in (pattern.problem() or "")
