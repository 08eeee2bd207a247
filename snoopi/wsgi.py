"""The WSGI application."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from snoopi.checks import mail_is_configured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoopi.settings")

application = get_wsgi_application()

for problem in mail_is_configured():
    logging.getLogger(__name__).warning("%s %s", problem.msg, problem.hint)
