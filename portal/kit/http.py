"""The one door to the network: checked addresses, no redirects, limits on time and size.

The rules are those of reliability.md B2 and D. A call answers with an `Answer` whatever the status;
what goes wrong before a whole answer is here has a kind, and the kind says what may happen next.
Nothing in here logs, and no message holds more of the address than its host, so that tokens in
headers, paths and parameters cannot leak.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from portal.kit import addresses, deadlines, json

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 60.0
MAX_BYTES = 10 * 1024 * 1024
"""Largest answer, after decompression."""

_CHUNK = 64 * 1024
# The library writes whole addresses into its log, with whatever tokens they hold.
logging.getLogger("urllib3").setLevel(logging.ERROR)
Params = Mapping[str, str | int]


class Next(StrEnum):
    """What a failure asks for."""

    LATER = "later"
    """It may pass: try again after a pause."""
    ASK = "ask"
    """It will not pass by itself: a person has to change something."""


class CallFailed(Exception):
    """A call ended without a whole answer."""

    next: ClassVar[Next] = Next.LATER
    maybe_arrived: ClassVar[bool] = False
    """The other side may have received and acted on it: never send a write again blindly."""


class AddressRefused(CallFailed):
    """The address is not one that may be called."""

    next = Next.ASK


class Unreachable(CallFailed):
    """No connection came about: unknown name, refused, or no answer within the limit."""


class Untrusted(CallFailed):
    """The certificate of the other side is not valid for its name."""

    next = Next.ASK


class TimedOut(CallFailed):
    """The other side took too long to answer."""

    maybe_arrived = True


class Cut(CallFailed):
    """The connection broke, or the answer was shorter than it said."""

    maybe_arrived = True


class TooLarge(CallFailed):
    """The answer is larger than the limit."""

    next = Next.ASK
    maybe_arrived = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    reason: str
    headers: Mapping[str, str]
    """Case-insensitive."""
    body: bytes
    ms: int

    @property
    def ok(self) -> bool:
        """Say whether the status is one of success."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON with exact numbers. Raises `portal.kit.json.NotJson`."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that one call may take."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    total: float = TOTAL_SECONDS
    max_bytes: int = MAX_BYTES
    cut: bool = False
    """Whether a larger answer is cut there, where only its beginning matters, and is no failure."""


DEFAULT = Limits()


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Params | None = None,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Make one call and return the whole answer; redirects are returned, not followed.

    `form` is sent url-encoded, `body` as it is. Raises a CallFailed whose `next` and
    `maybe_arrived` say what may be done.
    """
    limits = limits or DEFAULT
    target = _checked(url)
    prepared = requests.Request(method, url, headers=dict(headers or {}), params=params, data=form or body).prepare()
    prepared.headers["Host"] = target.host_header
    prepared.headers.setdefault("Accept-Encoding", "gzip")
    prepared.headers.setdefault("User-Agent", "Switchyard")
    started = time.monotonic()
    with _named_failures(target.host), deadlines.deadline(limits.total) as deadline:
        return _send(prepared, target, limits, deadline, started)


def _checked(url: str) -> addresses.Target:
    try:
        return addresses.check(url, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    except addresses.AddressRefused as error:
        raise AddressRefused(str(error)) from error
    except addresses.NameUnknown as error:
        raise Unreachable(str(error)) from error


def _send(
    prepared: requests.PreparedRequest,
    target: addresses.Target,
    limits: Limits,
    deadline: deadlines.Deadline,
    started: float,
) -> Answer:
    adapter = _adapter()
    adapter.pin(target)
    try:
        response = adapter.send(prepared, stream=True, timeout=(limits.connect, min(limits.read, limits.total)))
        with response:
            body = _read(response, limits, target.host)
    except (requests.RequestException, HTTPError, OSError) as error:
        if deadline.passed:
            raise TimedOut(_slow(target.host)) from error
        raise
    if deadline.passed:  # an end within the headers reads like an answer without a body
        raise TimedOut(_slow(target.host))
    ms = int((time.monotonic() - started) * 1000)
    return Answer(response.status_code, response.reason or "", response.headers, body, ms)


def _read(response: requests.Response, limits: Limits, host: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        parts.append(chunk)
        if size > limits.max_bytes:
            if limits.cut:
                break
            raise TooLarge(f"The answer of {host} is larger than {limits.max_bytes // (1024 * 1024)} MB.")
    return b"".join(parts)[: limits.max_bytes]


@contextmanager
def _named_failures(host: str) -> Iterator[None]:
    """Turn what the libraries raise into our kinds; their texts may hold the whole address."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise Untrusted(f"The certificate of {host} is not valid, so nothing was sent.") from error
    except requests.exceptions.ConnectTimeout as error:
        raise Unreachable(f"{host} did not accept a connection in time.") from error
    except requests.exceptions.Timeout as error:
        raise TimedOut(_slow(host)) from error
    except requests.exceptions.ConnectionError as error:
        raise _connection_failure(host, error) from error
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Cut(f"{host} ended its answer before it was whole.") from error


def _connection_failure(host: str, error: requests.exceptions.ConnectionError) -> CallFailed:
    cause = str(error)
    if "NewConnectionError" in cause or "Connection refused" in cause or "NameResolutionError" in cause:
        return Unreachable(f"{host} does not accept connections.")
    if "Read timed out" in cause:
        return TimedOut(_slow(host))
    return Cut(f"{host} closed the connection before its answer was whole.")


def _slow(host: str) -> str:
    return f"{host} took too long to answer."


_local = threading.local()


class _WatchedConnection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        deadlines.watch(self.sock)

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        deadlines.watch(self.sock)
        super().putrequest(*args, **kwargs)


class _WatchedTlsConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        deadlines.watch(self.sock)

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        deadlines.watch(self.sock)
        super().putrequest(*args, **kwargs)


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTlsConnection


class _PinnedAdapter(HTTPAdapter):
    """Connects to the address that was checked, so that a name cannot change between check and use."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTlsPool}
        self._target: addresses.Target | None = None

    def pin(self, target: addresses.Target) -> None:
        """Say where the next call connects to."""
        self._target = target

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the pool of connections to the pinned address."""
        target = self._target
        if target is None:
            raise RuntimeError("No address was checked for this call.")
        extra: dict[str, Any] = {**self.build_connection_pool_key_attributes(request, verify, cert)[1]}
        if target.scheme == "https":
            extra |= {"server_hostname": target.host, "assert_hostname": target.host}
        return self.poolmanager.connection_from_host(
            target.address, port=target.port, scheme=target.scheme, pool_kwargs=extra
        )


def _adapter() -> _PinnedAdapter:
    """Return this thread's adapter; a forked process never shares the connections of its parent."""
    if getattr(_local, "pid", None) != os.getpid():
        _local.pid = os.getpid()
        _local.adapter = _PinnedAdapter()
    adapter: _PinnedAdapter = _local.adapter
    return adapter
