"""Every setting, once. `docs/settings.md` lists the environment variables."""

from pathlib import Path

import django_stubs_ext

from portal import env
from portal.kit import postgres

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(env.text("SWITCHYARD_VAR", str(ROOT / "var")))

DEBUG = env.flag("SWITCHYARD_DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY", file=VAR / "secret_key")
CREDENTIAL_KEYS = env.words("CREDENTIAL_KEYS") or [env.secret("CREDENTIAL_KEY", file=VAR / "credential_key")]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS = env.flag("SWITCHYARD_HTTPS", False)
# Proxies of our own in front, each of which appends to X-Forwarded-For; without them nobody's word is taken for it.
PROXIES = env.number("SWITCHYARD_PROXIES", 0, low=0, high=9)

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "orders.apps.OrdersConfig",
    "integrations.apps.IntegrationsConfig",
    "automations.apps.AutomationsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "django_q",
    "axes",
    "csp",
]

# A filter of five hundred conditions, each with nine names in the builder's form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.kit.request_id.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.kit.nul.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.tenancy.sessions.SessionTimesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.tenancy.middleware.OrganizationMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.ui.context.shell",
            ],
            "libraries": {"ui": "portal.ui.templatetags.ui"},
        },
    }
]

# The pool belongs to web processes alone: it does not survive the fork of queue workers.
DATABASES = {
    "default": postgres.django_settings(
        env.text("DATABASE_URL"),
        var=VAR,
        pool=env.flag("SWITCHYARD_DB_POOL", False),
        statement_timeout=env.optional_number("SWITCHYARD_STATEMENT_TIMEOUT", low=0, high=86_400),
        safe=not env.flag("SWITCHYARD_TEST", False),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "portal:login"
LOGIN_REDIRECT_URL = "portal:dashboard"
LOGOUT_REDIRECT_URL = "portal:login"

# Five failures of an account, or twenty from an address, within fifteen minutes (reliability.md D).
AXES_FAILURE_LIMIT = 5
LOGIN_FAILURES_PER_ADDRESS = 20
AXES_COOLOFF_TIME = 0.25
AXES_HANDLER = "portal.tenancy.throttle.Throttle"
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "portal.tenancy.throttle.account"
AXES_CLIENT_IP_CALLABLE = "portal.tenancy.throttle.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_RESET_ON_SUCCESS = True
# Tries while locked do not prolong it, or anybody could keep a colleague out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "portal.pages.account.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 2 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.ui.errors.csrf_failed"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": (),
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [("dist", ROOT / "static" / "dist"), ("img", ROOT / "static" / "img")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# reliability.md B5. One task is a doorbell; what it finds is in tables. The watch lasts under a
# minute, so 90 s end only what hangs, and a task is repeated late enough never to run beside itself.
Q_CLUSTER = {
    "name": "switchyard",
    "orm": "default",
    "workers": env.number("SWITCHYARD_WORKERS", 4, low=1, high=64),
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.1,
    "timeout": 90,
    "retry": 360,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "guard_cycle": 0.5,
    "recycle": 500,
    "max_rss": 400_000,
    "save_limit": -1,
    "label": "Background work",
}

# Where each connector's outside system lives. `make run` points them at the sandbox stores.
CONNECTOR_ENDPOINTS = {
    "ecwid": {
        "api": env.text("ECWID_API_URL", "https://app.ecwid.com/api/v3"),
        "oauth": env.text("ECWID_OAUTH_URL", "https://my.ecwid.com/api/oauth"),
    },
    "shipbob": {"api": env.text("SHIPBOB_API_URL", "https://api.shipbob.com")},
}
# How often those may be called whose limit differs from account to account.
CONNECTOR_CALLS_PER_MINUTE = {
    "ecwid": env.number("ECWID_CALLS_PER_MINUTE", 540, low=10, high=1_000_000),
    "shipbob": env.number("SHIPBOB_CALLS_PER_MINUTE", 150, low=10, high=1_000_000),
}
CONNECTOR_APPS = {
    "ecwid": {
        "client_id": env.text("ECWID_CLIENT_ID"),
        "client_secret": env.text("ECWID_CLIENT_SECRET"),
    }
}
# host:port pairs that outgoing calls may reach although the address is private (sandboxes, an own ERP).
ALLOWED_PRIVATE_HOSTS = env.words("ALLOWED_PRIVATE_HOSTS")
SANDBOX_URL = env.text("SWITCHYARD_SANDBOX_URL")
# The sandbox of each connector that has one, for links to it.
SANDBOX_URLS = {"ecwid": SANDBOX_URL, "shipbob": env.text("SWITCHYARD_WAREHOUSE_SANDBOX_URL")}
# Where the outside world reaches this installation; without it, outside systems are only asked and never call.
PUBLIC_URL = env.text("SWITCHYARD_PUBLIC_URL")

# How many e-mails the rules of one organization may send in an hour; what comes after waits for a person.
RULE_EMAILS_PER_HOUR = env.number("RULE_EMAILS_PER_HOUR", 500, low=0, high=1_000_000)

# What users' JavaScript may use: one evaluation (automations.scripting.limits), and many (automations.engine.budget).
SCRIPT_LIMITS = {
    "filter_ms": env.number("SCRIPT_FILTER_MS", 250, low=10, high=10_000),
    "action_ms": env.number("SCRIPT_ACTION_MS", 1_000, low=10, high=10_000),
    "heap_mb": env.number("SCRIPT_HEAP_MB", 64, low=16, high=256),
    "result_bytes": env.number("SCRIPT_RESULT_KB", 256, low=1, high=1_024) * 1024,
    "console_bytes": env.number("SCRIPT_CONSOLE_KB", 16, low=1, high=256) * 1024,
    "queue_seconds": env.number("SCRIPT_QUEUE_SECONDS", 30, low=1, high=50),
}
SCRIPT_PROCESSES = env.number("SCRIPT_PROCESSES", 1, low=1, high=16)
SCRIPT_BUDGET = {
    "order_seconds": env.number("SCRIPT_ORDER_SECONDS", 5, low=1, high=50),
    "organization_seconds": env.number("SCRIPT_ORGANIZATION_SECONDS", 60, low=1, high=86_400),
    "failures": env.number("RULE_FAILURES_PER_HOUR", 20, low=1, high=1_000_000),
    "timeouts": env.number("RULE_TIMEOUTS_PER_HOUR", 5, low=1, high=1_000_000),
}

# The pace of one API key: so many requests a minute, and so many at once after a rest.
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600, low=1, high=100_000)
API_BURST = env.number("API_BURST", 60, low=1, high=100_000)

# An order that is ready for so many hours and was not sent is told as stuck.
ORDER_STUCK_HOURS = env.number("ORDER_STUCK_HOURS", 24, low=1, high=8_760)

# So many days what rules did is kept; longer while an open hold or an active exception needs it.
RUNS_KEPT_DAYS = env.number("RUNS_KEPT_DAYS", 365, low=1, high=36_500)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "portal.kit.request_id.RequestIdFilter"},
        "mask": {"()": "portal.kit.masking.MaskFilter"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id", "mask"]},
    },
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))},
    # django-q2 tells four lines of each task, and there is one a minute even when nothing happens.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
    },
}

SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # e-mails are unique by a constraint on their lower case, which the check does not see
    "axes.W006",  # portal.tenancy.throttle counts by address, with a higher limit: a warehouse shares one
]
