"""Settings of the site, from the environment alone; the README's table describes each variable."""

import datetime
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from metya import env

# Lets typed code write ModelAdmin[Post] and QuerySet[Post] at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var")))
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR={str(DATA_DIR)!r} cannot be made ({error.strerror}).") from error

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
SECRET_KEY = env.secret("SECRET_KEY", "insecure-key-for-development-only" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: give SECRET_KEY or SECRET_KEY_FILE (or DEBUG=1 to develop).")

# --- where the site is -------------------------------------------------------------------------------------------
# Domain and origin of sign-in messages come from here alone, never from the Host header.
SITE_URL = env.origin("SITE_URL", "http://127.0.0.1:8000")
SITE_DOMAIN = urlsplit(SITE_URL).netloc
SECURE = SITE_URL.startswith("https://")
COMMUNITY_NAME = env.text("COMMUNITY_NAME", "Metya")
# How somebody who cannot sign in reaches the moderators: an e-mail address, or the address of a page.
CONTACT = env.text("CONTACT")
_HOST = urlsplit(SITE_URL).hostname or "127.0.0.1"
_LOCAL = ["localhost", "127.0.0.1"] if _HOST in ("localhost", "127.0.0.1") else []
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS") or sorted({_HOST, *_LOCAL})
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, high=10)

# --- parts -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "metya.wallets.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "metya.wallets",
    "metya.members",
    "metya.ops",
    "social",
    "rewards",
]
MIDDLEWARE = [
    "metya.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "metya.ops.middleware.HealthMiddleware",
    # A page of posts is repetitive: 90 KB become 8. Random bytes are added against BREACH, and masks CSRF tokens.
    "metya.web.middleware.LightGzipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "metya.web.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "metya.wallets.middleware.EndedAccountMiddleware",
    "metya.members.middleware.PreferencesMiddleware",
    "metya.web.middleware.ActionErrorMiddleware",
    "social.profiles.middleware.OnboardingMiddleware",
    # The innermost: for those outside of it, staff who look at the site as a member stay who they are.
    "social.looks.middleware.LookMiddleware",
]
ROOT_URLCONF = "metya.urls"
WSGI_APPLICATION = "metya.wsgi.application"
ASGI_APPLICATION = "metya.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "metya.web.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django.templatetags.tz",
                "social.templatetags.metya",
                "social.templatetags.shapes",
                "social.templatetags.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database, cache, live layer, jobs ---------------------------------------------------------------------------
DATABASE_URL = env.url(
    "DATABASE_URL", f"sqlite:///{DATA_DIR / 'metya.sqlite3'}", schemes=("sqlite", "postgres", "postgresql")
)
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
DATABASE_POOL = env.integer("DATABASE_POOL", 8, low=1, high=200)
ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if ON_SQLITE:
    # IMMEDIATE takes the write lock at BEGIN, so that two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;PRAGMA cache_size=-65536;",
    }
else:
    # A request waits ten seconds for a connection, not half a minute: a lost database is said while people still look.
    # Who may see what makes statements whose estimates look dear: compiling one takes 200 ms, running it 2.
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10},
        "options": "-c jit=off",
        # Statements of metya.web.statements alone: Django's own cursors send whole texts, which the server never keeps.
        "prepare_threshold": 5,
    }
REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss"))
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "metya.web.cache.CountingCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL], "capacity": 1000}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
# One worker thread inside the web process: what the embedded set-up (SQLite, in-memory layer) needs.
EMBEDDED_WORKER = env.flag("EMBEDDED_WORKER")
# The database alone: a copy in Redis would bring sessions back that ended while it was away.
SESSION_ENGINE = "metya.web.session_store"

# --- accounts (django-allauth; members come in by wallet only) ---------------------------------------------------
AUTH_USER_MODEL = "wallets.Member"
AUTHENTICATION_BACKENDS = ["social.profiles.backends.MemberBackend"]
ACCOUNT_ADAPTER = "metya.wallets.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "metya.wallets.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"wallet": {}}
# Seen at most every five minutes (metya.wallets.sessions), not written at each request.
USERSESSIONS_TRACK_ACTIVITY = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "metya.wallets.adapter.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "metya.wallets.forms.AddPasskeyForm",
    "authenticate_webauthn": "metya.wallets.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "metya.wallets.forms.ReauthenticatePasskeyForm",
}
MFA_TOTP_ISSUER = COMMUNITY_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# --- wallets and chain -------------------------------------------------------------------------------------------
DEVELOPMENT_CHAIN_ID = 31337
ALLOW_DEVELOPMENT_CHAIN = DEBUG or DEMO
WALLET_CHAINS = env.numbers("WALLET_CHAINS", "1,10,56,137,8453,42161")
if ALLOW_DEVELOPMENT_CHAIN:
    WALLET_CHAINS.append(DEVELOPMENT_CHAIN_ID)
WALLET_RPC_URLS = env.pairs("WALLET_RPC_URLS")
CHAIN_RPC_URL = env.url("CHAIN_RPC_URL")
CHAIN_ID = env.integer("CHAIN_ID", DEVELOPMENT_CHAIN_ID if ALLOW_DEVELOPMENT_CHAIN else 1)
CHAIN_CONFIRMATIONS = env.integer("CHAIN_CONFIRMATIONS", 1 if CHAIN_ID == DEVELOPMENT_CHAIN_ID else 12, high=10_000)
CHAIN_MAX_FEE_GWEI = env.integer("CHAIN_MAX_FEE_GWEI", 200, low=1)
ROOT_DELAY_SECONDS = env.integer("ROOT_DELAY_SECONDS", 0 if DEMO else 86_400)
UPDATER_KEY = env.secret("UPDATER_KEY")
UPDATER_KEY_PASSWORD = env.secret("UPDATER_KEY_PASSWORD")

# --- rewards -----------------------------------------------------------------------------------------------------
GENESIS_DATE = env.text("GENESIS_DATE")
if GENESIS_DATE:
    try:
        datetime.date.fromisoformat(GENESIS_DATE)
    except ValueError as error:
        raise ImproperlyConfigured(f"GENESIS_DATE={GENESIS_DATE!r} is not a date like 2026-01-31.") from error
EPOCHS_DIR = DATA_DIR / "epochs"
# The public records of rounds of training.
TRAINING_DIR = DATA_DIR / "training"
# Grains for each nano-nat by which the held-out loss of the community's model surely fell. A hundredth of a nat is a feed
# that puts about one pair in a hundred the right way round that it did not before; it is worth 1,000 MET, a third of what a
# community of thirty sets aside for training in a day. Where less was set aside, that is the limit.
TRAINING_RATE = env.integer("TRAINING_RATE", 100_000, high=10**9)
# What foretells choices between styles gets better by far more nats for as little.
STYLES_RATE = env.integer("STYLES_RATE", 1_000, high=10**9)

# --- security ----------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE and TRUSTED_PROXIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
# No third cookie: messages wait in the session.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "metya.wallets.views.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = [] if SECURE else ["security.W004", "security.W008", "security.W012", "security.W016"]

# --- uploads and what is fetched ---------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS = [
    "social.posts.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
IMAGE_MAX_BYTES = 8 * 1024 * 1024
IMAGE_MAX_PIXELS = 40_000_000
# Whether the pages that public posts link to are asked what they are about, and the answer shown.
LINK_PREVIEWS = env.flag("LINK_PREVIEWS", True)
# Which services the drafting assistant may ask, and by which key: an administrator chooses one of them, nobody sees the key.
ASSISTANT_URLS = env.origins("ASSISTANT_URLS")
ASSISTANT_KEY = env.secret("ASSISTANT_KEY")
if not re.fullmatch(r"[\x21-\x7e]*", ASSISTANT_KEY):
    raise ImproperlyConfigured("ASSISTANT_KEY must be one word of ASCII characters.")

# --- push and mail -----------------------------------------------------------------------------------------------
VAPID_PRIVATE_KEY = env.secret("VAPID_PRIVATE_KEY")
# Whom push services write to when something goes wrong; they take a site by https or a mail address.
VAPID_CONTACT = env.text(
    "VAPID_CONTACT", f"https://{_HOST}" if SECURE and "." in _HOST else "mailto:webmaster@localhost"
)
if not re.fullmatch(r"https://[\w-]+\.[\w.-]+|mailto:[^@\s]+@[\w.-]+", VAPID_CONTACT):
    raise ImproperlyConfigured(f"VAPID_CONTACT={VAPID_CONTACT!r} is neither https://host nor mailto:name@host.")

# Without a mail server nothing is offered that would need one; a demo writes its mails into a folder.
EMAIL_SERVER = env.mail_server("EMAIL_URL")
EMAIL_FROM = env.text("EMAIL_FROM", f"{COMMUNITY_NAME} <noreply@{_HOST}>")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM
SENDS_MAIL = bool(EMAIL_SERVER) or DEMO
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = EMAIL_SERVER.get("host", ""), EMAIL_SERVER.get("port", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL_SERVER.get("user", ""), EMAIL_SERVER.get("password", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SERVER.get("starttls", False), EMAIL_SERVER.get("tls", False)
EMAIL_TIMEOUT = 15
if DEMO and not EMAIL_SERVER:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")

# --- files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = env.text("MEDIA_URL", "/media/")
SERVE_MEDIA = MEDIA_URL == "/media/" and (DEBUG or DEMO or env.flag("SERVE_MEDIA"))
MEDIA_ROOT = DATA_DIR / "media"
# Pictures of messages, of drafts and of posts that are not for everyone: served only by views that judge who asks; never give
# this folder to a web server.
PRIVATE_ROOT = DATA_DIR / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 3600

# --- language, time, logs ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
# Each by its own name, which whoever looks for it can read. A new one: locale/README.md.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
# A visitor's choice; PreferencesMiddleware puts what a member chose over it.
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "metya.web.formats"
TIME_ZONE = "UTC"
USE_TZ = True
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "metya.web.requestid.RequestIdFilter"},
        "not_health": {"()": "metya.web.requestid.NotHealthFilter"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        # A 503 of /healthz says itself what is down; unexpected errors are logged with their traceback all the same.
        "django.request": {"level": "ERROR", "filters": ["not_health"]},
    },
}
