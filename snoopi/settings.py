"""Settings of the site; everything that differs between sites is in ``environment``."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from kombu import Queue

from snoopi import environment, logs
from snoopi.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()

DEBUG = environment.read_flag("DEBUG")
SECRET_KEY = environment.read_secret_key(VAR_DIR)
BASE_URL = environment.read_url("BASE_URL", "http://127.0.0.1:8000", ("http", "https"))
# The machine itself always reaches its site: for health checks, and before it has a name.
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[]), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts",
    "projects",
    "qa",
    "deliveries",
    "ingest",
    "snoopi",
]

MIDDLEWARE = [
    "snoopi.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "snoopi.view_as.ViewAsMiddleware",
]

ROOT_URLCONF = "snoopi.urls"
WSGI_APPLICATION = "snoopi.wsgi.application"
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
                "snoopi.pages.context.frame",
            ],
            "builtins": ["snoopi.templatetags.display", "snoopi.templatetags.report"],
        },
    }
]

DATABASES = {"default": environment.read_database(VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    environment.read_url("REDIS_URL", "", ("redis", "rediss", "unix"))
# Rendered fragments only, keyed by version: each process keeps its own, no server needed.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATA_DIR = Path(env.str("DATA_DIR", default=str(VAR_DIR / "data")))
ARC_MIRRORS = environment.read_mirrors("ARC_MIRRORS")
DELIVERY_ATTEMPTS = int(environment.read_number("DELIVERY_ATTEMPTS", 100, most=1_000_000))
FILES_BY_NGINX = environment.read_flag("FILES_BY_NGINX")
OBSERVATORY_DATA = environment.read_observatory_data()
DEMO_DIR = VAR_DIR / "demo" / "observatory"

# The embedded site: no server but its own, for one machine and for trying out.
EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3") and not REDIS_URL

vars().update(environment.read_email(VAR_DIR))
EMAIL_TIMEOUT = environment.read_number("MAIL_TIMEOUT_SECONDS", 15, most=60) or 15
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"snoopi@{urlsplit(BASE_URL).hostname}")
# Elsewhere people wait for mail, and files under var/ reach nobody.
MAIL_CONFIGURED = EMBEDDED or bool(env.str("EMAIL_URL", default=""))

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
AXES_FAILURE_LIMIT = int(environment.read_number("LOGIN_FAILURES", 5))
AXES_COOLOFF_TIME = environment.read_number("LOGIN_LOCK_MINUTES", 15) / 60
AXES_USERNAME_CALLABLE = "accounts.lockout.attempted_username"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

TRUSTED_PROXIES = int(environment.read_number("TRUSTED_PROXIES", 0))
SECURE_SITE = urlsplit(BASE_URL).scheme == "https"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SITE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SITE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SITE
SECURE_SSL_REDIRECT = SECURE_SITE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
# What Plotly adds to a page: an empty style that it fills rule by rule, and the style of maps
# that we draw none of. Any other inline style stays refused.
_NOTHING = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
_MAPS = "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", _NOTHING, _MAPS],
        # An empty style attribute; one that says anything is refused.
        "style-src-attr": ["'unsafe-hashes'", _NOTHING],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "snoopi.plotly_script.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "snoopi.staticfiles.StaticStorage"},
}
WHITENOISE_USE_FINDERS = True
# Source maps are for developers of those files; compressing them is half of a cold start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["png", "gz", "br", "woff", "woff2", "map"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["snoopi.api.authentication.TokenOrSession"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "snoopi.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "snoopi.api.errors.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SnooPI",
    "DESCRIPTION": "Where a telescope project stands, from accepted proposal to delivered data.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

CELERY_BROKER_URL = REDIS_URL or None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A door that rings waits this long for a broker that answers nobody, and no longer.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BEAT_SCHEDULE = {
    # One that is not done by the time of the next has nothing to add to it.
    "sweep": {"task": "snoopi.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "sources": {
        "task": "snoopi.tasks.poll_due_sources",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "deliveries": {
        "task": "snoopi.tasks.deliver",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "blankets": {
        "task": "snoopi.tasks.lengthen",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "seasons": {
        "task": "snoopi.tasks.end_seasons",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "mail": {"task": "snoopi.tasks.send_mail", "schedule": 5.0, "options": {"expires": 5}},
    "reminders": {"task": "snoopi.tasks.remind", "schedule": 300.0, "options": {"expires": 300}},
    "stage-ages": {"task": "snoopi.tasks.refresh_ages", "schedule": 3600.0},
}
# What takes long keeps only its own worker waiting where one is given to it (-Q deliveries).
CELERY_TASK_QUEUES = tuple(Queue(name) for name in ("celery", "mail", "sources", "deliveries"))
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {
    "snoopi.tasks.poll_source": {"queue": "sources"},
    "snoopi.tasks.deliver": {"queue": "deliveries"},
    "snoopi.tasks.send_mail": {"queue": "mail"},
    "snoopi.tasks.remind": {"queue": "mail"},
}

EXECUTION_TOLERANCE = environment.read_number("EXECUTION_TOLERANCE", 0.05)
DELIVERY_HOLD_SECONDS = environment.read_number("DELIVERY_HOLD_SECONDS", 600, most=31_622_400)
DIGEST_HOUR = int(environment.read_number("DIGEST_HOUR", 6, most=23))
REQUEUE_AFTER_FAIL = environment.read_choice("REQUEUE_AFTER_FAIL", "now", ("now", "jao"))
REVIEWER_IS_NOT_REDUCER = environment.read_flag("REVIEWER_IS_NOT_REDUCER", default="true")
EXECUTION_FRACTION_CAP = environment.read_number("EXECUTION_FRACTION_CAP", 2, most=99)
INGEST_MAX_BYTES = int(environment.read_number("INGEST_MAX_BYTES", 32 * 1024 * 1024))
DATA_UPLOAD_MAX_MEMORY_SIZE = INGEST_MAX_BYTES
INGEST_SOURCES = environment.read_sources("INGEST_SOURCES")
VIEW_AS_TIME = timedelta(minutes=environment.read_number("VIEW_AS_MINUTES", 60, most=1440))
QUICK_LINKS = environment.read_quick_links()

DEMO_PASSWORD = env.str("SNOOPI_DEMO_PASSWORD", default="")

LOGGING = environment.read_logging(embedded=EMBEDDED)
logs.configure()
