"""Settings from the environment: one table, read once, with one clear line for a bad one."""

import math
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from deliveries.configured import BadMirror, Mirror, parse_mirrors
from deliveries.tables import DELIVERY_READERS
from ingest.configured import BadSetting, SourceSetting, parse_sources
from projects.tables import READERS, BadTable, read_table
from qa.tables import QA_READERS
from snoopi import logs

env = environ.Env()


@dataclass(frozen=True, slots=True)
class Variable:
    """One line of the settings table: name, default in words, meaning."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable("DATABASE_URL", "SQLite under var/", "PostgreSQL or SQLite, as a URL."),
    Variable("REDIS_URL", "unset", "Redis for Celery; unset: a thread of the server does tasks."),
    Variable("EMAIL_URL", "files under var/mail/", "smtp://, smtps:// or filemail:///folder."),
    Variable("MAIL_FROM", "snoopi@ the host of BASE_URL", "The address that mail comes from."),
    Variable("MAIL_TIMEOUT_SECONDS", "15", "How long the mail server may keep mail waiting."),
    Variable("SECRET_KEY", "made once under var/", "Signs sessions; 32 characters or more."),
    Variable("ALLOWED_HOSTS", "127.0.0.1,localhost", "Host names it answers to, beside these."),
    Variable("BASE_URL", "http://127.0.0.1:8000", "How people outside reach the site."),
    Variable("VAR_DIR", "var/", "What the site makes for itself: database, key, static files."),
    Variable("DATA_DIR", "var/data", "The package store."),
    Variable(
        "ARC_MIRRORS",
        "none, in the demo folders under var/demo/mirrors/",
        "Mirrors that must have every file: EU=<folder or URL>,… with the layout of the store.",
    ),
    Variable("DELIVERY_ATTEMPTS", "100", "Checks of a delivery before it is given up."),
    Variable(
        "FILES_BY_NGINX",
        "false",
        "Whether nginx stands before the site and sends the files of the store (deploy/nginx).",
    ),
    Variable(
        "OBSERVATORY_DATA",
        "unset",
        "Folder of your own cycles, configurations, carry-over rules, ARC and citing texts.",
    ),
    Variable("DEBUG", "false", "Django's debug pages; never in production."),
    Variable(
        "EXECUTION_TOLERANCE",
        "0.05",
        "Executions that may be missing when an SB is done.",
    ),
    Variable(
        "EXECUTION_FRACTION_CAP",
        "2",
        "Largest execution fraction that is proposed to who judges QA0; 0: no limit.",
    ),
    Variable(
        "DELIVERY_HOLD_SECONDS",
        "600, in the demo 0",
        "How long a QA2 Pass or SemiPass can be taken back before it is told and delivered.",
    ),
    Variable(
        "DIGEST_HOUR",
        "6",
        "Hour of the day, UTC, at which daily and, on Mondays, weekly digests are mailed.",
    ),
    Variable(
        "REQUEUE_AFTER_FAIL",
        "now",
        "After a QA2 Fail the SB is Ready now, or jao: Suspended until JAO lets it go on.",
    ),
    Variable(
        "REVIEWER_IS_NOT_REDUCER",
        "true",
        "Whether who reduced the data may not decide on them in QA2.",
    ),
    Variable("INGEST_MAX_BYTES", "33554432", "Largest body POST ingest/ takes."),
    Variable(
        "INGEST_SOURCES", "none", "What is read by itself: name=address, … (docs/sources.md)."
    ),
    Variable(
        "LOG_FORMAT", "lines for people, json for machines", "Form of the logs: lines or json."
    ),
    Variable("LOG_LEVEL", "info", "What is logged at least: debug, info, warning or error."),
    Variable("LOGIN_FAILURES", "5", "Wrong passwords before a log-in is locked."),
    Variable("LOGIN_LOCK_MINUTES", "15", "How long it stays locked."),
    Variable("VIEW_AS_MINUTES", "60", "How long staff see the site as somebody else at a time."),
    Variable("QUICK_LINKS", "four links to ALMA's pages", "Side links: Name=URL,Name=URL."),
    Variable("TRUSTED_PROXIES", "0", "Proxies before the site that add to X-Forwarded-For."),
)


def checked(name: str, value: Any, ok: bool, wanted: str) -> Any:
    """Answer ``value``, or stop the start with one line that names the variable."""
    if not ok:
        raise ImproperlyConfigured(f"{name} is not usable: {wanted}.")
    return value


def read_number(name: str, default: float, most: float = math.inf) -> float:
    """A number of 0 or more, up to ``most``, from the environment."""
    text = env.str(name, default=str(default))
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    usable = 0 <= number <= most and math.isfinite(number)
    wanted = "of 0 or more" if math.isinf(most) else f"from 0 to {most:g}"
    return float(checked(name, number, usable, f"“{text}” is no number {wanted}"))


def read_flag(name: str, default: str = "false") -> bool:
    """A yes or no from the environment; no where unset, unless ``default`` says yes."""
    text = env.str(name, default=default).lower()
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    checked(name, text, text in known, f"“{text}” is neither true nor false")
    return known[text]


def read_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of a few words from the environment."""
    word = env.str(name, default=default).lower()
    wanted = f"“{word}” is none of {', '.join(choices)}"
    return str(checked(name, word, word in choices, wanted))


def read_logging(*, embedded: bool) -> dict[str, Any]:
    """The configuration of the logs."""
    form = read_choice("LOG_FORMAT", logs.default_format(embedded=embedded), logs.FORMATS)
    return logs.configuration(form, read_choice("LOG_LEVEL", "info", logs.LEVELS))


def read_url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    """A URL with one of ``schemes`` from the environment."""
    url = env.str(name, default=default)
    wanted = f"a URL that starts with one of {', '.join(s + ':' for s in schemes)}"
    return str(checked(name, url, _is_url(url, schemes), wanted))


def _is_url(url: str, schemes: tuple[str, ...]) -> bool:
    parts = urlsplit(url)
    if parts.scheme not in schemes or parts.scheme == "sqlite":
        return parts.scheme in schemes
    try:
        usable_port = parts.port != 0
    except ValueError:
        return False
    named = bool(parts.hostname) or parts.scheme not in ("http", "https")
    return named and usable_port


def read_email(var: Path) -> dict[str, Any]:
    """Django's mail settings; files under ``var`` where nothing is set."""
    schemes = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "filemail", "consolemail", "dummymail")
    read_url("EMAIL_URL", "filemail:///x", schemes)
    return dict(env.email_url("EMAIL_URL", default=f"filemail:///{var / 'mail'}"))


def read_database(var: Path) -> dict[str, Any]:
    """Django's database settings; SQLite is tuned for many short writers."""
    schemes = ("postgres", "postgresql", "psql", "sqlite")
    read_url("DATABASE_URL", "sqlite:///x", schemes)
    database: dict[str, Any] = dict(
        env.db_url("DATABASE_URL", default=f"sqlite:///{var / 'snoopi.sqlite3'}")
    )
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            " PRAGMA cache_size=-20000;",
        }
    else:
        database["CONN_MAX_AGE"] = 600
        database["CONN_HEALTH_CHECKS"] = True
        # A host that is gone is noticed in seconds, not in TCP's quarter of an hour.
        quick = {"connect_timeout": 5, "keepalives_idle": 30, "tcp_user_timeout": 20_000}
        database["OPTIONS"] = quick | database.get("OPTIONS", {})
    return database


def read_secret_key(var: Path) -> str:
    """The secret key: from the environment, else made once and kept under ``var``."""
    given = env.str("SECRET_KEY", default="")
    if given:
        return str(checked("SECRET_KEY", given, len(given) >= 32, "it needs 32 characters"))
    kept = var / "secret_key"
    if not kept.exists():
        var.mkdir(parents=True, exist_ok=True)
        kept.write_text(secrets.token_urlsafe(50))
        kept.chmod(0o600)
    return kept.read_text().strip()


def read_observatory_data() -> Path | None:
    """The folder of an operator's own tables, each of them read once; None where unset."""
    text = env.str("OBSERVATORY_DATA", default="")
    if not text:
        return None
    folder = Path(text).resolve()
    checked("OBSERVATORY_DATA", folder, folder.is_dir(), f"{folder} is no folder")
    readers = {**READERS, **QA_READERS, **DELIVERY_READERS}
    for path in (folder / name for name in readers):
        try:
            _ = path.exists() and read_table(path, readers)
        except BadTable as problem:
            checked("OBSERVATORY_DATA", folder, False, str(problem))
    return folder


def read_sources(name: str) -> tuple[SourceSetting, ...]:
    """The sources that are polled; what cannot be used is named without its address."""
    try:
        return parse_sources(env.str(name, default=""))
    except BadSetting as problem:
        raise ImproperlyConfigured(f"{name} is not usable: {problem}.") from None


def read_mirrors(name: str) -> tuple[Mirror, ...]:
    """The mirrors that a delivery waits for; what cannot be used is named without its address."""
    try:
        return parse_mirrors(env.str(name, default=""))
    except BadMirror as problem:
        raise ImproperlyConfigured(f"{name} is not usable: {problem}.") from None


def read_quick_links() -> list[tuple[str, str]]:
    """The side links as (name, URL) pairs."""
    text = env.str("QUICK_LINKS", default="")
    if not text:
        return DEFAULT_QUICK_LINKS
    pairs = [tuple(map(str.strip, part.split("=", 1))) for part in text.split(",")]
    good = all(len(pair) == 2 and _is_url(pair[1], ("http", "https")) for pair in pairs)
    checked("QUICK_LINKS", pairs, good, "write Name=https://…,Name=https://…")
    return [(pair[0], pair[1]) for pair in pairs]


DEFAULT_QUICK_LINKS = [
    ("User manual", "https://almascience.org/documents-and-tools"),
    ("Science portal", "https://almascience.org/"),
    ("Archive query", "https://almascience.org/aq/"),
    ("Helpdesk", "https://help.almascience.org/"),
]
