"""`triptych archive purge`: asks before it deletes something permanently."""

import argparse
import sys

from rich.console import Console

from archive.terminal import literal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="address of the article, in any spelling that the archive knows")
    parser.add_argument(
        "--reason",
        required=True,
        type=_reason,
        metavar="TEXT",
        help="stays in the tombstone permanently: name no person in it",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only print what would be deleted")


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("give a reason: it is shown to users who look for the article")
    return text


def run(console: Console, options: argparse.Namespace) -> int:
    from archive.operations.purge import find, purge

    erasable = find(options.archive, options.url)
    name = f"“{literal(erasable.headline)}”" if erasable.headline else "an address without an article"
    console.print(
        f"{name}: {erasable.versions} versions, {erasable.observations} visits, "
        f"{len(erasable.ranges)} pages or lines"
    )
    for address in sorted(erasable.addresses):
        console.print(f"goes: {literal(address)}", soft_wrap=True)
    for address in erasable.canonical_elsewhere:
        console.print(
            f"stays: {literal(address)}, its canonical address; nothing was fetched there, or another "
            "article was",
            soft_wrap=True,
        )
    for address in erasable.siblings:
        console.print(f"stays: {literal(address)}, the same story", soft_wrap=True)
    if options.dry_run:
        return 0
    if not options.yes and not _agreed():
        return 1
    stone = purge(options.archive, options.url, options.reason)
    console.print(f"Purged for good; tombstone {stone.id}.")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print("There is nobody to ask: give --yes to purge without a question.", file=sys.stderr)
        return False
    try:
        answer = input("Remove it for ever, earlier snapshots included? [y/N] ")
        agreed = answer.strip().lower() in {"y", "yes"}
    except EOFError:
        agreed = False
    if not agreed:
        print("Nothing was changed.", file=sys.stderr)
    return agreed
