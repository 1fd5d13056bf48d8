"""Where the project and its command are, and a free port."""

import random
import socket
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("mieux")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on.

    It lies below those that the system gives to outgoing connections: of them, one may be taken between this look at it
    and the start of the service.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("there is no free port between 20,000 and 32,000")
