from django.apps import AppConfig


class SnoopiConfig(AppConfig):
    name = "snoopi"
