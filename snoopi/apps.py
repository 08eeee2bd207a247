from django.apps import AppConfig

from snoopi.checks import register_checks


class SnoopiConfig(AppConfig):
    name = "snoopi"

    def ready(self) -> None:
        register_checks()
