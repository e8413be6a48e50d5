from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Installed so that Django finds `manage.py up`."""

    name = "config"
