"""Become one program of the layout: `launch.py [options] FOLDER -- PROGRAM …`.

A script of its own on the standard library alone, because it stands before every program:
it ends what an earlier run of the same program left behind (a web server or nginx that was
killed leaves workers that keep its port), asks the system to stop this one when the
supervisor dies, and turns into the program.
"""

import argparse
import ctypes
import os
import pwd
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Clean up, step into the folder, and turn into the program."""
    options = _arguments()
    end_leftovers(options.folder, patience_s=options.patience)
    os.chdir(options.folder)
    if options.user:
        become(options.user)
    end_with_parent(signal.Signals[f"SIG{options.signal}"])
    os.execvp(options.program[0], options.program)  # noqa: S606 - that is its purpose


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", help="whom to run as; only root can choose")
    parser.add_argument("--signal", default="TERM", help="what stops it when the supervisor dies")
    parser.add_argument("--patience", type=float, default=0, help="seconds that leftovers have")
    parser.add_argument("folder", type=Path)
    parser.add_argument("program", nargs="+")
    return parser.parse_args()


def end_leftovers(folder: Path, *, patience_s: float = 0) -> None:
    """Wait until no process works in ``folder`` any more; kill what stays too long."""
    deadline = time.monotonic() + patience_s
    while leftovers := find_leftovers(folder):
        if time.monotonic() >= deadline:
            for pid in leftovers:
                _kill(pid)
        time.sleep(0.05)


def find_leftovers(folder: Path) -> list[int]:
    """The processes that work in ``folder`` and belong to no terminal; none without /proc.

    Each program has a folder of its own and its children inherit it, so the folder names
    them all, also after their parent was killed. A person's shell may look in.
    """
    here = str(folder.resolve())
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if pid != os.getpid() and _works_in(pid, here)]


def _works_in(pid: int, folder: str) -> bool:
    try:
        if str(Path(f"/proc/{pid}/cwd").readlink()) != folder:
            return False
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[4] == "0"


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def become(user: str) -> None:
    """Give up being root for good."""
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


def end_with_parent(number: signal.Signals) -> None:
    """Let the system send this signal when the parent ends, however that happens."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        sys.exit("the supervisor has ended")


if __name__ == "__main__":
    main()
