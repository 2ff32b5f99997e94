"""Faults with a name: lines that hold a promise, each left out or turned round, as a careless change would.

A line that is written otherwise by now is told as such, so that its fault is written anew too.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.mutants.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Named:
    what: str
    path: str
    before: str
    after: str = ""

    def fault(self, checkout: Path) -> Fault | None:
        """None where the file does not say once what is to be altered."""
        code = (checkout / self.path).read_text()
        if code.count(self.before) != 1:
            return None
        altered = code.replace(self.before, self.after)
        if self.path.endswith(".py"):
            ast.parse(altered)
        start = code.index(self.before)
        # of what stands unaltered before it nothing is the fault's
        same = next((x for x, (a, b) in enumerate(zip(self.before, self.after, strict=False)) if a != b), 0)
        start += same if self.after else len(self.before) - len(self.before.lstrip())
        return Fault(self.path, code.count("\n", 0, start) + 1, self.what, altered)


COMMITTER = "archive/commit/committer.py"
RESOLVER = "crawler/downloader/resolver.py"
SERVER = "crawler/workers/fork_server.py"
WRITER = "archive/writer.py"
WARC = "archive/pages/warc_files.py"
SEGMENT = "archive/wal/segment.py"
DURABLE = "archive/storage/durable.py"
FOLDER = "archive/storage/folder.py"

FAULTS = (
    # what reaches the disk, and when
    Named(
        "the folder of a tombstone is not synced",
        FOLDER,
        "        temporary.rename(final)\n        durable.sync_folder(final.parent)\n",
        "        temporary.rename(final)\n",
    ),
    Named(
        "a blanked page is not synced", "archive/pages/overwrite.py", "                os.fsync(descriptor)\n"
    ),
    Named(
        "sync() takes the record before its page",
        WRITER,
        "            self._unsynced = False\n            descriptors = [*self._raw.borrow(), self._batch.segment.borrow()]",
        "            self._unsynced = False\n            descriptors = [self._batch.segment.borrow(), *self._raw.borrow()]",
    ),
    Named(
        "a commit takes the records before their pages",
        WRITER,
        "[*self._raw.borrow(), full.segment.borrow()]",
        "[full.segment.borrow(), *self._raw.borrow()]",
    ),
    Named("a commit does not sync pages and records", WRITER, "                self._raw.release()\n        self._sync(descriptors)\n", "                self._raw.release()\n"),
    Named("a new file is not synced", DURABLE, "            os.fsync(file.fileno())\n"),
    Named("the folder of a manifest is not synced", DURABLE, "    sync_folder(final.parent)\n    return True", "    return True"),
    Named("the folder of a new folder is not synced", DURABLE, "    folder.mkdir(exist_ok=True)\n    sync_folder(folder.parent)\n", "    folder.mkdir(exist_ok=True)\n"),
    Named("the folder of a new segment is not synced", SEGMENT, "                durable.sync_folder(layout.segments)\n"),
    Named("the folder of a new WARC file is not synced", WARC, "            durable.sync_folder(self._layout.raw)\n"),
    Named("a mended WARC file is not synced", WARC, "            os.fsync(descriptor)\n"),
    Named("a crawl never syncs", "pipelines/snapshot.py", "                    await asyncio.to_thread(self.writer.sync)\n", "                    pass\n"),
    # writers beside each other, and those that die
    Named("a segment is taken over though its name is gone", SEGMENT, "if locks.try_lock(descriptor) and path.exists():", "if locks.try_lock(descriptor):"),
    Named("a segment is let go before its name goes", SEGMENT, "        self.path.unlink(missing_ok=True)\n        self.release()\n", "        self.release()\n        self.path.unlink(missing_ok=True)\n"),
    Named("a WARC file that may grow is not locked", WARC, "            locks.try_lock(descriptor)\n            self._size", "            self._size"),
    Named("a living writer's WARC file is mended", WARC, "if not locks.try_lock(descriptor) or not os", "if not os"),
    Named("a refused record leaves its page", WARC, "                os.ftruncate(self._descriptor, pointer.offset)\n                self._size = pointer.offset\n", "                pass\n"),
    Named("a half page is left", WARC, "                os.ftruncate(self._descriptor, offset)\n", "                pass\n"),
    Named("a half record is left", SEGMENT, "                os.ftruncate(self._descriptor, self.size)\n", "                pass\n"),
    Named("a committed segment is committed again", COMMITTER, " for x, records in batches.items() if not state.has_segment(x)}", " for x, records in batches.items()}"),
    Named("a committed segment is recovered again", "archive/wal/recovery.py", "            if state.has_segment(orphan.id):", "            if False:"),
    Named("the cache forgets what segments were committed", "archive/state/replay.py", "    _add_segments(state, snapshot)\n    _remember", "    _remember"),
    Named("a forked process keeps locks", "archive/storage/locks.py", "        os.register_at_fork(after_in_child=_close_all)", "        pass"),
    Named("files of a refused attempt stay", COMMITTER, "            following.discard()\n            pull(self._storage)\n", "            pull(self._storage)\n"),
    Named("data is discarded though its manifest is there", COMMITTER, "            if not manifest.exists():\n                following.discard()\n            failure", "            following.discard()\n            failure"),
    Named("data is discarded after an interruption though its manifest is there", COMMITTER, "            if not manifest.exists():\n                following.discard()\n            raise\n", "            following.discard()\n            raise\n"),
    Named("data of an attempt that fails stays", COMMITTER, "            if not manifest.exists():\n                following.discard()\n            failure", "            failure"),
    Named("a commit may be as early as its parent", COMMITTER, "max(self._now(), head.committed_at + timedelta(microseconds=1))", "self._now()"),
    Named("a record without a checksum counts", SEGMENT, "not parameters.has_checksum or ", ""),
    Named("gc keeps one snapshot fewer", "archive/commit/collect.py", "        needed.update(file.path for file in snapshot.files)\n        if snapshot.committed_at < since:\n            break\n", "        if snapshot.committed_at < since:\n            break\n        needed.update(file.path for file in snapshot.files)\n"),
    Named("gc takes files of a commit under way", FOLDER, "if self.stored_name(path) in needed or now.timestamp() - status.st_mtime < keep.total_seconds():", "if self.stored_name(path) in needed:"),
    Named("views that somebody reads are dropped", "archive/tables/views.py", " and now - path.stat().st_mtime > keep_seconds:", ":"),
    # purges
    Named("tombstones are read once", "archive/state/tombstones.py", "        if changed == self._seen:", "        if self._seen != -1:"),
    Named("a purge leaves its bytes in the cache", "archive/state/replay.py", '    state.connection.execute("VACUUM")\n'),
    Named("a purge leaves old views", "archive/commit/erase.py", "        views.drop_with(layout, {path.name.rpartition(\"-\")[2] for path in old}, keep=head.id)\n"),
    Named("a purge leaves the pages", "archive/commit/erase.py", "        overwrite.overwrite(storage, stone.ranges, stone.at)\n"),
    Named("a purge leaves folders in the reader's cache", "archive/commit/erase.py", "        drop_cache_folder(layout.root)\n"),
    Named("what was acknowledged before a purge keeps its page", COMMITTER, "        overwrite.blank_pages(self._storage, pages, self._now())\n"),
    # what an archive from a stranger may not do
    Named("a link is followed out of the archive", "archive/storage/inside.py", "        _expect(folder, \"a folder\")\n    path", "    path"),
    Named("a link to a table may lead anywhere", "archive/storage/inside.py", "        _expect_link(f\"{root}/{name}\", f\"_views/current/{name}\")\n", "        pass\n"),
    Named("a name only begins as it should", "archive/format/gate.py", "grammar.fullmatch(value) is None", "grammar.match(value) is None"),
    Named("a manifest's checksum is not looked at", "archive/format/snapshot.py", "    if hashlib.sha256(data[: found.start()]).hexdigest().encode() != found[1]:", "    if False:"),
    Named("a page may unpack to any size", "archive/pages/warc_record.py", "    if stretch.unconsumed_tail:", "    if False:"),
    Named("verify takes another page for the right one", "archive/operations/verify.py", "            if hashlib.sha256(page.body).hexdigest() != row[\"raw_sha256\"]:", "            if False:"),
    Named("a terminal obeys what is printed", "archive/terminal.py", "    if text.isprintable():", "    if True:"),
    Named("pages of the viewer have no policy", "archive/viewer/templates/page.html", """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">\n"""),
    Named("the viewer links any scheme", "archive/viewer/pages.py", 'return url.lower().startswith(("http://", "https://"))', "return True"),
    # object stores
    Named("a put overwrites another's manifest", "archive/storage/object_store.py", 'data, mode="create")', "data)"),
    Named("pages are sent after the manifest that names them", "archive/storage/upload.py", "        self.flush()\n        each", "        each"),
    Named("a lost answer counts as refused", "archive/storage/upload.py", "                if (found := self._look(key)) is not None:\n                    return found == manifest\n", ""),
    Named("what comes from a store is not checked", "archive/storage/download.py", "        if len(data) != file.bytes or hashlib.sha256(data).hexdigest() != file.sha256:", "        if False:"),
    # guards of the crawl
    Named("a worker may take any memory", SERVER, "    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))\n"),
    Named("a worker outlives its server", SERVER, "            _end_with(server)\n"),
    Named("a worker has no limit of CPU", SERVER, "    signal.setitimer(signal.ITIMER_PROF, seconds)\n"),
    Named("a worker is never worn", SERVER, "worn = full or done >= TASKS_A_WORKER or _is_large()", "worn = full"),
    Named("names may resolve to private addresses", RESOLVER, "tuple(address for address in found if is_public(address))", "found"),
    Named("with a proxy any address is trusted", RESOLVER, "or name == self._proxy", "or self._proxy is not None"),
    Named("an IPv4 address within an IPv6 one is not looked at", "crawler/downloader/public_hosts.py", "    embedded = address.ipv4_mapped or address.sixtofour\n", "    embedded = None\n"),
    Named("headers may have any length", "crawler/downloader/handler.py", "        if self._head > LARGEST:", "        if False:"),
    Named("chunks may be all head", "crawler/downloader/handler.py", "        if self._came > LARGEST and self._came > 2 * self._given:", "        if False:"),
    Named("a body may have any number of members", "crawler/middlewares/compression.py", "if encoding in _MAGIC and body.count(_MAGIC[encoding]) + body.count(_SKIPPED) > _MEMBERS:", "if False:"),
    Named("a list of stories may unpack to any size", "crawler/discovery/unpacking.py", "member.decompress(body, left)", "member.decompress(body)"),
    Named("a redirect may go to another host", "crawler/middlewares/addresses.py", 'request.meta.get("dont_obey_robotstxt") and "redirect_urls" not in request.meta', "False"),
)  # fmt: skip
