"""The database and the first user, before anything is started."""

import os
import secrets
import time
from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config.supervisor.preflight import NotReadyError

DATABASE_WITHIN_SECONDS = 30.0
ADMIN = "admin"
CHANGE = f"to change it: manage.py changepassword {ADMIN}"


def wait_for_database(say: Callable[[str], object], *, within: float = DATABASE_WITHIN_SECONDS) -> None:
    """Return when the database answers. Raises NotReadyError when it does not so many seconds long (SQLite: at once)."""
    # libpq's own default is to wait for ever for a host that swallows packets.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
    deadline = time.monotonic() + (0.0 if connection.vendor == "sqlite" else within)
    told = False
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            if time.monotonic() > deadline:
                raise NotReadyError(f"The database does not answer: {reason}. Is it running, and is DATABASE_URL right?") from error
            if not told:
                say(f"The database does not answer yet ({reason}); waiting up to {within:g} s.")
            told = True
            time.sleep(0.5)
        else:
            return


def migrate() -> None:
    """Bring the database to the newest schema, in silence where it has that."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False)


def ensure_admin(say: Callable[[str], object], given: str) -> str:
    """Make the superuser `admin` where there is none; how to log in, as a sentence. A password that exists is never changed."""
    users = get_user_model()._default_manager
    admin = users.filter(username=ADMIN).first()
    if admin is None:
        password = given or secrets.token_urlsafe(12)
        users.create_superuser(username=ADMIN, email="", password=password)
        if given:
            return f"Log in as {ADMIN} with the password in ADMIN_PASSWORD."
        # Said now and not at the end: should the start fail in between, nobody would ever learn it.
        say(f"Made the user {ADMIN} with the password {password} (shown only this once; {CHANGE})")
        return f"Log in as {ADMIN} with the password printed above."
    if not given:
        return f"Log in as {ADMIN} with the password printed at the first start ({CHANGE})."
    if admin.check_password(given):
        return f"Log in as {ADMIN} with the password in ADMIN_PASSWORD."
    return f"Log in as {ADMIN} with the password that was set before, not the one in ADMIN_PASSWORD ({CHANGE})."


def is_empty() -> bool:
    """Whether nobody has put anything in yet: no project."""
    # Here, not at the top: the light half of this package is imported without Django's apps.
    from incidents.models import Project

    return not Project.objects.exists()
