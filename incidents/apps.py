from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "incidents"

    def ready(self) -> None:
        # The OpenAPI generator finds its extensions only when they have been imported.
        from incidents.api import schema  # noqa: F401
