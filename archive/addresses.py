"""One spelling for an address, and the ids made from it.

All packages use it: two addresses with the same plain form are one page.
"""

import contextlib
import hashlib
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

_TRACKING = re.compile(
    r"(?:utm|mtm|pk|ns|at|mc|vero|oly|hsa)_\w*"
    r"|fbclid|gclid|dclid|yclid|ttclid|twclid|msclkid|gbraid|wbraid|igshid|igsh"
    r"|_ga|_gl|_openstat|cmpid|ocid|xtor|ref_src|ref_url|referrer|from_source|smid"
    r"|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken",
    re.IGNORECASE,
)
"""Parameters that identify the reader or the source of the visit, never the page."""
_PRESENTATION = re.compile(
    r"(?:amp|print|printable|mobile|m)(?:=(?:|1|y|yes|true|on))?"
    r"|(?:output|outputtype|view|mode|version|display)=(?:amp|print|printable|mobile)"
    # a number is what an id looks like
    r"|ref(?:=(?![0-9]+$).*)?",
    re.IGNORECASE,
)
"""Complete query parameters that choose the layout of a page, or name the link to it. Decision 5."""
_IDENTIFYING = re.compile(
    r"(?:p|pg|page|paged|pagen_\d+|start|offset|l|hl|lang|language|locale)=", re.IGNORECASE
)
_WORDS = re.compile("[-_]+")
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_VARIANT_HOST = re.compile(r"^(?:(?:www|m|amp|mobile)\.)+(?=[^.]+\.[^.])")
_AMP_STEPS = {"amp", "index.amp", "amp.html"}
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
# `[`, `]`, `|` and `'` are sent escaped by some clients and bare by others
_UNQUOTED = "%/?:@!$&()*+,;=~"
_ORIGIN = re.compile(r"(https?)://([^/?#@:\[\]\\]+)(:\d*)?(?=[/?#]|$)", re.IGNORECASE)
_PLAIN = re.compile(
    r"https://(?!(?:www|m|amp|mobile)\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9._~-]+)+"
    r"(?<!(?i:/amp))(?<!(?i:/index\.amp))(?<!(?i:/amp\.html))"
)
"""What has nothing to normalise, as most addresses of articles: ten times as fast."""
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_UNRESERVED = frozenset(b"-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


@lru_cache(maxsize=1 << 14)  # each stage needs the addresses of a page and of its links
def plain_url(url: str) -> str:
    """Normalise an address to compare it; the result cannot always be fetched.

    https; no `www.` `m.` `amp.`, user, default port, AMP suffix, doubled or last slash, session, tracking or
    fragment; backslashes in the path become slashes; only necessary escapes; the query sorted. Anything but
    an http(s) address is returned unchanged.
    """
    if _PLAIN.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url.strip()
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        return url.strip()
    host = _host(parts)
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    path = _SESSION.sub("", parts.path.replace("\\", "/"))
    steps = [step for step in path.split("/") if step]
    while steps and steps[-1].lower() in _AMP_STEPS:
        steps.pop()
    path = _escaped("/".join(steps))
    query = sorted(_escaped(piece) for piece in parts.query.split("&") if piece and not _is_noise(piece))
    return f"https://{host}/{path}" + (f"?{'&'.join(query)}" if query else "")


def names_an_article(path: str) -> bool:
    """Tell if the last step of the path has a number or the words of a headline, so no query is needed."""
    step = path.rstrip("/").rpartition("/")[2]
    return any(map(str.isdigit, step)) or len(_WORDS.split(step)) >= 4


def plain_origin(url: str) -> str:
    """Spell scheme and host in small letters, without the port that the scheme has anyway: RFC 3986, 6.2.3.

    It can still be fetched.
    """
    origin = _ORIGIN.match(url)
    if origin is None:
        return url
    scheme, host, port = origin[1].lower(), origin[2].lower(), origin[3] or ""
    if port == _DEFAULT_PORTS[scheme]:
        port = ""
    return f"{scheme}://{host}{port}{url[origin.end() :]}"


def bare_url(url: str) -> str:
    """Remove the query of an address if its path names the article; the rest can still be fetched.

    Parameters of sessions and readers have countless names. Only those of a language and a page number stay.
    """
    address, mark, query = url.partition("#")[0].partition("?")
    if not mark or not names_an_article(address.partition("://")[2]):
        return url
    pieces = [piece for piece in query.split("&") if _IDENTIFYING.match(piece)]
    return f"{address}?{'&'.join(pieces)}" if pieces else address


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    # a name that is invalid in DNS is compared unchanged
    with contextlib.suppress(UnicodeError):
        host = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    host = f"[{host}]" if ":" in host else host
    return _VARIANT_HOST.sub("", host)


def _escaped(part: str) -> str:
    """Normalise percent-encoding, RFC 3986, 6.2.2: escapes in capitals, only where needed."""
    return _ESCAPE.sub(_one_escape, quote(part, safe=_UNQUOTED, errors="replace"))


def _one_escape(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if code in _UNRESERVED else escape[0].upper()


def _is_noise(piece: str) -> bool:
    return bool(_TRACKING.fullmatch(piece.partition("=")[0]) or _PRESENTATION.fullmatch(piece))


@lru_cache(maxsize=1 << 14)  # url, requested and canonical address are mostly one
def address_key(url: str) -> bytes:
    """Hash the plain form of an address into its 16-byte key in the cache."""
    return hashlib.blake2b(plain_url(url).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def story_of_one(article_id: str) -> str:
    """The story_id of an unpaired article."""
    return hashlib.blake2b(b"story\0" + article_id.encode(), digest_size=16).hexdigest()
