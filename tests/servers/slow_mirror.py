"""A mirror that answers as slowly as it likes: what a check of large packages is like."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_LINE_EVERY_S = 1
# More lines than these no client takes in one answer.
_MOST_LINES = 90


class SlowMirror:
    """Has every file of a size, and begins to say so; ends its answers when let go."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.asked, self._released = threading.Event(), threading.Event()
        handler = type("Handler", (_Handler,), {"mirror": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def release(self) -> None:
        """End the answers under way, and give all others at once."""
        self._released.set()

    def is_waited_for(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.asked.is_set() and not self._released.is_set()

    def hold(self, answer: BaseHTTPRequestHandler) -> None:
        """Send lines that say nothing until released, so that no time limit ends the wait."""
        self.asked.set()
        for _ in range(_MOST_LINES):
            if self._released.wait(_LINE_EVERY_S):
                return
            answer.send_header("X-Wait", "longer")
            answer.flush_headers()


class _Handler(BaseHTTPRequestHandler):
    mirror: SlowMirror

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.flush_headers()
        self.mirror.hold(self)
        self.send_header("Content-Length", str(self.mirror.size_bytes))
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""
