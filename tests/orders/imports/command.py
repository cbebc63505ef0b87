"""Runs the import as a process of its own on the database of a test (which pytest has renamed)."""

import os
import sys

import django
from django.conf import settings
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    django.setup()
    path, organization = sys.argv[1:]
    execute_from_command_line(
        [
            "manage.py",
            "import_orders",
            path,
            "--format",
            "online-retail",
            "--batch",
            "2",
            "--organization",
            organization,
        ]
    )
