"""Checks before every page: who may ask, and limits on what a browser may do with the answer.

Any user of a machine reaches its ports. Pages are for who has the secret that `view` prints: in the address
once, from then on in a cookie.
"""

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""Of an archived page: no script, no form, nothing that is loaded, and no origin of ours."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}
_NAMES = {"127.0.0.1", "localhost", "[::1]"}
_LONGEST_ADDRESS = 4096
_LOCKED = (
    "These pages open from the address that `triptych view` prints, with its token. With --no-secret every "
    "user of this machine can read the archive.\n"
)


class Guard:
    """Refuses requests that a page of the internet could have made: by their host, origin or method.

    A name of somebody else's may be made to lead to 127.0.0.1 (DNS rebinding); its browser sends that name.
    """

    def __init__(self, app: ASGIApp, port: int, secret: str = "") -> None:
        self._app = app
        self._secret = secret
        self._cookie = f"triptych-{port}"  # the ports of a host share their cookies
        self._hosts = _NAMES | {f"{name}:{port}" for name in _NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        answer = PlainTextResponse(refusal[1], refusal[0]) if refusal else self._unlocked(scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        await answer(scope, receive, guarded)

    def _unlocked(self, scope: Scope) -> ASGIApp:
        """Return what answers: the pages for who has the secret."""
        if not self._secret:
            return self._app
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        token = dict(query).get("token")
        has_cookie = self._has_cookie(scope)
        if has_cookie and token is None:
            return self._app
        if not has_cookie and not secrets.compare_digest((token or "").encode(), self._secret.encode()):
            return PlainTextResponse(_LOCKED, 403)
        path = "/" + (scope.get("raw_path") or b"/").decode("latin-1").lstrip("/")
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(self._cookie, self._secret, path="/", httponly=True, samesite="lax")
        return answer

    def _has_cookie(self, scope: Scope) -> bool:
        try:
            cookies = SimpleCookie(Headers(scope=scope).get("cookie", ""))
        except CookieError:
            return False
        value = cookies[self._cookie].value if self._cookie in cookies else ""
        return secrets.compare_digest(value.encode("utf-8", "replace"), self._secret.encode())

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return 421, "This server answers to 127.0.0.1 and localhost alone.\n"
        if scope["method"] not in {"GET", "HEAD"}:
            return 405, "Nothing can be changed here: expected GET.\n"
        if (
            headers.get("sec-fetch-site", "none") == "cross-site"
            and headers.get("sec-fetch-mode") != "navigate"
        ):
            return 403, "Another site asked for this.\n"
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_ADDRESS:
            return 414, f"This address is too long: expected at most {_LONGEST_ADDRESS} characters.\n"
        return None
