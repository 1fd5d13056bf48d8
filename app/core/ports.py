"""Ports to listen on."""

import errno
import socket


def is_port_free(host: str, port: int) -> bool:
    """Whether this process could listen there, and nobody else does. Port 0 always is: the system chooses one.

    Raises OSError for a host that isn't this machine's.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what has just ended is no obstacle
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
