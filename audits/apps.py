from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditsConfig(AppConfig):
    name = "audits"

    def ready(self) -> None:
        # Importing registers its system check.
        from audits.append_only import reinstall

        post_migrate.connect(reinstall, sender=self)
