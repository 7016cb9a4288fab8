"""Whom a webhook may call: https at a public name, and nothing inside our own walls (no server-side request forgery).

The name is resolved once, every address it gives is looked at, and the call goes to the address that was looked at: a name
that answers differently a moment later changes nothing. On an installation that is itself reached at this machine only (a
demonstration, a trial, a test) a receiver on this machine may be called too.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST: Final = 500
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_NAT64: Final = IPv6Network("64:ff9b::/96")


class NotReachable(Exception):
    """A webhook's address that is not called."""

    code = "bad-hook-address"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and as whom: `url` holds the address that was looked at, `host` the name for TLS and the header."""

    url: str
    host: str
    name: str


def allows_loopback(origin: str, *, demo: bool) -> bool:
    """Whether receivers on this machine may be called: where the pages themselves are reached at this machine only."""
    return demo or (urlsplit(origin).hostname or "") in _LOOPBACK


def check(url: str, *, loopback: bool) -> SplitResult:
    """The parts of an address that may be called. Raises NotReachable."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise NotReachable from None
    odd = len(url) > LONGEST or any(ord(c) <= 32 or ord(c) > 126 or c == "\\" for c in url)
    if odd or parts.username is not None or parts.password is not None or parts.fragment or not host:
        raise NotReachable
    if loopback and host in _LOOPBACK and parts.scheme in ("http", "https"):
        return parts
    if parts.scheme != "https" or "." not in host.strip(".") or _is_address(host):
        raise NotReachable
    return parts


async def target(url: str, *, loopback: bool) -> Target:
    """Where to connect for an address now. Raises NotReachable, OSError (the name is not known)."""
    parts = check(url, loopback=loopback)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    own = loopback and host in _LOOPBACK
    if not addresses or not all(a.is_loopback if own else is_public(a) for a in addresses):
        raise NotReachable
    first = addresses[0]
    shown = f"[{first}]" if isinstance(first, IPv6Address) else str(first)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(f"{parts.scheme}://{shown}:{port}{path}", parts.netloc, host)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is the open net's: none of a house, a machine or a cloud's inside, nor one wrapped in another."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.sixtofour is not None or address.teredo is not None or address in _NAT64:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        # 0x7f.1 and 2130706433 are addresses too, to whoever resolves them.
        last = host.rstrip(".").rpartition(".")[2]
        return last.isdigit() or last.lower().startswith("0x")
    return True
