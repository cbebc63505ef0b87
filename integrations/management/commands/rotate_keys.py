"""`manage.py rotate_keys`: seal every credential with the key in front."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.models import Credential
from integrations.models.credential import context
from portal.deliveries import signing
from portal.kit import secrets

_STEP = 100


class Command(BaseCommand):
    """Put the new key first in CREDENTIAL_KEYS, run this, then take the old one out.

    Safe to stop and to run again: what is sealed with the first key already is passed by.
    """

    help = "Seals every stored credential with the first of CREDENTIAL_KEYS. Example: manage.py rotate_keys --dry-run"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only a dry run."""
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal anew. Raises CommandError when some do not open with any key."""
        sealed = failed = 0
        for one in Credential.objects.select_related("integration").iterator(chunk_size=_STEP):
            if secrets.sealed_with_first_key(bytes(one.sealed)):
                continue
            try:
                text = one.open()
            except secrets.CannotOpen as error:
                failed += 1
                self.stderr.write(f"{one.integration} ({one.integration.public_id}), {one.field}: {error}")
                continue
            sealed += 1
            if not options["dry_run"]:
                again = secrets.seal(text, context=context(one.integration, one.field))
                Credential.objects.filter(pk=one.pk, sealed=one.sealed).update(sealed=again)
        signing_sealed, signing_failed = signing.seal_again(dry_run=options["dry_run"])
        if signing_failed:
            self.stderr.write(f"{signing_failed} webhook secrets: make new ones under Settings, API keys")
        sealed, failed = sealed + signing_sealed, failed + signing_failed
        self.stdout.write(f"{'To seal' if options['dry_run'] else 'Sealed'} with the first key: {sealed}")
        if failed:
            raise CommandError(f"{failed} could not be opened; connect those integrations again.")
