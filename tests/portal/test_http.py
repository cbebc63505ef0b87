"""The one door to the network, against a real server on loopback."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from portal.kit import addresses, http

Serve = Callable[[bytes], str]


def _answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if "Content_Length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def _whole_request(taken: socket.socket) -> bytes:
    data = taken.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    _, found, length = head.lower().partition(b"content-length: ")
    while found and len(body) < int(length.split(b"\r\n")[0]):
        body += taken.recv(65536)
    return head + b"\r\n\r\n" + body


class Server:
    """Answers each connection with the next scripted bytes and keeps what it was asked."""

    def __init__(self, *answers: bytes, pause: float = 0) -> None:
        self.answers = list(answers)
        self.pause = pause
        self.asked: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for answer in self.answers:
            try:
                taken, _ = self.listener.accept()
            except OSError:
                return
            with taken:
                self.asked.append(_whole_request(taken))
                self._write(taken, answer)

    def _write(self, taken: socket.socket, answer: bytes) -> None:
        pieces = [answer[i : i + 1] for i in range(len(answer))] if self.pause else [answer]
        for piece in pieces:
            try:
                taken.sendall(piece)
            except OSError:
                return
            if self.pause:
                time.sleep(self.pause)  # a slow other side is the thing under test


@pytest.fixture
def serving(settings: Settings) -> Iterator[Callable[..., Server]]:
    opened: list[Server] = []

    def serve(*answers: bytes, pause: float = 0) -> Server:
        server = Server(*answers, pause=pause)
        settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.port}", f"localhost:{server.port}"]
        server.thread.start()
        opened.append(server)
        return server

    yield serve
    for server in opened:
        server.listener.close()


@contextmanager
def _resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> Iterator[None]:
    def fake(host: str, port: int, **_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", fake)
        yield


def test_an_answer_carries_status_headers_body_and_time(serving: Callable[..., Server]) -> None:
    server = serving(_answer("404 Not Here", b'{"a": 1.10}', X_Thing="yes"))
    answer = http.call("GET", f"http://127.0.0.1:{server.port}/x", params={"limit": 100, "q": "a b"})
    assert (answer.status, answer.reason, answer.headers["x-thing"], answer.ok) == (404, "Not Here", "yes", False)
    assert str(answer.json()["a"]) == "1.10"
    assert answer.ms >= 0
    assert server.asked[0].startswith(b"GET /x?limit=100&q=a+b HTTP/1.1\r\n")


def test_the_host_header_names_the_host_and_not_the_address(serving: Callable[..., Server]) -> None:
    server = serving(_answer("200 OK"))
    http.call("GET", f"http://localhost:{server.port}/")
    assert f"Host: localhost:{server.port}\r\n".encode() in server.asked[0]


def test_a_redirect_is_returned_and_not_followed(serving: Callable[..., Server]) -> None:
    server = serving(_answer("302 Found", Location="http://169.254.169.254/"))
    answer = http.call("GET", f"http://127.0.0.1:{server.port}/")
    assert (answer.status, answer.headers["Location"]) == (302, "http://169.254.169.254/")


def test_a_header_is_sent_once_however_its_name_is_spelled(serving: Callable[..., Server]) -> None:
    server = serving(_answer("200 OK"))
    http.call("GET", f"http://127.0.0.1:{server.port}/", headers={"host": "elsewhere.test", "user-agent": "Mine"})
    asked = server.asked[0].lower()
    assert (asked.count(b"host:"), asked.count(b"user-agent:")) == (1, 1)
    assert f"host: 127.0.0.1:{server.port}".encode() in asked


@pytest.mark.parametrize("token", ["two\r\nlines", "t\u00f6ken", "\U0001fad6"])
def test_a_header_that_cannot_be_sent_is_told_without_its_value(settings: Settings, token: str) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(http.Unsendable) as told:
        http.call("GET", "http://127.0.0.1:1/", headers={"Authorization": token})
    assert str(told.value) == "The header Authorization holds a character that cannot be sent. Copy its value again."
    assert (told.value.next, told.value.maybe_arrived) == (http.Next.ASK, False)


def test_a_form_is_sent_url_encoded(serving: Callable[..., Server]) -> None:
    server = serving(_answer("200 OK"))
    http.call("POST", f"http://127.0.0.1:{server.port}/", form={"code": "a b", "grant_type": "authorization_code"})
    assert server.asked[0].endswith(b"code=a+b&grant_type=authorization_code")


def test_a_refused_connection_is_unreachable_and_nothing_arrived(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
    with pytest.raises(http.Unreachable) as failed:
        http.call("GET", f"http://127.0.0.1:{port}/")
    assert (failed.value.next, failed.value.maybe_arrived) == (http.Next.LATER, False)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"nonsense\r\n\r\n"],
    ids=["closed at once", "shorter than it said", "not HTTP"],
)
def test_a_broken_answer_is_cut_and_may_have_arrived(serving: Callable[..., Server], answer: bytes) -> None:
    server = serving(answer)
    with pytest.raises(http.Cut) as failed:
        http.call("GET", f"http://127.0.0.1:{server.port}/secret-path?token=abc")
    assert (failed.value.next, failed.value.maybe_arrived) == (http.Next.LATER, True)
    assert "secret-path" not in str(failed.value)
    assert "token" not in str(failed.value)


def test_no_byte_within_the_read_limit_is_a_time_out(serving: Callable[..., Server]) -> None:
    server = serving(_answer("200 OK"), pause=5)
    with pytest.raises(http.TimedOut):
        http.call("GET", f"http://127.0.0.1:{server.port}/", limits=http.Limits(read=0.05))


def test_one_byte_at_a_time_ends_at_the_total_limit(serving: Callable[..., Server]) -> None:
    server = serving(_answer("200 OK", b"x" * 5000), pause=0.01)
    started = time.monotonic()
    with pytest.raises(http.TimedOut):
        http.call("GET", f"http://127.0.0.1:{server.port}/", limits=http.Limits(read=5, total=0.3))
    assert time.monotonic() - started < 2


def test_a_gzip_bomb_ends_at_the_size_limit(serving: Callable[..., Server]) -> None:
    bomb = gzip.compress(b"0" * 3_000_000)
    server = serving(_answer("200 OK", bomb, Content_Encoding="gzip"))
    with pytest.raises(http.TooLarge) as failed:
        http.call("GET", f"http://127.0.0.1:{server.port}/", limits=http.Limits(max_bytes=1_000_000))
    assert failed.value.next is http.Next.ASK


def test_gzip_is_unpacked(serving: Callable[..., Server]) -> None:
    server = serving(_answer("200 OK", gzip.compress(b'{"a":1}'), Content_Encoding="gzip"))
    assert http.call("GET", f"http://127.0.0.1:{server.port}/").body == b'{"a":1}'


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://①②⑦.0.0.1/",
        "https://127。0。0。1/",
        "https://127.0.0.1./",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:a00:1]/",
        "https://[::ffff:0:7f00:1]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::]/",
        "https://[fec0::1]/",
        "https://172.31.255.255/",
        "https://192.168.1.1/",
        "https://192.0.0.1/",
        "https://198.18.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://localhost/",
        "https://example.com@127.0.0.1/",
        "https://user:password@example.com/",
        "https://example.com#@127.0.0.1:1/\t",
        "https://[fe80::1]/",
        "https://[fc00::1]/",
        "https://224.0.0.1/",
        "https://user@example.com/",
        "https://example.com\\@127.0.0.1/",
        "https://exa mple.com/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "https://",
        "https://example.com:99999/",
    ],
)
def test_an_address_that_must_not_be_called_is_refused_before_anything_is_sent(url: str, settings: Settings) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = []
    with pytest.raises(http.AddressRefused) as failed:
        http.call("GET", url)
    assert (failed.value.next, failed.value.maybe_arrived) == (http.Next.ASK, False)


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with _resolving(monkeypatch, "93.184.216.34", "192.168.0.7"), pytest.raises(addresses.AddressRefused):
        addresses.check("https://shop.example/", allowed=[])


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with _resolving(monkeypatch, "93.184.216.34"):
        target = addresses.check("https://shop.example/x", allowed=[])
    assert target == addresses.Target("https", "shop.example", 443, "93.184.216.34")
    assert target.host_header == "shop.example"


def test_a_name_that_changes_between_check_and_use_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch, serving: Callable[..., Server]
) -> None:
    server = serving(_answer("200 OK"))
    seen: list[str] = []
    real = socket.getaddrinfo

    def counting(host: str, port: int, *args: object, **kwargs: object) -> object:
        seen.append(str(host))
        return real(host, port, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", counting)
    http.call("GET", f"http://localhost:{server.port}/")
    assert seen[0] == "localhost"
    assert "localhost" not in seen[1:]


def test_a_name_that_leads_elsewhere_after_the_check_is_connected_to_where_it_led_then(
    monkeypatch: pytest.MonkeyPatch, serving: Callable[..., Server]
) -> None:
    """The resolver of a rebinding attack: a harmless address for the check, another one ever after."""
    server = serving(_answer("200 OK", b"the checked one"))
    answers = iter(["127.0.0.1"])

    def rebinding(host: str, port: int, *_: object, **__: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        found = next(answers, "127.0.0.9") if host == "shop.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("django.conf.settings.ALLOWED_PRIVATE_HOSTS", [f"shop.example:{server.port}"])
    assert http.call("GET", f"http://shop.example:{server.port}/").body == b"the checked one"
    assert f"Host: shop.example:{server.port}\r\n".encode() in server.asked[0]


def test_a_listed_host_opens_no_other_port_and_no_other_name(settings: Settings) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8899"]
    for url in ("https://127.0.0.1:8898/", "https://localhost:8899/", "http://127.0.0.2:8899/"):
        with pytest.raises(http.AddressRefused):
            http.call("GET", url)


def test_proxies_and_passwords_of_the_machine_are_not_used(
    monkeypatch: pytest.MonkeyPatch, serving: Callable[..., Server], tmp_path: Path
) -> None:
    server = serving(_answer("200 OK"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password planted\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    http.call("GET", f"http://127.0.0.1:{server.port}/")
    assert b"Authorization" not in server.asked[0]
    assert server.asked[0].startswith(b"GET / HTTP/1.1\r\n")


def test_a_name_without_an_address_is_unreachable() -> None:
    with pytest.raises(http.Unreachable):
        http.call("GET", "https://no-such-host.invalid/")
