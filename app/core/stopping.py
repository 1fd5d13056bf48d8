"""Whether the service is about to stop: a stream that never ends by itself has to know."""

import signal
import threading
from types import FrameType

_stopping = threading.Event()


def is_stopping() -> bool:
    """Whether a signal to stop has come."""
    return _stopping.is_set()


def watch_signals() -> None:
    """Notes the signals to stop, and lets the server's own handlers do their work.

    Only the main thread may set handlers; elsewhere (in tests) nothing is watched.
    """
    _stopping.clear()
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if not callable(before):
            continue

        def note(received: int, frame: FrameType | None, *, then: object = before) -> None:
            _stopping.set()
            assert callable(then)
            then(received, frame)

        signal.signal(number, note)
