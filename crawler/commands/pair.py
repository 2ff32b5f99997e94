"""`triptych pair`: pair across the whole archive, by content too, and publish one snapshot."""

import argparse
import os
import sys
from pathlib import Path

import archive
from archive.commands.arguments import add_spread, count, spread
from archive.commands.exit_codes import ExitCode, for_caller
from archive.commands.progress import counted
from archive.no_pandas import fast_start
from archive.terminal import Terminal, literal, visible
from crawler.reports.terminal import ReadingCommand, WrongUse, expect_file, one_sentence, wrong_settings
from pipelines.pairing.content.match import Match
from pipelines.pairing.labels import Label, named_in, read_labels
from pipelines.pairing.report import (
    audit_line,
    explanation_lines,
    explanation_table,
    nothing_new_line,
    outcome_table,
    paragraphs_table,
)


class Command(ReadingCommand):
    usage = (
        "[--all] [--processes COUNT | --engine dask=ADDRESS] [--no-events] [--labels FILE] "
        "[--review FILE [--audit-auto COUNT]]"
        " | --explain URL_A URL_B"
    )
    summary = "Pair the variants across the whole archive, by their content too"
    about = (
        "Compare the articles that are new since the last run with those of the weeks around them, "
        "score the pairs that links declare, search for pairs that no link declares, and publish a "
        "snapshot. Articles of different outlets about one event go into the table same_event.\n\n"
        "Exit codes: 0 done, also where nothing was new; 2 an argument is wrong, or lines of the labels "
        "could not be used (the others were); 6 the archive could not be read or written; 130 "
        "interrupted."
    )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--all", action="store_true", help="compare everything again, not only what is new"
        )
        parser.add_argument(
            "--no-events",
            action="store_true",
            help="skip the search for articles of different outlets about one event",
        )
        parser.add_argument(
            "--explain",
            nargs=2,
            metavar=("URL_A", "URL_B"),
            help="say why two articles are a pair or not; writes nothing",
        )
        parser.add_argument(
            "--review", metavar="FILE", help="compare everything, and write the uncertain pairs to a CSV file"
        )
        parser.add_argument(
            "--audit-auto",
            type=count,
            metavar="COUNT",
            help="add a random sample of this many pairs of the tier auto to the review",
        )
        parser.add_argument("--seed", type=int, default=0, help="another seed is another sample (default: 0)")
        parser.add_argument(
            "--labels",
            metavar="FILE",
            help="take verdicts from a CSV file with the columns a, b and verdict (yes or no)",
        )
        add_spread(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        fast_start()
        _check(opts)
        if args:
            raise WrongUse(f"triptych pair takes no {args[0]!r}; see `--help`")
        uri = self.settings["ARCHIVE_URI"]
        self._console = Terminal()
        with one_sentence(self, "triptych pair", uri):
            if opts.explain:
                self._explain(uri, *opts.explain)
            else:
                self._pair(uri, opts)

    def _explain(self, uri: str, article_a: str, article_b: str) -> None:
        from pipelines.pairing.explain import explain

        explained = explain(archive.open(uri), article_a, article_b)
        self._console.print(explanation_table(explained))
        if (table := paragraphs_table(explained)).row_count:
            self._console.print(table)
        for line in explanation_lines(explained):
            self._console.print(literal(line), highlight=False)

    def _pair(self, uri: str, opts: argparse.Namespace) -> None:
        from pipelines.pairing.run import pair_archive

        stored = archive.open(uri).snapshot.stored("articles")
        with wrong_settings():
            who = spread(opts, sum(file.bytes for file in stored))
        verdicts = self._verdicts(uri, Path(opts.labels)) if opts.labels else ()
        events = None
        if not opts.no_events:
            from pipelines.events.event_search import find_events

            with counted("events of several outlets, by day") as progress:
                events = find_events(uri, everything=opts.all, progress=progress, spread=who)
        with counted("pairing weeks") as progress:
            outcome = pair_archive(
                uri,
                everything=opts.all or bool(opts.review),
                keep_uncertain=bool(opts.review),
                labels=verdicts,
                progress=progress,
                spread=who,
            )
        nothing_new = nothing_new_line(outcome, archive.open(uri))
        self._console.print(nothing_new or outcome_table(outcome), highlight=False, soft_wrap=True)
        if events is not None:
            self._console.print(events.in_words(), markup=False, highlight=False)
        if opts.review:
            self._review(uri, opts, outcome.uncertain)
        if (proved := audit_line(verdicts)) is not None:
            self._console.print(proved, markup=False, highlight=False, soft_wrap=True)
        snapshot = outcome.snapshot or (events and events.snapshot)
        result = f"snapshot {snapshot.id}" if snapshot else "nothing new, no snapshot"
        if self.exitcode == ExitCode.OK and not snapshot:
            self.exitcode = for_caller(
                ExitCode.NOTHING_NEW, report_nothing_new=self.settings.getbool("EXIT_NOTHING_NEW")
            )
        where = f"\nArchive   {uri}  ({result})"
        self._console.print(where, markup=False, highlight=False, soft_wrap=True)

    def _review(self, uri: str, opts: argparse.Namespace, uncertain: list[Match]) -> None:
        """Write uncertain pairs, and a sample of sure ones, into a file for a person to judge."""
        from pipelines.pairing.review import audit_sample, write_review

        opened = archive.open(uri)
        sample, total = audit_sample(opened, opts.audit_auto or 0, opts.seed)
        lines = write_review(Path(opts.review), opened, uncertain, sample)
        pairs = "1 uncertain pair is" if lines == 1 else f"{lines} uncertain pairs are"
        self._console.print(f"{pairs} in {opts.review}", markup=False, highlight=False)
        if opts.audit_auto:
            self._console.print(
                f"and {len(sample)} of {total} pairs of the tier auto that content alone joins, drawn with "
                f"seed {opts.seed}",
                markup=False,
                highlight=False,
            )

    def _verdicts(self, uri: str, path: Path) -> tuple[Label, ...]:
        from pipelines.pairing.review import article_ids, languages

        try:
            opened = archive.open(uri)
            ids = article_ids(opened, named_in(path))
            verdicts, broken = read_labels(path, ids.get, languages(opened, ids.values()).get)
        except OSError as error:
            raise WrongUse(f"--labels: {path}: {error.strerror or error}") from None
        except ValueError as error:
            raise WrongUse(f"--labels: {error}") from None
        for line in broken:
            print(f"triptych pair: {path} line {line.number}, not used: {visible(line.why)}", file=sys.stderr)
        if broken:
            self.exitcode = ExitCode.USAGE
        return verdicts


def _check(opts: argparse.Namespace) -> None:
    """Report mistakes that can be found before an hour of comparing."""
    options = (opts.review, opts.labels, opts.processes, opts.engine)
    if any(name.startswith("-") for name in opts.explain or ()):
        # argparse of Python 3.13.5 takes the next option for the second address
        raise WrongUse("--explain: expected 2 arguments")
    if opts.explain and (opts.all or any(option is not None for option in options)):
        raise WrongUse("--explain writes nothing and goes alone")
    if opts.audit_auto and not opts.review:
        raise WrongUse("--audit-auto writes into the file of --review; name one")
    for name in ("labels", "review"):
        if getattr(opts, name) == "":
            raise WrongUse(f"--{name}: no file is named")
    if opts.labels:
        expect_file("--labels", Path(opts.labels))
    if opts.review:
        _check_review(opts.review)


def _check_review(name: str) -> None:
    path = Path(name).absolute()
    if path.is_dir() or not path.parent.is_dir():
        why = "is a folder" if path.is_dir() else "has no folder to lie in"
        raise WrongUse(f"--review: {name} {why}; name a file")
    expect_file("--review", path, is_written=True)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise WrongUse(f"--review: {name} cannot be written")
