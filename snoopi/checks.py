"""What `manage.py check --deploy` says about a site that others shall use."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.http.request import validate_host


def register_checks() -> None:
    """Let `check --deploy` ask the questions below."""
    register(mail_is_configured, Tags.compatibility, deploy=True)
    register(base_url_is_answered, Tags.security, deploy=True)
    register(proxies_are_counted, Tags.security, deploy=True)


def mail_is_configured(*_: Any, **__: Any) -> list[CheckMessage]:
    """Nobody reads mail that stays in files beside a production database."""
    if settings.MAIL_CONFIGURED:
        return []
    hint = "Set EMAIL_URL, such as smtp://mail.example.org:25 (filemail:///folder keeps files)."
    return [Error("Mail is not configured.", hint=hint, id="snoopi.E001")]


def base_url_is_answered(*_: Any, **__: Any) -> list[CheckMessage]:
    """A link in a mail leads to a host that the site answers to."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    hint = f"Add {host} to ALLOWED_HOSTS, or change BASE_URL."
    return [Error("The site refuses the host of BASE_URL.", hint=hint, id="snoopi.E002")]


def proxies_are_counted(*_: Any, **__: Any) -> list[CheckMessage]:
    """With TLS ending before the site, callers are told apart by what the proxy says."""
    if not settings.SECURE_SITE or settings.TRUSTED_PROXIES:
        return []
    hint = "Set TRUSTED_PROXIES to the number of proxies in front."
    problem = "BASE_URL is https, yet no proxy is trusted: one locked log-in locks all callers."
    return [checks.Warning(problem, hint=hint, id="snoopi.W001")]
