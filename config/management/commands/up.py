"""`manage.py up`: a whole Fixproof from nothing, until Ctrl-C."""

import os
import signal
import sys
from types import FrameType
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.management.base import BaseCommand

from config import redis_url
from config.supervisor import commands, preflight, prepare
from config.supervisor.plan import Plan
from config.supervisor.signals import STOPPING


class Command(BaseCommand):
    """Prepares with Django, then becomes the supervisor, which does without."""

    help = "Prepare the database, then run Redis (where none is given), worker, scheduler and web server until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        for number in STOPPING:
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, _interrupt)
        try:
            plan = self._prepare()
        except (preflight.NotReadyError, commands.NoRedisServerError) as refusal:
            self.stderr.write(str(refusal))
            sys.exit(1)
        except KeyboardInterrupt:
            self.stdout.write("Stopped before anything was started.")
            sys.exit(0)
        self._become_supervisor(plan)

    def _prepare(self) -> Plan:
        lock = preflight.lock(settings.DATA_DIR)
        preflight.require_free_port(commands.bind_address(settings.PUBLIC_HOST), settings.PORT)
        if settings.REDIS_IS_EMBEDDED:
            commands.find_redis_server()
            preflight.prepare_socket(redis_url.embedded_socket(settings.DATA_DIR), settings.DATA_DIR)
        prepare.wait_for_database(self._say)
        prepare.migrate()
        login = prepare.ensure_admin(self._say, os.environ.get("ADMIN_PASSWORD", ""))
        announcement = ["", f"Fixproof runs at {settings.PUBLIC_URL}/", login, "Ctrl-C stops everything.", ""]
        load_sample = settings.LOAD_SAMPLE and prepare.is_empty()
        return commands.plan_for(settings, load_sample=load_sample, announcement=announcement, lock_fd=lock)

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _become_supervisor(self, plan: Plan) -> None:
        """Replace this process, which keeps its number and its lock."""
        reader, writer = os.pipe()
        os.write(writer, plan.to_json().encode())
        os.close(writer)
        os.set_inheritable(reader, True)
        os.set_inheritable(plan.lock_fd, True)
        sys.stdout.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        # From inside `config`, so that the package is found without importing the one around it; see its docstring.
        os.chdir(settings.BASE_DIR / "config")
        os.execve(sys.executable, [sys.executable, "-m", "supervisor", str(reader)], _environment())  # noqa: S606


def _environment() -> dict[str, str]:
    """Our environment as the children need it, who run in another folder than the one we were started in."""
    environment = {**os.environ, "DATA_DIR": str(settings.DATA_DIR)}
    environment.pop("ADMIN_PASSWORD", None)
    if settings.DATABASE_IS_SQLITE and "DATABASE_URL" in environment:
        environment["DATABASE_URL"] = "sqlite:///" + quote(os.path.abspath(settings.DATABASES["default"]["NAME"]))  # noqa: PTH100
    return environment


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
