"""Opt-outs of an outlet against text and data mining and AI: robots.txt, ai.txt and tdmrep.json.

They are recorded with each article, in `extra`, and keep nothing from being archived: the users of a text
judge what they may do with it, and need to know. Only the rules of robots.txt for our own agent decide what
is fetched. The time is linear in the size of the file, as this runs on the event loop.
"""

import json
import re

AI_AGENTS = (
    "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot", "Claude-Web",
    "cohere-ai", "Diffbot", "FacebookBot", "Google-Extended", "GPTBot", "Meta-ExternalAgent",
    "OAI-SearchBot", "omgili", "PerplexityBot", "Timpibot",
)  # fmt: skip
"""Crawlers that gather text for models, by the names that their makers use in robots.txt."""

_CANONICAL = {name.lower(): name for name in AI_AGENTS}
_TOKEN = re.compile(r"[A-Za-z_-]*")
_LINE = re.compile(r"\s*(user-agent|disallow|allow)\s*:\s*([^#]*)", re.IGNORECASE)
_ALL = frozenset({"/", "/*", "*"})
_ALL_TEXT = _ALL | {"*.html", "*.htm", "*.txt", "/*.html", "/*.htm", "/*.txt"}
LARGEST = 500 << 10
_MOST_RULES = 1000


def product_token(name: str) -> str:
    """Return `triptych` for `Triptych/0.1 (news archive)` and for `Triptych, Googlebot`."""
    token = _TOKEN.match(name)
    assert token is not None
    return token[0].lower()


def shut_out(robots_txt: bytes) -> tuple[str, ...]:
    """Return the AI agents that may read nothing of the site; agents excluded from a part do not count."""
    return tuple(sorted(_closed(robots_txt, _ALL) & {*AI_AGENTS}))


def read_ai_txt(body: bytes) -> str | None:
    """Return the agents kept from texts, or `*` (https://site.spawning.ai/spawning-ai-txt)."""
    return ", ".join(sorted(_closed(body, _ALL_TEXT))[:20]) or None


def read_tdmrep(body: bytes) -> tuple[tuple[str, str], ...]:
    """Return the rules: a location, and `tdm-reservation` with the policy; see `rule_for`.

    https://w3c.github.io/tdm-reservation-protocol/spec/
    """
    try:
        rules = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    rules_found: list[tuple[str, str]] = []
    for rule in rules[:_MOST_RULES] if isinstance(rules, list) else ():
        if not isinstance(rule, dict) or not isinstance(location := rule.get("location"), str):
            continue
        policy = rule.get("tdm-policy")
        statement = str(rule.get("tdm-reservation"))[:20]
        rules_found.append(
            (location, f"{statement}, policy {policy[:500]}" if isinstance(policy, str) else statement)
        )
    return tuple(rules_found)


def rule_for(rules: tuple[tuple[str, str], ...], path: str) -> str | None:
    return next((statement for location, statement in rules if _is_at(location, path)), None)


def _is_at(location: str, path: str) -> bool:
    """Tell if a path matches, as in robots.txt: a beginning, `*` for anything, `$` for the end."""
    pieces, rest = location.removesuffix("$").split("*"), path
    if not rest.startswith(pieces[0]):
        return False
    rest = rest[len(pieces[0]) :]
    for piece in pieces[1:]:
        _, matched, rest = rest.partition(piece) if piece else ("", "*", rest)
        if not matched:
            return False
    return not (location.endswith("$") and rest and pieces[-1])


def _closed(body: bytes, everything: frozenset[str]) -> set[str]:
    """Return the agents of groups with a rule that disallows everything and none that allows it."""
    closed: set[str] = set()
    agents: list[str] = []
    in_rules = True
    for line in body[:LARGEST].decode("utf-8-sig", errors="ignore").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        field, value = match[1].lower(), match[2].strip()
        if field == "user-agent":
            agents = [] if in_rules else agents
            in_rules = False
            agent = "*" if value == "*" else _CANONICAL.get(product_token(value))
            if agent is not None:
                agents.append(agent)
            continue
        in_rules = True
        if value in everything:
            (closed.update if field == "disallow" else closed.difference_update)(agents)
    return closed
