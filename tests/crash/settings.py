"""Settings of the worker processes that crash tests start: the test's own database and sandbox."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, Q_CLUSTER

DATABASES["default"]["NAME"] = os.environ["CRASH_DATABASE"]
# A worker that dies takes its lease with it; a short one shows the healing within the test.
Q_CLUSTER["workers"] = 3
