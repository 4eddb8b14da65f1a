"""The program that answers a browser's requests: who may ask, and what is done.

Every address begins with a token that nobody can guess; only whoever started the review has been
told it. The name by which the server is asked has to be the loopback's, so that a page of the web
cannot have its own name point here. Nothing is changed without the token in the form as well.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from grader.review.answers import Answers, Listed, Progress
from grader.review.form import MAX_BYTES, FormError, Sent
from grader.review.pages import Filled, Notice, Pages, policy
from grader.text import number

_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": f"{policy()}; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # So that a form is sent with its origin, and no other server is told the address.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_Handler = Callable[[Request], Awaitable[Response]]


def review_app(answers: Answers, token: str, model: str, hosts: Collection[str]) -> ASGIApp:
    """The program for one exercise.

    `token` is what every address begins with, `model` the model's answer, and `hosts` are the names
    by which this server may be asked.
    """
    handlers = _Handlers(answers, Pages(answers, f"/{token}", token, model), token)
    app = Starlette(
        routes=[
            Route("/{token}/", handlers.guarded(handlers.overview)),
            Route("/{token}/answers/{key}", handlers.guarded(handlers.answer)),
            Route("/{token}/answers/{key}", handlers.guarded(handlers.save), methods=["POST"]),
            Route("/{token}/state/{key}", handlers.guarded(handlers.state)),
            Route("/{token}/pictures/{key}/{place:int}", handlers.guarded(handlers.picture)),
        ],
        exception_handlers={404: handlers.not_found, 405: handlers.not_found},
    )
    app.router.redirect_slashes = False
    return _Guard(app, frozenset(hosts))


@dataclass(frozen=True, slots=True)
class _Guard:
    """Refuses what was not sent to this server by its own name, or comes from another one's page.

    It adds the headers that every answer has.
    """

    app: ASGIApp
    hosts: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *ours]}
            await send(message)

        app = self.app if self._is_ours(Request(scope)) else _refusal()
        await app(scope, receive, with_headers)

    def _is_ours(self, request: Request) -> bool:
        headers = request.headers
        if headers.getlist("host") not in [[host] for host in self.hosts]:
            return False
        origins = {f"http://{host}" for host in self.hosts}
        if any(each not in origins for each in headers.getlist("origin")):
            return False
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def _refusal() -> ASGIApp:
    words = "This server answers the person who started it, at the address that it printed.\n"
    return Response(words, 403, media_type="text/plain")


@dataclass(frozen=True, slots=True)
class _Handlers:
    """What is done for each address. Requests are served one after the other."""

    answers: Answers
    pages: Pages
    token: str

    def guarded(self, handler: _Handler) -> _Handler:
        """The handler, where the address has the token; else there is nothing."""

        async def guarded(request: Request) -> Response:
            if not self._is_token(request.path_params["token"]):
                return await self.not_found(request)
            return await handler(request)

        return guarded

    async def not_found(self, _request: Request, _error: Exception | None = None) -> Response:
        return HTMLResponse(self.pages.problem("There is no such page."), 404)

    async def overview(self, _request: Request) -> Response:
        return HTMLResponse(self.pages.overview(self.answers.every()))

    async def answer(self, request: Request) -> Response:
        listed = self.answers.every()
        current = _of(listed, request)
        if current is None:
            return await self.not_found(request)
        return HTMLResponse(self.pages.answer(listed, current))

    async def picture(self, request: Request) -> Response:
        """A picture of an answer, counted from 1."""
        current = _of(self.answers.every(), request)
        pictures = self.answers.pictures(current) if current else []
        place = request.path_params["place"]
        if not 1 <= place <= len(pictures):
            return await self.not_found(request)
        return Response(pictures[place - 1].data, media_type=pictures[place - 1].media)

    async def state(self, request: Request) -> Response:
        """What stands by now, for a page that is open."""
        listed = self.answers.every()
        current = _of(listed, request)
        return await self.not_found(request) if current is None else self._state(listed, current)

    async def save(self, request: Request) -> Response:
        """Save what the form says, unless another person has decided since the page was made."""
        listed = self.answers.every()
        current = _of(listed, request)
        if current is None:
            return await self.not_found(request)
        wants_json = request.headers.get("accept", "") == "application/json"
        try:
            sent = Sent.of(await _body(request))
        except FormError as error:
            return self._refused(listed, current, None, str(error), wants_json)
        if not self._is_token(sent.one("token")):
            return HTMLResponse(self.pages.problem("This page is not of this review."), 403)
        try:
            saved = self._save(current, sent)
        except FormError as error:
            return self._refused(listed, current, sent, str(error), wants_json)
        listed = self.answers.every()
        current = _of(listed, request) or current
        if not saved:
            return self._conflict(listed, current, sent, wants_json)
        if wants_json:
            return self._state(listed, current)
        return RedirectResponse(self._after(listed, current, sent), 303)

    def _save(self, current: Listed, sent: Sent) -> bool:
        if sent.one("then") == "undo":
            return self.answers.take_back(current, sent.instead_of)
        review = sent.review(self.answers.exercise, self.answers.by)
        return self.answers.decide(current, review, sent.instead_of) is not None

    def _after(self, listed: list[Listed], current: Listed, sent: Sent) -> str:
        """The address of what is shown next: this answer, or the next one that is open."""
        shown = current
        if sent.one("then") == "next":
            after = [*listed[current.place :], *listed[: current.place]]
            found = next((each for each in after if each.open), None)
            if found is None:
                return f"{self.pages.base}/"
            shown = found
        return f"{self.pages.base}/answers/{shown.key}"

    def _refused(
        self, listed: list[Listed], current: Listed, sent: Sent | None, why: str, json: bool
    ) -> Response:
        """The page once more with what is wrong, and with what was written in its fields."""
        if json:
            return JSONResponse({"problem": why}, 422)
        filled = _filled(sent) if sent else None
        notice = Notice(f"Not saved: {why}.", "bad")
        return HTMLResponse(self.pages.answer(listed, current, filled, notice), 422)

    def _conflict(self, listed: list[Listed], current: Listed, sent: Sent, json: bool) -> Response:
        """Another person has decided meanwhile: saving once more replaces that."""
        words = self.pages.decided(current) or "nothing: it was taken back"
        why = f"while this page was open, another person saved {words}"
        if json:
            return JSONResponse({**self._data(listed, current), "problem": why}, 409)
        notice = Notice(f"Not saved: {why}. Saving once more replaces it.", conflict=True)
        return HTMLResponse(self.pages.answer(listed, current, _filled(sent), notice), 409)

    def _state(self, listed: list[Listed], current: Listed) -> Response:
        return JSONResponse(self._data(listed, current))

    def _data(self, listed: list[Listed], current: Listed) -> dict[str, Any]:
        standing = current.standing
        return {
            "number": current.number,
            "points": number(standing.adjustment.score) if standing else "",
            "decided": self.pages.decided(current),
            "progress": Progress.of(listed).words,
        }

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.token.encode())


def _of(listed: list[Listed], request: Request) -> Listed | None:
    """The answer that the address names."""
    key = request.path_params["key"]
    return next((each for each in listed if each.key == key), None)


def _filled(sent: Sent) -> Filled:
    """What was in the fields of the form, for the page to show once more."""
    items = [int(text) for text in sent.fields.get("item", ()) if text.isascii() and text.isdigit()]
    return Filled(items, sent.one("points"), sent.one("remark"))


async def _body(request: Request) -> bytes:
    """The body of a request; raises FormError where it is longer than a form can be."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MAX_BYTES:
            raise FormError(f"it is longer than {MAX_BYTES:,} bytes; shorten the remark")
    return bytes(found)
