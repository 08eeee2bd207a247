#!/usr/bin/env python
"""Run a management command of SnooPI."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoopi.settings")
    try:
        settings.BASE_DIR  # noqa: B018 - reading one setting reads them all
    except ImproperlyConfigured as problem:
        # The operator needs the name and the reason, not our traceback.
        sys.exit(str(problem))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
