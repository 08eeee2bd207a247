"""Deliver while everything fails at random: does every PI get every mail, and once?

`make drill` runs it on servers of its own; what it does stands in `drilling`.
"""

import os
import shutil
import subprocess
import sys

from tests.servers.processes import new_folder
from tests.servers.stage import ROOT, settings_in

DRILLING = "import django; django.setup(); from tests.tools.drilling import main; main()"


def main() -> int:
    """Run a drill in a process whose settings name its own servers; answer its exit code."""
    folder = new_folder("drill")
    for name in ("store", "mirror"):
        (folder / name).mkdir()
    words = [sys.executable, "-u", "-W", "ignore", "-c", DRILLING, *sys.argv[1:]]
    try:
        environment = {**os.environ, **settings_in(folder)}
        return subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
