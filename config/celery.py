"""The Celery application and its schedule.

Celery only makes things sooner: every task works on rows that are already committed, and the
sweeps below send again whatever was not finished. That is why results are not kept and why
a lost message loses nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fixproof")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "take up batches that were left": {"task": "ingestion.tasks.sweep_batches", "schedule": 10.0},
    "rank issues again as time passes": {"task": "incidents.tasks.rank_projects", "schedule": 60.0},
    "follow the logs after a fix": {"task": "audits.tasks.follow_the_logs", "schedule": 60.0},
    "write to GitHub what is due": {"task": "incidents.tasks.push_to_github", "schedule": 10.0},
    "take up deliveries that were left": {"task": "incidents.tasks.process_deliveries", "schedule": 10.0},
    "read what changed on GitHub": {"task": "incidents.tasks.poll_github", "schedule": 60.0},
    "wake ignored issues": {"task": "incidents.tasks.wake_ignored_issues", "schedule": 60.0},
}
