"""Starting, awaiting and stopping the servers of a test run."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from snoopi.serve.ports import free_port

__all__ = ["Server", "ServerUnavailable", "free_port", "new_folder"]

KEEPER = Path(__file__).with_name("keeper.py")

Answer = TypeVar("Answer")


class ServerUnavailable(Exception):
    """A server of the suite cannot be had on this machine."""


class Server:
    """One running server, kept by a keeper that ends it when this process ends."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        folder: Path,
        user: str | None = None,
        stop_signal: str = "SIGTERM",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.log = folder / "log"
        keeper = [sys.executable, str(KEEPER), "--signal", stop_signal, "--folder", str(folder)]
        as_user = ["--user", user] if user else []
        with self.log.open("wb") as log:
            self._keeper = subprocess.Popen(
                [*keeper, *as_user, "--", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Let go of the keeper and wait until the server and its folder are gone."""
        self._keeper.communicate()

    def kill(self) -> None:
        """End it and its children as a power cut does: none has a say."""
        pid = int(self.log.with_name("pid").read_text())
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self.stop()

    def await_answer(
        self, ask: Callable[[], Answer], refused: type[Exception], patience_s: float = 60
    ) -> Answer:
        """Return the server's first answer, asking again as long as patience lasts."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return ask()
            except refused as error:
                if self.has_ended() or time.monotonic() > deadline:
                    said = self.log.read_text(errors="replace")[-2000:]
                    self.stop()
                    raise ServerUnavailable(f"no answer: {error}\n{said}") from error
            time.sleep(0.05)

    def has_ended(self) -> bool:
        """Say whether the server gave up by itself."""
        return self.log.with_name("ended").exists()


def new_folder(name: str) -> Path:
    """Create a folder that any user may enter, with a path short enough for a Unix socket."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    folder.chmod(0o755)
    return folder
