"""Logs: one JSON object a line for machines, a short line for people, secrets in neither.

Needs no settings, so that a process which serves nothing itself writes in the same form.
"""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

FORMATS = ("json", "lines")
LEVELS = ("debug", "info", "warning", "error")
OURS = ("accounts", "projects", "qa", "deliveries", "ingest", "snoopi")
HIDDEN = "[hidden]"

_SECRET_NAMES = re.compile(r"(?i)password|passwd|secret|token|authorization|cookie|session")
_SECRET_TEXTS = (
    # Credentials in a header, in an address before the host, in a query string, in a cookie.
    re.compile(r"(?i)(?<=\btoken )[\w-]{16,}"),
    re.compile(r"(?i)(?<=\bbearer )\S{16,}"),
    re.compile(r"(?<=://)[^\s/@]+(?=@)"),
    re.compile(
        r"(?i)(?<=[?&;])([\w-]*(?:password|secret|token|session|key|sig)[\w-]*=)[^\s&;'\"]+"
    ),
    # A link of a mail's that changes settings without a log-in.
    re.compile(r"(?<=/mail/unsubscribe/)[^\s/'\"]+"),
    re.compile(r"(?i)\b((?:sessionid|csrftoken|csrfmiddlewaretoken)=)[^\s&;'\"]+"),
)


def configuration(form: str, level: str) -> dict[str, Any]:
    """The `logging` configuration: our rooms from ``level`` on, libraries from warnings on."""
    libraries = "ERROR" if level == "error" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _EVERY_LINE,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    hide_secrets,
                    *_renderers(form),
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": libraries},
        "loggers": {
            **{name: {"level": level.upper()} for name in OURS},
            # Every request has a line of ours; Django adds its own only to what went wrong.
            "django.request": {"level": "ERROR"},
            "_granian": {"level": "WARNING"},
        },
    }


def configure() -> None:
    """Let our own lines take the way of everybody's: through `logging`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_EVERY_LINE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def default_format(*, embedded: bool) -> str:
    """Lines for the embedded site and wherever a person looks on, else JSON."""
    return "lines" if embedded or sys.stderr.isatty() else "json"


def hide_secrets(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Processor: no token, password, session or cookie leaves in any field."""
    for name, value in line.items():
        if _SECRET_NAMES.search(name):
            line[name] = HIDDEN
        elif isinstance(value, str):
            line[name] = without_secrets(value)
    return line


def in_short(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Processor: a request in the order in which people read it."""
    if line["event"] == "request":
        told = [line.pop(name) for name in ("method", "path", "status", "duration_ms")]
        line["event"] = "{} {} {} in {} ms".format(*told)
    line["at"] = line["at"][11:19]
    return line


def without_secrets(text: str) -> str:
    """The text with every credential in it replaced."""
    for secret in _SECRET_TEXTS:
        text = secret.sub(rf"\g<1>{HIDDEN}" if secret.groups else HIDDEN, text)
    return text


def _renderers(form: str) -> list[Processor]:
    if form == "json":
        return [
            structlog.processors.format_exc_info,
            # A traceback is a text by now, and may quote what a library was given.
            hide_secrets,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [
        structlog.processors.format_exc_info,
        hide_secrets,
        in_short,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=0, timestamp_key="at"
        ),
    ]


_EVERY_LINE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.processors.StackInfoRenderer(),
]


def keep_logging(**_: Any) -> None:
    """Receive Celery's question how to log: as the site does, warnings included."""
    logging.captureWarnings(capture=True)
