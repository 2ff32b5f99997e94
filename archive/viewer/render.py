"""HTML of the viewer: templates filled in one language, for the server or to stand alone in a file."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup, escape

from archive.read.archive import Archive
from archive.read.diff import Change
from archive.viewer.catalogue import Interface
from archive.viewer.drawing import timeline
from archive.viewer.pages import environment, is_web_address
from archive.viewer.search.answers import OmittedShare, Question, SameEvent, StoryLine
from archive.viewer.search.change_log import FollowUp, follow_ups
from archive.viewer.side_by_side import Row
from archive.viewer.story import Joint, Mark, StoryView, Variant

_STATIC = Path(__file__).with_name("static")
_MOST_OMISSIONS = 200
_MOST_OF_A_DIFF = 200_000
"""Characters that a page shows of one comparison."""
_AROUND = 300
"""Characters of what stayed the same that a comparison shows before and after a change."""


@dataclass(frozen=True, slots=True)
class About:
    """The archive that a page is of."""

    name: str
    snapshot: int
    sha256: str | None
    """Of the manifest of the snapshot; None where it is folded into the history."""
    is_behind: bool = False
    """True while newer commits are being read, which no page shows yet."""


NO_ARCHIVE = About("Triptych", -1, None)
"""Of a page that tells nothing of an archive."""


def about(archive: Archive) -> About:
    return About(archive.root.name, archive.snapshot.id, archive.manifest_sha256())


@dataclass(frozen=True, slots=True)
class Standalone:
    """Style and script that stand in the page itself, and a policy that allows these and nothing else."""

    style: Markup
    script: Markup
    policy: str


@cache
def standalone() -> Standalone:
    style, script = (_STATIC.joinpath(f"viewer.{x}").read_text("utf-8") for x in ("css", "js"))
    hashes = [base64.b64encode(hashlib.sha256(x.encode()).digest()).decode() for x in (style, script)]
    policy = (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return Standalone(Markup(style), Markup(script), policy)  # noqa: S704  our own files


def static_file(name: str) -> tuple[bytes, str] | None:
    """Return a file that pages load, and its type; None for any other name."""
    kinds = {"viewer.css": "text/css", "viewer.js": "text/javascript", "icon.svg": "image/svg+xml"}
    return (_STATIC.joinpath(name).read_bytes(), kinds[name]) if name in kinds else None


@dataclass(frozen=True, slots=True)
class Omission:
    """A passage that some languages of a story do not have, or perhaps do not."""

    text: str
    language: str
    said: tuple[str, ...]
    """All languages that have it; none of a sentence, which is sought in two texts at a time."""
    missing: tuple[str, ...]
    """Languages that surely do not; none where all is doubtful."""
    doubtful: tuple[str, ...]
    """Languages that may have it in other words or at another place."""
    outlet: str
    url: str
    published: datetime | None
    printed: str | None
    """The time of publication as the page prints it."""
    addresses: tuple[tuple[str, str], ...]
    """Languages that do not have it, each with the address of the page that is about this omission."""


def omissions(view: StoryView) -> list[Omission]:
    """List what only some languages say, in the order of reading."""
    if view.in_conflict or view.compared < 2:
        return []
    passages: list[Omission] = []
    for row in view.rows:
        passages += _omissions(view, row)
    return passages[:_MOST_OMISSIONS]


def _omissions(view: StoryView, row: Row) -> Iterator[Omission]:
    """Describe a row by the first variant with a text in it, and by what is surer of others."""
    is_first = True
    for place, (variant, cell) in enumerate(zip(view.shown, row.cells, strict=True)):
        text = " ".join(variant.blocks[n].text for n in cell if variant.blocks[n].kind != "heading")
        missing, doubtful = _without(row, place, is_first=is_first) if text else ([], [])
        if missing or doubtful:
            said = view.saying(row) if is_first else (variant.language,)
            yield Omission(
                *(text, variant.language, said, view.languages(missing), view.languages(doubtful)),
                *(variant.outlet, variant.url, variant.published_at, variant.published_raw),
                _addresses(view, variant, cell, [view.shown[n] for n in (*missing, *doubtful)]),
            )
        is_first = is_first and not text


def _without(row: Row, place: int, *, is_first: bool) -> tuple[list[int], list[int]]:
    """Return those that surely have not what a variant says; for the first, those that perhaps have not."""
    missing, doubtful = list[int](), list[int]()
    for n, cell in enumerate(row.cells):
        if cell or n in row.likely:
            continue
        if (place, n) in row.sure or (is_first and n not in row.doubtful):
            missing.append(n)
        elif is_first:
            doubtful.append(n)
    return missing, doubtful


def lone_sentences(view: StoryView) -> list[Omission]:
    """List sentences that the linked paragraph of another language perhaps does not have."""
    if view.in_conflict:
        return []
    sentences: list[Omission] = []
    for variant in view.shown:
        languages: dict[str, tuple[str, ...]] = {}
        for _, marks in sorted(variant.marks.items()):
            for mark in marks:
                if mark.kind == "sentence":
                    languages[mark.text] = (*languages.get(mark.text, ()), mark.language)
        for text, missing_in in languages.items():
            sentences.append(
                Omission(
                    *(text, variant.language, (), (), missing_in),
                    *(variant.outlet, variant.url, variant.published_at, variant.published_raw, ()),
                )
            )
    return sentences[:_MOST_OMISSIONS]


def _addresses(
    view: StoryView, variant: Variant, blocks: Sequence[int], without: Sequence[Variant]
) -> tuple[tuple[str, str], ...]:
    addresses = []
    for missing in without:
        for block in blocks:
            if (variant.article_id, block, missing.article_id) in view.one_sided:
                path = f"/omissions/{variant.article_id}/{variant.version}/{block}/{missing.article_id}"
                addresses.append((missing.language, path))
                break
    return tuple(addresses)


class Pages:
    """Templates in one language; with `depth`, pages that stand alone so many folders below the first."""

    def __init__(self, language: str, about: About, depth: int | None = None) -> None:
        self.t = Interface(language)
        self.about = about
        self._depth = depth
        self._environment = _environment()

    def render(self, template: str, here: str = "", /, **values: object) -> str:
        return self._environment.get_template(template).render(
            t=self.t,
            about=self.about,
            here=here,
            link=self._link,
            why=_why,
            standalone=standalone() if self._depth is not None else None,
            not_in=self._not_in,
            only_in=self._only_in,
            evidence=self._evidence,
            shortened=_shortened,
            mark_text=self._mark_text,
            row_reasons=self._row_reasons,
            left_out=self._left_out,
            **values,
        )

    def _link(self, kind: str, name: str = "") -> str:
        """Address of the list of stories, a story, an article, or the charts."""
        if self._depth is None:
            return f"/{kind}/{name}" if name else "/"
        up = "../" * self._depth
        if kind == "charts":
            return f"{up}charts.html"
        return f"{up}{kind}/{name}.html" if name else f"{up}index.html"

    def _not_in(self, languages: Sequence[str]) -> str:
        return self.t("not_in", language=self._joined(languages))

    def _only_in(self, languages: Sequence[str]) -> str:
        """Say of a passage that perhaps these languages alone have it."""
        return self.t("perhaps_only", languages=self._joined(languages))

    def _mark_text(self, marks: Sequence[Mark]) -> str:
        """Say what other texts have in the place of a number or a quotation."""
        sentences = []
        for mark in marks:
            if mark.other_text is None:
                is_doubtful = mark.doubtful or mark.kind == "sentence"
                sentences.append(self.t.not_in(mark.language, doubtful=is_doubtful))
                continue
            key = "mark_converted" if mark.kind == "converted" else "mark_number"
            value = self.t(key, number=mark.other_text, language=self.t.in_language(mark.language))
            sentences.append(self.t.perhaps(value, doubtful=mark.doubtful))
        return "; ".join(sentences)

    def _row_reasons(self, question: Question, line: StoryLine) -> list[str]:
        """Say why a story is in a list, as far as its row does not show that anyway."""
        t = self.t
        reasons = [self._not_in(question.missing)] if question.missing else []
        if question.outlets and line.title_in(t.language).outlet not in question.outlets:
            reasons.append(f"{t('label_outlet')}: {', '.join(question.outlets)}")
        for name, value in (("section", question.section), ("author", question.author)):
            if value:
                reasons.append(f"{t(f'label_{name}')}: {value}")
        for article in line.articles:
            if "edited" in question.flags and article.edits:
                edits = t.count("n_edits", article.edits)
                reasons.append(f"{t('edited')}: {t.name(article.language, within=True)}, {edits}")
            if "gone" in question.flags and article.gone:
                last_visit = t("last_seen", time=t.moment(article.last_seen))
                reasons.append(f"{t('taken_down')}: {t.name(article.language, within=True)}, {last_visit}")
        if line.left_out and line.left_out.share and (question.omitted or question.order == "difference"):
            reasons.append(self._left_out(line.left_out))
        return reasons

    def _left_out(self, left_out: OmittedShare) -> str:
        languages = (self.t.in_language(left_out.language), self.t.in_language(left_out.missing_in))
        share = self.t.percent(left_out.share)
        return self.t("left_out_of", share=share, language=languages[0], missing_in=languages[1])

    def _joined(self, languages: Sequence[str]) -> str:
        return f" {self.t('and')} ".join(self.t.in_language(x) for x in languages)

    def _evidence(self, joint: Joint) -> str:
        """Say why two articles are one story, in a sentence."""
        language_a, language_b = self.t.name(joint.languages[0]), self.t.name(joint.languages[1], within=True)
        reasons = [self._kind(joint.evidence)]
        if joint.reciprocal:
            reasons.append(self.t("both_ways"))
        reasons += [self._kind(x) for x in joint.kinds if x not in {joint.evidence, "content"}]
        if joint.conflict:
            reasons.append(self.t("texts_contradict"))
        elif joint.score is not None:
            reasons.append(self.t("texts_agree", score=self.t.score(joint.score)))
        else:
            reasons.append(self.t("texts_unread"))
        return f"{language_a} – {language_b}: {'; '.join(reasons)}."

    def _kind(self, kind: str) -> str:
        return self.t.word(f"evidence_{kind}", kind)

    def original(self, view: StoryView) -> str:
        """Say which language the others were translated from, and why; "" where the archive does not say."""
        if view.original and view.original_reason in {"note", "first"}:
            language = self.t.name(view.original, within=True)
            return self.t(f"original_{view.original_reason}", language=language)
        key = f"original_{view.original_reason}"
        if view.original or view.original_reason == "one-language" or not self.t.has(key):
            return ""
        return self.t("original_unknown", reason=self.t(key))


def story_values(
    pages: Pages, view: StoryView, line: StoryLine, events: Sequence[SameEvent] = ()
) -> dict[str, object]:
    """Collect what the template of a story shows; `events`: what others report of its event."""
    passages = omissions(view)
    gone_at = {x.article_id: x.gone for x in line.articles}
    tracks = []
    for variant in view.variants:
        if variant.edits:
            versions = [(variant.edits[0].before, variant.first_text)]
            versions += [(x.version, x.at) for x in variant.edits]
            tracks.append((variant.language, variant.published_at, versions, gone_at.get(variant.article_id)))
    return {
        "view": view,
        "gone": gone_at,
        "followed": _follow_ups(view, line),
        "title": view.title_in(pages.t.language),
        "omissions": [x for x in passages if x.missing],
        "perhaps": [*(x for x in passages if not x.missing), *lone_sentences(view)],
        "original": pages.original(view),
        "events": events,
        "timeline": timeline(pages.t, tracks),
    }


def _follow_ups(view: StoryView, line: StoryLine) -> dict[tuple[str, int], tuple[FollowUp, ...]]:
    """Compute what the other languages did after each edit, by article and version."""
    edits = {}
    for variant in view.variants:
        edits[variant.article_id] = variant.edits
    follow_ups_of = {}
    for variant, edit in view.edits:
        follow_ups_of[variant.article_id, edit.version] = follow_ups(line, variant.article_id, edit, edits)
    return follow_ups_of


def _why(url: str) -> str:
    """Address of the page of what became of an address."""
    return f"/why?url={quote(url, safe='')}"


def _shortened(changes: Sequence[Change]) -> Iterator[Change]:
    """Leave out what stayed the same, but for its ends: a text of five megabytes may have one new word."""
    most, remaining = 4000, _MOST_OF_A_DIFF
    for n, change in enumerate(islice(changes, most)):
        text = change.text[:remaining]
        remaining -= len(text)
        if not text:
            return
        if change.kind != "same" or len(text) <= 2 * _AROUND + 200:
            yield Change(change.kind, text)
            continue
        start = text[:_AROUND] + " […] " if n else "[…] "
        end = text[-_AROUND:] if n < len(changes) - 1 else ""
        yield Change("same", start + end)


def _code(text: str) -> Markup:
    """Show what stands between backticks as something to type."""
    parts = text.split("`")
    marked = [Markup("<code>{}</code>").format(x) if n % 2 else escape(x) for n, x in enumerate(parts)]
    return Markup("").join(marked)


@cache
def _environment() -> Environment:
    templates = environment()
    templates.tests["web_address"] = is_web_address
    templates.filters["code"] = _code
    return templates
