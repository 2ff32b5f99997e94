"""Serve a folder's pages from memory, faster than any contender: python server.py FOLDER COPIES.

Prints its port, then answers until its standard input closes.
"""

import asyncio
import sys
from pathlib import Path

BODIES = {path.stem: path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.html"))}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while request := await reader.readline():
        while (await reader.readline()) not in (b"\r\n", b""):
            pass
        name = request.split()[1].decode().rstrip("/").rpartition("/")[2].partition("?")[0]
        body = BODIES.get(name.removesuffix(".html"))
        status = b"404 Not Found" if body is None else b"200 OK"
        body = body or b""
        writer.write(
            b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
            + body
        )
        await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
