"""Settings of the tests: their own files and their own database server, which is fast and thrown away.

A test never reads or writes what `make run` keeps.
"""

import os
from pathlib import Path

os.environ["SWITCHYARD_TEST"] = "yes"
os.environ.setdefault("SWITCHYARD_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, STATIC_ROOT, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where there is none
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# The process that leads the parallel workers keeps the server running until the last of them is done.
if "CLUSTER" in DATABASES["default"]:
    DATABASES["default"]["CLUSTER"].ensure()
