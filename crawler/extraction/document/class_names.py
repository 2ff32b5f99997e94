"""Rules on the classes and ids of elements, with a memory of names.

A page has a hundred names and an outlet repeats them on all its pages, so all rules read a name once and the
result is kept.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

_SHORTEST = 3
"""Letters of a word that a suffix may follow without a break."""
_LONG = 200
"""Characters from which the results of a name are not kept."""
_NOT_ITSELF = re.compile(r"(?<!\S)(?:has|with|without|no|non|not|one|two)[-_]\S+|\S*label[-_]+hidden(?!\S)")
"""Names about something beside an element, or about its look: `has-sidebar`, Drupal's
`field--label-hidden`."""


class Rule:
    """A rule that tells if a name is of its kind: `rule("post-tags")`.

    `search` finds nothing in a name in lower case of which `read` is not true: most names end there.
    """

    def __init__(self, read: Callable[[str], bool], search: Callable[[str], object] | None = None) -> None:
        self.read, self.search = read, search
        _RULES.append(self)
        _remembered.cache_clear()

    def __call__(self, name: str) -> bool:
        return self in _true_of(name)


_RULES: list[Rule] = []


def _read(name: str) -> tuple[Rule, ...]:
    lower = name.lower()
    return tuple(
        [
            rule
            for rule in _RULES
            if (rule.search is None or rule.search(lower) is not None) and rule.read(name)
        ]
    )


_remembered = lru_cache(maxsize=32_768)(_read)


def _true_of(name: str) -> tuple[Rule, ...]:
    return _remembered(name) if len(name) < _LONG else _read(name)


def names_say(pattern: str) -> Rule:
    """Return a rule that searches a name for a lower-case pattern, whatever the name's case."""
    return Rule(_reader(pattern), re.compile(pattern).search)


def name_says(pattern: str) -> Callable[[str], bool]:
    """Return a rule as from names_say, for a few names only: it is not part of the search over all names."""
    read = _reader(pattern)
    remembered = lru_cache(maxsize=8192)(read)
    return lambda name: remembered(name) if len(name) < _LONG else read(name)


def _reader(pattern: str) -> Callable[[str], bool]:
    search = re.compile(pattern).search

    def read(name: str) -> bool:
        if search(name.lower()) is None:
            return False
        itself = _NOT_ITSELF.sub(" ", name)
        return itself is name or search(itself.lower()) is not None

    return read


# Names that speak of something beside the article: one table, class_names.toml. A name is evidence, not a
# verdict: crawler/extraction/document/prose.py weighs it with the text inside.


_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_HASHED = re.compile(r"^([a-z]+_[a-z-]+)__[\w-]{1,8}$")
"""Names that build tools make for styles of one file: `donate_inline__i9`."""
_HOLDERS = {
    "card", "block", "box", "list", "wrap", "wrapper", "container", "section", "widget", "form", "bar",
    "root", "inline", "row", "area", "panel", "module", "component", "holder",
}  # fmt: skip


@cache
def _table() -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    """Return the words, those of comments, and the names of elements to remove with their reasons."""
    file = tomllib.loads(resources.files(__package__).joinpath("class_names.toml").read_text("utf-8"))
    words: set[str] = set()
    of_comments: set[str] = set()
    removed: dict[str, str] = {}
    for kind in file["kind"]:
        words.update(kind.get("words", ()))
        removed |= dict.fromkeys(kind.get("removed", ()), kind["reason"])
        if kind["name"] == "comments":
            of_comments.update(kind["words"], kind["removed"])
    return frozenset(words), frozenset(of_comments), removed


@cache
def _compounds() -> dict[str, tuple[str, ...]]:
    """Return the words with a suffix of the table, as `teaserlist`, each with the words that begin it."""
    compounds: dict[str, tuple[str, ...]] = {}
    for word in sorted(_table()[0]):
        if len(word) >= _SHORTEST:
            for suffix in _table_of_parts()[1]:
                compounds[word + suffix] = (*compounds.get(word + suffix, ()), word)
    return compounds


@cache
def _pairs() -> frozenset[str]:
    """Return the words of the table that are two."""
    return frozenset(word for word in _table()[0] if " " in word)


@cache
def _table_of_parts() -> tuple[frozenset[str], frozenset[str]]:
    file = tomllib.loads(resources.files(__package__).joinpath("class_names.toml").read_text("utf-8"))
    return frozenset(file["beside"]), frozenset(file["suffixes"])


def removed_names() -> dict[str, str]:
    """Return the names of elements that are removed where they have little text, each with the reason."""
    return _table()[2]


def speaks_of_comments(word: str) -> bool:
    return word in _table()[1]


@lru_cache(maxsize=8192)  # an element's class has a few names, and many elements share them
def other_things(name: str) -> frozenset[str]:
    """Return the words of one class or id that speak of something beside the article: `teaser`, `share`."""
    if len(name) > _LONG or ":" in name or _NOT_ITSELF.fullmatch(name):
        # `md:hidden` is about some screens
        return frozenset()
    words, _, removed = _table()
    compounds = _compounds()
    parts = [part.lower() for part in _PARTS.findall(name)]
    if not parts or parts[0] in _table_of_parts()[0]:
        return frozenset()
    things: list[str] = []
    for part in parts:
        if part in words:
            things.append(part)
        elif part in compounds:
            things += compounds[part]
    if len(parts) > 1:
        things += _pairs().intersection(map(" ".join, pairwise(parts)))
    folded = name.lower()
    things += [whole_or_part for whole_or_part in (folded, last_part(folded)) if whole_or_part in removed]
    return frozenset(things)


def last_part(name: str) -> str:
    """Return the part of a name that says what an element is.

    It is `tags` in `post__tags` and `tags_root__x3k`, and `share` in `share-bar`: after the place, before the
    kind of box.
    """
    if "__" in name:
        name = _HASHED.sub(r"\1", name)
    parts = [part for part in name.replace("_", "-").split("-") if part]
    while len(parts) > 1 and parts[-1] in _HOLDERS:
        parts.pop()
    return parts[-1] if parts else ""


@lru_cache(maxsize=32_768)
def words_of_other_things(names: str) -> frozenset[str]:
    """Return the words of all names in the value of a class or id."""
    return frozenset(word for name in names.split() for word in other_things(name))


@Rule
def of_other_things(names: str) -> bool:
    """Tell if a class or id speaks of something beside the article."""
    return bool(words_of_other_things(names))


class Names(dict[str, list[int]]):
    """Positions of elements by the whole value of an attribute, which many elements share."""

    def __init__(self) -> None:
        super().__init__()
        self._by_rule: dict[Rule, list[str]] | None = None

    def of(self, rule: Rule) -> list[int]:
        """Return the positions of the elements for which the rule is true, in no order."""
        return [i for name in self.true_for(rule) for i in self[name]]

    def true_for(self, rule: Rule) -> list[str]:
        """Return the values for which the rule is true."""
        if self._by_rule is None:
            self._by_rule = {}
            for name in self:
                for true in _true_of(name):
                    self._by_rule.setdefault(true, []).append(name)
        return self._by_rule.get(rule, [])
