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
from urllib.parse import urlencode

import certifi
from django.conf import settings
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, PoolManager, Timeout, exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import parse_url

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


class Unsendable(CallFailed):
    """A header, such as one with a token, holds what no web request can carry; nothing was sent."""

    next = Next.ASK


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
    sent = HTTPHeaderDict({"Accept-Encoding": "gzip", "User-Agent": "Switchyard"})
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form).encode()
    sent.update(headers or {})
    sent["Host"] = target.host_header
    _check_headers(sent)
    prepared = _Prepared(method.upper(), _path(url, params), sent, body)
    started = time.monotonic()
    with _named_failures(target.host), deadlines.deadline(limits.total) as deadline:
        return _send(prepared, target, limits, deadline, started)


@dataclass(frozen=True, slots=True)
class _Prepared:
    method: str
    path: str
    headers: HTTPHeaderDict
    body: bytes | None


def _path(url: str, params: Params | None) -> str:
    """Return what a server is asked for: the path of an address with its parameters, encoded."""
    try:
        asked = parse_url(url)
    except exceptions.LocationParseError as error:
        raise AddressRefused("This is not a web address.") from error
    query = "&".join(filter(None, (asked.query, urlencode(params) if params else "")))
    return (asked.path or "/") + (f"?{query}" if query else "")


def _check_headers(sent: Mapping[str, str]) -> None:
    """Raise Unsendable before anything is opened; the message does not hold the value, which may be a secret."""
    for name, value in sent.items():
        if not value.isascii() or not value.isprintable():
            raise Unsendable(f"The header {name} holds a character that cannot be sent. Copy its value again.")


def _checked(url: str) -> addresses.Target:
    try:
        return addresses.check(url, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    except addresses.AddressRefused as error:
        raise AddressRefused(str(error)) from error
    except addresses.NameUnknown as error:
        raise Unreachable(str(error)) from error


def _send(
    prepared: _Prepared, target: addresses.Target, limits: Limits, deadline: deadlines.Deadline, started: float
) -> Answer:
    try:
        response = _connection_pool(target).urlopen(
            prepared.method,
            prepared.path,
            body=prepared.body,
            headers=prepared.headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=limits.connect, read=min(limits.read, limits.total)),
            preload_content=False,
        )
        with response:
            body = _read(response, limits, target.host)
    except (exceptions.HTTPError, OSError) as error:
        if deadline.passed:
            raise TimedOut(_slow(target.host)) from error
        raise
    if deadline.passed:  # an end within the headers reads like an answer without a body
        raise TimedOut(_slow(target.host))
    ms = int((time.monotonic() - started) * 1000)
    return Answer(response.status, response.reason or "", response.headers, body, ms)


def _read(response: BaseHTTPResponse, limits: Limits, host: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in response.stream(_CHUNK, decode_content=True):
        size += len(chunk)
        parts.append(chunk)
        if size > limits.max_bytes:
            response.close()  # what is left of it would have to be read before another call
            if limits.cut:
                break
            raise TooLarge(f"The answer of {host} is larger than {limits.max_bytes // (1024 * 1024)} MB.")
    return b"".join(parts)[: limits.max_bytes]


@contextmanager
def _named_failures(host: str) -> Iterator[None]:
    """Turn what the library raises into our kinds; its texts may hold the whole address."""
    try:
        yield
    except exceptions.SSLError as error:
        raise Untrusted(f"The certificate of {host} is not valid, so nothing was sent.") from error
    except exceptions.NewConnectionError as error:
        raise Unreachable(f"{host} does not accept connections.") from error
    except exceptions.ConnectTimeoutError as error:
        raise Unreachable(f"{host} did not accept a connection in time.") from error
    except exceptions.ReadTimeoutError as error:
        raise TimedOut(_slow(host)) from error
    except (exceptions.HTTPError, OSError) as error:
        raise Cut(f"{host} closed the connection before its answer was whole.") from error


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


def _connection_pool(target: addresses.Target) -> HTTPConnectionPool:
    """Return this thread's connections to the address that was checked, so that a name cannot change until it is used.

    A forked process never shares the connections of its parent.
    """
    if getattr(_local, "pid", None) != os.getpid():
        _local.pid = os.getpid()
        _local.pools = PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())
        _local.pools.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTlsPool}
    named = {"server_hostname": target.host, "assert_hostname": target.host} if target.scheme == "https" else {}
    pools: PoolManager = _local.pools
    return pools.connection_from_host(target.address, port=target.port, scheme=target.scheme, pool_kwargs=named)
