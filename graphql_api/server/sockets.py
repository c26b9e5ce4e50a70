"""Sockets, bound before all else: a port in use is found before the database is touched."""

import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass


class CannotListen(Exception):
    """The address can't be listened on; the message says what to do."""


@dataclass(frozen=True)
class Names:
    """What the operator calls the two parts of an address, in a sentence for them."""

    host: str = "--host"
    port: str = "--port"


def bound_sockets(host: str, port: int, names: Names = Names()) -> list[socket.socket]:
    """One for each address of the host; no connection is accepted yet.

    Raises:
        CannotListen: the port is in use or forbidden, or the host is no address of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise CannotListen(f"{names.host} {host} is no address of this machine") from None
    sockets: list[socket.socket] = []
    for family, kind, protocol, _, address in dict.fromkeys(found):
        listening = socket.socket(family, kind, protocol)
        sockets.append(listening)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind(address)
        except OSError as reason:
            for each in sockets:
                each.close()
            raise CannotListen(_sentence(reason, host, port, names)) from None
    return sockets


def handed_over_sockets(descriptors: Iterable[int]) -> list[socket.socket]:
    """Those that a service manager listens on. They outlive this process, and keep who comes meanwhile.

    Raises:
        CannotListen: one is no socket of TCP that listens.
    """
    sockets = []
    for descriptor in descriptors:
        reason = CannotListen(
            f"descriptor {descriptor} of LISTEN_FDS is no TCP socket that listens: "
            "ListenStream= in the .socket unit must be a port, or an address with one"
        )
        try:
            handed_over = socket.socket(fileno=descriptor)
        except OSError:
            raise reason from None
        is_tcp = handed_over.family in (socket.AF_INET, socket.AF_INET6)
        if not (is_tcp and handed_over.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)):
            handed_over.close()
            raise reason
        handed_over.set_inheritable(False)
        sockets.append(handed_over)
    return sockets


def _sentence(reason: OSError, host: str, port: int, names: Names) -> str:
    match reason.errno:
        case errno.EADDRINUSE:
            other = f"choose another {names.port}"
            return f"port {port} of {host} is in use: stop the server that uses it, or {other}"
        case errno.EACCES:
            return f"port {port} is for root alone: choose one above 1023, and let a proxy listen on {port}"
        case errno.EADDRNOTAVAIL:
            return f"{names.host} {host} is no address of this machine"
    return f"{host} port {port} can't be listened on: {reason.strerror}"
