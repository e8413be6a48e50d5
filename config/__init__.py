"""The top floor: settings, Celery, URLs, error documents, health and the `up` supervisor."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
