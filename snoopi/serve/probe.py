"""Say whether an address answers well: `python -m snoopi.serve.probe URL`, for health checks."""

import sys
from urllib.error import URLError
from urllib.request import urlopen

TIMEOUT_S = 4


def main() -> None:
    """End with 0 where the address answers 200, else with one line and 1."""
    url = sys.argv[1]
    try:
        with urlopen(url, timeout=TIMEOUT_S) as reply:  # noqa: S310 - the operator's own words
            sys.exit(reply.status != 200)
    except (URLError, OSError) as problem:
        sys.exit(f"{url}: {problem}")


if __name__ == "__main__":
    main()
