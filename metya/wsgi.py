"""Pages only (production: granian or gunicorn); what is live is served by asgi.py."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metya.settings")
application = get_wsgi_application()
