"""One settings file for all environments; differences come from the environment.

Every name read here stands in `.env.example` and `docs/reference/settings.md`; a test compares.
"""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent

# The demo: plain http, plain cookie names, a login button per role, localhost only.
DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY", example="64 random characters")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
FIELD_KEYS = env.text("FIELD_KEYS", example="1:<32 random bytes in base64>")
INDEX_KEY = env.text("INDEX_KEY", default="")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", default="localhost,127.0.0.1")
BASE_URL = env.text("BASE_URL", default="http://localhost:8000").rstrip("/")

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
if DEMO and not set(ALLOWED_HOSTS) <= LOCAL_HOSTS:
    raise ImproperlyConfigured(
        "DEMO=1 gives anybody a login button. It runs on localhost only: "
        "set ALLOWED_HOSTS=localhost,127.0.0.1, or leave DEMO out."
    )

# Moves the clock of the domain in the demo and in journeys; read by core.clock, refused elsewhere.
CLOCK_OFFSET_FILE = env.path("CLOCK_OFFSET_FILE")
if CLOCK_OFFSET_FILE and not DEMO:
    raise ImproperlyConfigured("CLOCK_OFFSET_FILE moves the clock; it works with DEMO=1 only.")

INSTALLED_APPS = [
    "core",
    "pool",
    "matching",
    "scheduling",
    "insight",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.forms",  # FORM_RENDERER TemplatesSetting finds the widgets there
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.http.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.access.login.SessionLimitsMiddleware",
    "core.access.login.SecondFactorMiddleware",
    # It owns the transaction and the rendering of every signed-in request; what comes after it
    # looks at views only.
    "core.access.middleware.RegionMiddleware",
    "pool.joining.ConsentMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.naast", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "core.ui.context.frame",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database ---------------------------------------------------------------------------------
# One alias; the process chooses the URL by saying which role it means to be (docs/adr/0004).
DATABASE_ROLE = env.text("DATABASE_ROLE", default="app")
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", default="naast_app")
_URL_OF_ROLE = {
    "app": "DATABASE_URL",
    "owner": "MIGRATION_DATABASE_URL",
    "worker": "WORKER_DATABASE_URL",
    "backup": "BACKUP_DATABASE_URL",
}
if DATABASE_ROLE not in _URL_OF_ROLE:
    raise ImproperlyConfigured("DATABASE_ROLE is one of app, owner, worker, backup")
_database = env.database(
    env.text(_URL_OF_ROLE[DATABASE_ROLE], example="postgresql://naast_app@127.0.0.1/naast")
)
# Without JIT: compiling a plan costs more than any of these small queries.
_timeouts = "-c jit=off -c lock_timeout=4000 -c idle_in_transaction_session_timeout=60000"
if DATABASE_ROLE == "app":
    _timeouts += " -c statement_timeout=10000"
DATABASES = {
    "default": {
        **_database,
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_database["OPTIONS"], "options": _timeouts},  # type: ignore[dict-item]
    },
    # The refused request rolls back; its denial is written through this second connection.
    "denials": {
        **_database,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {**_database["OPTIONS"], "options": "-c lock_timeout=2000"},  # type: ignore[dict-item]
    },
}
DATABASE_ROUTERS = ["core.access.routers.DenialRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"

# --- Redis and Celery -------------------------------------------------------------------------
REDIS_URL = env.text("REDIS_URL", default="redis://127.0.0.1:6379/0")
_socket = REDIS_URL.startswith("unix://")
CACHES = {
    "default": {
        "BACKEND": "core.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "naast",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1).split("?")[0] + "?virtual_host=1"
    if _socket
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A nudge is never worth waiting for: the sweep finds what it dropped.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "global_keyprefix": "naast:",
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # the row is the truth; a lost task is found by the next look
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Messages ---------------------------------------------------------------------------------
EMAIL_URL = env.text("EMAIL_URL", default="")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", default="Naast <afspraak@naast.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if EMAIL_URL:
    globals().update(env.email(EMAIL_URL))
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
elif DEMO:
    # Every message is already a row; the demo shows rows as the recipient's phone would.
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# The demo's phones need no gateway; anywhere else "none" has to be said, never forgotten.
SMS_GATEWAY_URL = env.text(
    "SMS_GATEWAY_URL", default="none" if DEMO else None, example="https://sms.example/v1/messages"
)
SMS_GATEWAY_KEY = env.text("SMS_GATEWAY_KEY", default="")
SMS_WEBHOOK_KEYS = env.names("SMS_WEBHOOK_KEYS")
SMS_SENDER = env.text("SMS_SENDER", default="Naast")
SMS_GATEWAY_URL = env.gateway(SMS_GATEWAY_URL, SMS_GATEWAY_KEY, *SMS_WEBHOOK_KEYS)

HEARTBEAT_URL = env.heartbeat(env.text("HEARTBEAT_URL", default=""))

# --- People -----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "core.access.passwords.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LIMITED_HOME = "scheduling:agenda"  # where a session begins that may see hours only
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "core.access.adapters.InvitationOnlyAdapter"
MFA_ADAPTER = "core.access.adapters.SealedMfaAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation went to that address
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers
ACCOUNT_SESSION_REMEMBER = False  # how long a session lives is a matter of the role
PASSWORD_RESET_TIMEOUT = 1800
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "Naast"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation went to that address
MFA_RATE_LIMITS = False  # a passkey is nothing to guess at, so nothing may block it
MFA_FORMS = {
    "authenticate": "core.access.forms.SecondStepForm",
    "add_webauthn": "core.access.forms.AddKeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", default=0)

# --- Web --------------------------------------------------------------------------------------
_secure = not DEMO and not DEBUG
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # survives Redis, revocable at once
SESSION_COOKIE_NAME = "__Host-sid" if _secure else "naast_sid"
SESSION_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would log people out of links in mail
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "naast_csrf"
CSRF_COOKIE_SECURE = _secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.http.csrf_failure"
LANGUAGE_COOKIE_NAME = "naast_language"
SECURE_SSL_REDIRECT = _secure
# A redirect would hide from a gateway that it reports over plain http; it gets a 400.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^meldingen/sms$"]
SECURE_HSTS_SECONDS = 63_072_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
SECURE_HSTS_PRELOAD = _secure
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # not no-referrer: Origin null makes every form a 403
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
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
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# The usual handlers put what is larger into a temporary file, readable on the disk.
FILE_UPLOAD_HANDLERS = ["core.uploads.InMemory"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _secure
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _secure

# --- Language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- Logs: an allow-list, so that nothing sensitive can slip in ---------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.AllowListFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # would write the ids of people's passkeys
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.logs.StrictReporterFilter"

# --- History: context inside the event row, never in pghistory's shared table --------------------
PGHISTORY_DEFAULT_TRACKERS = ()

# The address is unique in lower case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
