"""A name that is public when it is looked at and private when it is connected to."""

from __future__ import annotations

import json

from tests.support.forked import scrapy

ASK = """
import json
from ipaddress import ip_address
from twisted.internet import defer, task
from scrapy.settings import Settings
from twisted.internet import reactor
from crawler.downloader.resolver import PublicOnlyResolver

ANSWERS = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1", "8.8.4.4", "::1"], ["169.254.169.254"]])

class Rebinding(PublicOnlyResolver):
    async def _look_up(self, name):
        return tuple(map(ip_address, next(ANSWERS)))

class Receiver:
    def __init__(self):
        self.found, self.done = [], defer.Deferred()
    def resolutionBegan(self, resolution):
        pass
    def addressResolved(self, address):
        try:
            self.found.append(address.host)
        except Exception as error:
            self.found.append(str(error))
    def resolutionComplete(self):
        self.done.callback(self.found)

async def ask():
    for cached in (True, False):
        resolver = Rebinding(reactor, Settings({"DNSCACHE_ENABLED": cached}))
        for _ in range(2 if cached else 3):
            receiver = Receiver()
            resolver.resolveHostName(receiver, "rebinds.example")
            print(json.dumps(await receiver.done))

task.react(lambda reactor: defer.Deferred.fromCoroutine(ask()))
"""


def test_the_address_that_is_judged_is_the_one_that_is_connected_to() -> None:
    done = scrapy(ASK, module="-c")
    assert done.returncode == 0, done.stderr
    first, cached, private, mixed, metadata = map(json.loads, done.stdout.splitlines())
    assert first == cached == ["8.8.8.8"]
    assert mixed == ["8.8.4.4"]
    for refused in (private, metadata):
        assert "private-address" in refused[0]
