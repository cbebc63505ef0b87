"""Settings of the benchmarks: the product's own, on a database of their own.

Crash safety stays on, as for users. Only the name of the database differs, so that `make run` may
keep its data on the same server.
"""

import os

os.environ["SWITCHYARD_DB_POOL"] = "no"
os.environ.setdefault("LOG_LEVEL", "ERROR")

from portal.settings import *  # noqa: F403
from portal.settings import ALLOWED_HOSTS, DATABASES, STORAGES

ALLOWED_HOSTS.append("testserver")  # what Django's test client calls itself

NAME = "switchyard_bench"
DATABASES["default"]["NAME"] = NAME
# Without built assets the pages name their files unhashed; what is measured is the server.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
