"""nginx's configuration from the templates in deploy/nginx/."""

import os
import re
from pathlib import Path

_NAME = re.compile(r"\$\{([A-Z_]+)\}")
_SPARE_BYTES = 1024 * 1024


def write_configuration(
    folder: Path,
    templates: Path,
    *,
    listen: str,
    sockets: list[Path],
    static: Path,
    data: Path,
    body_bytes: int,
    behind_tls: bool,
) -> Path:
    """Write the configuration into ``folder`` and answer its path."""
    values = {
        "RUN": str(folder),
        "SITE": str(folder / "site.conf"),
        # As root, its workers too: a www-data may not enter the site's folders.
        "USER": "user root;" if os.geteuid() == 0 else "",
        "LISTEN": listen,
        "UPSTREAM": " ".join(f'server "unix:{socket}" fail_timeout=1s;' for socket in sockets),
        "STATIC_PARENT": str(static.parent),
        "DATA_DIR": str(data.resolve()),
        "BODY_BYTES": str(body_bytes + _SPARE_BYTES),
        "FRONT_ENDS_TLS": "yes" if behind_tls else "no",
    }
    for name in ("site.conf", "nginx.conf"):
        template = (templates / f"{name}.template").read_text()
        (folder / name).write_text(filled_in(template, values))
    return folder / "nginx.conf"


def filled_in(template: str, values: dict[str, str]) -> str:
    """The template with every ``${NAME}`` replaced; nginx's own `$name` stays."""
    return _NAME.sub(lambda name: values[name[1]], template)


def names_in(template: str) -> set[str]:
    """The names that a template needs."""
    return set(_NAME.findall(template))
