"""Commands that maintain an archive: repair, compact, migrate, gc, copy, verify."""

import argparse

from rich.console import Console

import archive
from archive.commands.arguments import spread
from archive.commands.progress import bar
from archive.exceptions import SchemaTooOld
from archive.terminal import literal


def repair_archive(console: Console, options: argparse.Namespace) -> int:
    from archive.operations.maintain import repair

    done = repair(options.archive, rebuild=options.rebuild)
    snapshot = f"snapshot {done.snapshot.id}" if done.snapshot else "no new snapshot"
    console.print(f"{done.articles} articles recovered, {snapshot}; view and cache are up to date.")
    if done.returned:
        console.print(f"{done.returned} data files that the store had lost were uploaded again.")
    if done.mended:
        console.print(f"Duplicate rows were removed in snapshot {done.mended.id}.")
    if done.renewed:
        console.print(f"{done.renewed} altered copies on this machine were fetched again.")
    return 0


def compact_archive(console: Console, options: argparse.Namespace) -> int:
    from archive.operations.maintain import compact

    before = archive.open(options.archive).snapshot
    snapshot = compact(options.archive, spread(options, sum(file.bytes for file in before.files)))
    if snapshot is None:
        console.print(f"Nothing to merge among {len(before.files)} files.")
    else:
        console.print(f"Snapshot {snapshot.id}: {len(before.files)} files became {len(snapshot.files)}.")
    return 0


def migrate_archive(console: Console, options: argparse.Namespace) -> int:
    from archive.operations.migrate import migrate

    snapshot = migrate(options.archive)
    done = "has today's schema already" if snapshot is None else f"has schema {snapshot.schema_version} now"
    console.print(f"{literal(options.archive)} {done}.")
    return 0


def collect_garbage(console: Console, options: argparse.Namespace) -> int:
    from archive.operations.maintain import gc

    done = gc(options.archive, options.keep_days, dry_run=options.dry_run)
    verb = "would be removed" if options.dry_run else "removed"
    console.print(f"{done.files} data files, {done.bytes / 1e6:.1f} MB, and {done.views} views {verb}.")
    if any(done.folded):
        verb = "would be folded" if options.dry_run else "are folded"
        console.print(
            f"{done.folded.manifests} manifests and {done.folded.accounts} accounts of runs {verb} "
            "into the history."
        )
    return 0


def copy_archive(console: Console, options: argparse.Namespace) -> int:
    """Copy, then verify the copy."""
    from archive.operations.copy import copy

    options.archive, options.all = options.target, False  # an error names TO
    with bar() as progress:
        task = progress.add_task("copying")
        done = copy(
            options.source, options.target, lambda files, of: progress.update(task, completed=files, total=of)
        )
    console.print(
        f"{done.files} files, {done.bytes / 1e6:.1f} MB, were copied; {done.equal} were there already, "
        f"{done.removed} that the source no longer has were removed.",
        soft_wrap=True,
    )
    if done.segments:
        console.print(
            f"note  {done.segments} segments were left out, because a bucket has none; the articles in "
            "them are in the first copy after the next crawl, or after `repair`.",
            soft_wrap=True,
        )
    try:
        return verify_archive(console, options)
    except SchemaTooOld:
        raise SchemaTooOld(
            f"{options.target} is copied, but not verified: the Triptych that wrote {options.source} can "
            "do that. Copy before you update."
        ) from None


def verify_archive(console: Console, options: argparse.Namespace) -> int:
    from archive.operations.verify import check

    done = check(options.archive, everything=options.all)
    for finding in done.findings:
        mark = "[red]wrong[/red]" if finding.grave else "note "
        console.print(f"{mark} {literal(finding.text)}", soft_wrap=True)
    console.print(done.summary(), soft_wrap=True)
    grave = sum(finding.grave for finding in done.findings)
    console.print(f"{grave} problems" if grave else "The archive is whole.")
    return 1 if grave else 0
