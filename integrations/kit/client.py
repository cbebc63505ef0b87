"""The way out that every connector's client is given: paced, repeated where that is safe, and logged.

A client says what to ask; when, how often, and what a failure means is decided here (reliability.md
B2). No transaction may be open around a call.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from integrations.kit import errors, pace
from integrations.kit.calls import Mask, entry, write
from integrations.kit.errors import Kind, OutsideFailed
from integrations.manifest import Manifest
from integrations.models import Call
from portal.kit import http, json

MAX_WAIT = 5.0
"""Longest wait, in seconds, for the pace within a call; a longer one is left to the flow's schedule."""
DEFAULT_PAUSE = 10
_AGAIN_AFTER = 0.3
_QUICK = 5_000
_REPEATABLE = frozenset({"GET", "HEAD"})


class Way:
    """Calls as one integration. Satisfies `integrations.manifest.Caller`."""

    def __init__(
        self,
        integration_id: int,
        manifest: Manifest,
        secrets: Mapping[str, str],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._id = integration_id
        self._manifest = manifest
        self._mask = Mask(secrets.values())
        self._sleep = sleep
        self._quiet: list[Call] = []
        self._gathers = False
        self._tokens = 0

    def tell(self) -> None:
        """Write the quiet calls into the log after all: something came of them."""
        write(self._quiet)
        self._quiet = []

    @contextmanager
    def together(self, calls: int) -> Iterator[None]:
        """Expect about so many calls right after each other: one look at the pace and one write of the log for all.

        A failure is written at once all the same. What a process that dies has called stands in no log.
        """
        self._tokens, self._gathers = pace.take_many(self._id, self._manifest.limits, calls), True
        try:
            yield
        finally:
            unused, self._tokens, self._gathers = self._tokens, 0, False
            self.tell()
            if unused:
                pace.give_back(self._id, unused)

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        quiet: bool = False,
    ) -> http.Answer:
        """Make one call and return its answer of success. Raises OutsideFailed."""
        extra = {"Content-Type": "application/json"} if body is not None else {}

        def once() -> http.Answer:
            self._wait()
            return http.call(
                method,
                url,
                headers={"Accept": "application/json", **extra, **(headers or {})},
                params=params,
                form=form,
                body=None if body is None else json.dumps(body),
            )

        shown = url + (f"?{urlencode(params)}" if params else "")
        try:
            return self._logged(once, method, shown, quiet)
        except OutsideFailed as failed:
            if not self._may_repeat(method, failed):
                raise
        self._sleep(_AGAIN_AFTER)
        return self._logged(once, method, shown, quiet)

    def _may_repeat(self, method: str, failed: OutsideFailed) -> bool:
        """Once more, at once: only reading, only what passes by itself, only when it failed quickly."""
        return method in _REPEATABLE and failed.kind is Kind.LATER and failed.pause is None and failed.ms < _QUICK

    def _wait(self) -> None:
        if self._tokens > 0:
            self._tokens -= 1
            return
        seconds = pace.take(self._id, self._manifest.limits)
        if seconds > MAX_WAIT:
            raise OutsideFailed(errors.react(429), status=429, pause=math.ceil(seconds))
        if seconds:
            self._sleep(seconds)

    def _logged(self, once: Callable[[], http.Answer], method: str, url: str, quiet: bool) -> http.Answer:
        started = time.monotonic()
        try:
            answer = once()
        except http.CallFailed as failed:
            ms = int((time.monotonic() - started) * 1000)
            self._quiet.append(entry(self._id, method, self._mask(url), ms=ms, error=self._mask(str(failed))))
            self.tell()
            raise _unanswered(failed, ms) from failed
        failure = None if answer.ok else self._failure(answer)
        said = self._mask(failure.message or str(failure.reaction.cause)) if failure else ""
        self._quiet.append(entry(self._id, method, self._mask(url), answer=answer, ms=answer.ms, error=said))
        if failure is not None or not (quiet or self._gathers):
            self.tell()
        if failure is not None:
            raise failure
        return answer

    def _failure(self, answer: http.Answer) -> OutsideFailed:
        code, message = self._said(answer)
        reaction = errors.react(answer.status, code, special=self._manifest.errors)
        if answer.status != 429:
            return OutsideFailed(reaction, status=answer.status, code=code, message=message, ms=answer.ms)
        told = answer.headers.get("Retry-After") or answer.headers.get("x-retry-after")
        seconds = errors.pause_of(told, now=server_seconds(answer))
        seconds = DEFAULT_PAUSE if seconds is None else max(1, seconds)
        self._tokens = 0
        pace.pause(self._id, seconds)
        return OutsideFailed(reaction, status=429, code=code, message=message, pause=seconds)

    def _said(self, answer: http.Answer) -> tuple[str, str]:
        """Return code and message of an error, which may be in the body, in the reason, or nowhere."""
        try:
            body = answer.json()
        except json.NotJson:
            body = None
        code, message = self._manifest.error_code(body) if self._manifest.error_code else ("", "")
        return code, self._mask(message or answer.reason)


def server_seconds(answer: http.Answer) -> float:
    """Return the other side's time in seconds, by its Date header; ours where there is none."""
    return errors.seconds_of_date(answer.headers.get("Date")) or time.time()


def _unanswered(failed: http.CallFailed, ms: int) -> OutsideFailed:
    if isinstance(failed, http.TooLarge):
        return OutsideFailed(errors.NOT_UNDERSTOOD, message=str(failed), too_large=True, pause=60)
    reaction = errors.NOT_ALLOWED if failed.next is http.Next.ASK else errors.UNREACHABLE
    return OutsideFailed(reaction, message=str(failed), ms=ms)
