"""What DNS answers where the outlet's own zone is hostile; the guard that judges it is the real one."""

from __future__ import annotations

import ipaddress

from crawler.downloader.resolver import PublicOnlyResolver

ANSWERS = {
    "intranet.tabloid.example": ("127.0.0.1",),
    "metadata.tabloid.example": ("169.254.169.254",),
    "mapped.tabloid.example": ("::ffff:127.0.0.1",),
    "six.tabloid.example": ("::1",),
    "office.tabloid.example": ("10.0.0.1", "192.168.1.1", "fd00::1"),
    "localhost": ("127.0.0.1",),
}


class LyingDns(PublicOnlyResolver):
    async def _look_up(self, name):
        return tuple(ipaddress.ip_address(answer) for answer in ANSWERS.get(name, (name.strip("[]"),)))
