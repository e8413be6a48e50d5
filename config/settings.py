"""Settings come from the environment alone; docs/operations.md lists them.

What cannot be defaulted safely fails here, at start, with the name of the variable.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from kombu import Queue

from config import redis_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
LOAD_SAMPLE = env.bool("LOAD_SAMPLE", default=True)

# --- Databases -------------------------------------------------------------------------------

_database: dict[str, Any] = (
    env.db("DATABASE_URL")
    if env.str("DATABASE_URL", default="")
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "fixproof.sqlite3")}
)
DATABASES = {"default": _database}
DATABASE_IS_SQLITE = _database["ENGINE"] == "django.db.backends.sqlite3"
if DATABASE_IS_SQLITE:
    _database["OPTIONS"] = {
        "timeout": 20,
        # A deferred transaction that reads first and writes later fails at once when another writer came between.
        "transaction_mode": "IMMEDIATE",
        # FULL: what was acknowledged must survive a power cut, and NORMAL may lose the last commits.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    _database.setdefault("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
    # Updates of many rows are long statements that run once: compiling them takes longer than running them.
    _database["OPTIONS"] = {"options": "-c jit=off", **_database.get("OPTIONS", {})}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _secret_key() -> str:
    """The given key; with the embedded database one that is made once and kept beside it."""
    given = env.str("SECRET_KEY", default="")
    if given:
        return given
    if not DATABASE_IS_SQLITE:
        raise ImproperlyConfigured("SECRET_KEY is not set. Give the web, worker and scheduler the same long random value.")
    kept = DATA_DIR / "secret_key"
    try:
        with kept.open("x") as file:
            kept.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return kept.read_text()


SECRET_KEY = _secret_key()

# --- Web -------------------------------------------------------------------------------------

PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted({"localhost", "127.0.0.1", "[::1]", PUBLIC_HOST}))
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "config",
    "ingestion",
    "audits",
    "incidents",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "config.problems.RefuseNulMiddleware",
    "config.problems.DatabaseBusyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.problems.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

STATIC_URL = "static/"
# Served from the packages themselves, so that a fresh clone needs no collecting step.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Bodies from outside ---------------------------------------------------------------------

MEGABYTE = 1024 * 1024
MAX_BODY_BYTES = env.int("MAX_BODY_MB", default=32) * MEGABYTE
# The contract's 512 MB after decompression belong to the default of 32 MB; the ratio is kept.
MAX_DECOMPRESSED_BYTES = 16 * MAX_BODY_BYTES
MAX_WAITING_BYTES = env.int("MAX_WAITING_MB", default=2048) * MEGABYTE
RETENTION_DAYS = env.int("RETENTION_DAYS", default=30)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

# --- REST ------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["incidents.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["incidents.api.permissions.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "incidents.api.pagination.Pages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["incidents.api.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.answer",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Fixproof",
    "DESCRIPTION": "The system of record between a log line that complains and a fix that is proven.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "IssueState": "incidents.models.IssueState",
        "BatchState": "ingestion.models.BatchState",
        "Severity": "incidents.api.fields.SEVERITY_NAMES",
        "IterationState": "audits.models.IterationState",
        "FindingSeverity": "audits.models.Finding.Severity",
        "Verdict": "audits.models.iteration.VERDICTS",
        "ReviewVerdict": "audits.models.Review.Verdict",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "incidents.api.schema.add_problems"],
}

# --- Celery ----------------------------------------------------------------------------------

REDIS_IS_EMBEDDED = not env.str("REDIS_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="") or redis_url.embedded(DATA_DIR)

CELERY_BROKER_URL = redis_url.for_celery(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A request must not wait for a broker that is away: the row is committed, the sweep sends it later.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_connect_timeout": 2, "max_retries": 0}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# The sweep must not stand behind the batches that it is there for. A worker takes from all queues in turn.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("schedule"), Queue("github")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {
    "ingestion.tasks.sweep_batches": {"queue": "schedule"},
    # GitHub may be slow; it must not stand before the logs, nor behind them.
    "incidents.tasks.push_to_github": {"queue": "github"},
    "incidents.tasks.process_deliveries": {"queue": "github"},
    "incidents.tasks.poll_github": {"queue": "github"},
    "incidents.tasks.*": {"queue": "schedule"},
    "audits.tasks.*": {"queue": "schedule"},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_TIMEZONE = "UTC"

# --- GitHub ----------------------------------------------------------------------------------

GITHUB_API_URL = env.str("GITHUB_API_URL", default="https://api.github.com").rstrip("/")
GITHUB_TOKEN = env.str("GITHUB_TOKEN", default="")
GITHUB_APP_ID = env.str("GITHUB_APP_ID", default="")
# In one line, too: an environment file holds no line breaks.
GITHUB_APP_PRIVATE_KEY = env.str("GITHUB_APP_PRIVATE_KEY", default="").replace("\\n", "\n")
if GITHUB_APP_ID and not GITHUB_APP_PRIVATE_KEY:
    raise ImproperlyConfigured("GITHUB_APP_ID is set and GITHUB_APP_PRIVATE_KEY is not. Give both, or GITHUB_TOKEN.")
# Several hold at once while one takes the place of another.
GITHUB_WEBHOOK_SECRETS = [secret.strip() for secret in env.str("GITHUB_WEBHOOK_SECRET", default="").split(",") if secret.strip()]
MAX_WEBHOOK_BYTES = 25 * MEGABYTE

# --- Logging ---------------------------------------------------------------------------------

_shared_processors: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared_processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"]),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}

# --- Admin -----------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Fixproof",
    "SITE_HEADER": "Fixproof",
    "SITE_SUBHEADER": "from the log line to the proven fix",
    "SITE_SYMBOL": "verified",
    "SITE_URL": "/api/docs/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "incidents.admin.dashboard.fill",
    "STYLES": [lambda request: static("fixproof/admin.css")],
    "SIDEBAR": {"show_search": False, "navigation": "incidents.admin.navigation.sections"},
}
