"""Which addresses an outgoing call may reach (reliability.md D, *Outgoing URLs*)."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NEVER_IN_A_URL = frozenset("\\\t\r\n \x00")
# Each of these wraps an IPv4 address that the check of the outer one would not see.
_WRAPPERS = tuple(
    ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


class AddressRefused(ValueError):
    """The address may not be called."""


class NameUnknown(ValueError):
    """The name of the host has no address at the moment."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to connect to: the connection goes to `address`, the certificate must be for `host`."""

    scheme: str
    host: str
    port: int
    address: str

    @property
    def host_header(self) -> str:
        """Return the Host header: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"


def check(url: str, *, allowed: Collection[str]) -> Target:
    """Resolve the host of `url`, check every address it has, and return the one to connect to.

    `allowed` lists host:port pairs that may be private and may be called without TLS. Raises
    AddressRefused, or NameUnknown when the name does not resolve (which may pass).
    """
    scheme, host, port = _parts(url)
    trusted = f"{host}:{port}" in allowed
    if scheme != "https" and not trusted:
        raise AddressRefused(f"Only https addresses may be called, not {scheme}://{host}.")
    addresses = _resolve(host, port)
    if not trusted:
        for address in addresses:
            _refuse_private(host, address)
    return Target(scheme, host, port, str(addresses[0]))


def is_public(address: IpAddress) -> bool:
    """Say whether an address belongs to the public internet and wraps no other one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None or any(address in network for network in _WRAPPERS):
            return False
        if address.is_site_local:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not special


def _parts(url: str) -> tuple[str, str, int]:
    if any(char in _NEVER_IN_A_URL for char in url):
        raise AddressRefused("The address holds a character that no web address has.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("This is not a web address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressRefused("This is not a web address that starts with https://.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address must not hold a user name or password.")
    return parts.scheme, parts.hostname.rstrip("."), port or _default_port(parts.scheme)


def _resolve(host: str, port: int) -> list[IpAddress]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameUnknown(f"The name {host} could not be found.") from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _refuse_private(host: str, address: IpAddress) -> None:
    if not is_public(address):
        raise AddressRefused(f"{host} leads to an address inside a private network, which may not be called.")


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
