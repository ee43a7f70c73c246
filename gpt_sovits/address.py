"""Where a page can be served; told before anything heavy is imported."""

import errno
import ipaddress
import socket

from gpt_sovits.errors import InputError

DEFAULT_PORT = 7860
N_PORTS = 40
"""Ports tried, from the first one on."""


def is_local(host: str) -> bool:
    """Tell whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def find_port(host: str, port: int | None, first: int = DEFAULT_PORT) -> int:
    """A port that is free: the one asked for, or where none is, the next from `first` on.

    Raises:
        InputError: the one asked for is taken, all are, or the address is not this machine's.
    """
    if port is not None and not 0 < port < 1 << 16:
        raise InputError(f"port {port}: must be 1 to 65535")
    ports = range(first, first + N_PORTS) if port is None else [port]
    for number in ports:
        if _is_free(host, number):
            return number
    if port is not None:
        raise InputError(f"port {port} of {host} is taken; leave --port out, or give another one")
    raise InputError(f"ports {ports[0]} to {ports[-1]} of {host} are taken; give another: --port N")


def _is_free(host: str, port: int) -> bool:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
    except (OSError, UnicodeError) as error:
        raise InputError(f"{host}, port {port}: is no address; use 127.0.0.1") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise InputError(f"{host}, port {port}: cannot be used ({error.strerror})") from error
    return True
