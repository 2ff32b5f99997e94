"""resolved.py PROXY NAME…: the addresses that the crawl's resolver gives for each name, in a line."""

import sys

from scrapy.settings import Settings
from twisted.internet import reactor

from crawler.downloader.resolver import PublicOnlyResolver

told = {}


class Receiver:
    def __init__(self, name):
        self.name = name

    def resolutionBegan(self, resolution):
        told[self.name] = []

    def addressResolved(self, address):
        try:
            told[self.name].append(address.host)
        except Exception as error:
            told[self.name].append("private-address" if "private-address: " in str(error) else repr(error))

    def resolutionComplete(self):
        names.pop()
        if not names:
            reactor.stop()


settings = Settings({"PROXY": sys.argv[1], "DNS_TIMEOUT": 600, "ALLOW_PRIVATE_NETWORK": False})
names = sys.argv[2:]
resolver = PublicOnlyResolver(reactor, settings)
reactor.callWhenRunning(lambda: [resolver.resolveHostName(Receiver(name), name) for name in sys.argv[2:]])
reactor.run()
for name in sys.argv[2:]:
    print(name, *told[name])
