"""`manage.py filter_schema`: print the JSON Schema of filters, of any or of those of one entity."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.api.resources import of_entity, resources
from portal.filters.schema import json_schema
from portal.kit import json


class Command(BaseCommand):
    """Prints the schema that `/api/v1/schemas/` publishes; reads nothing else."""

    help = "Prints the JSON Schema of filters. Example: manage.py filter_schema order > order-filter.json"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the entity."""
        parser.add_argument("entity", nargs="?", default="", metavar="ENTITY", help="order, exception or run")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        entity = options["entity"]
        resource = of_entity(entity) if entity else None
        if entity and resource is None:
            known = ", ".join(one.catalogue.entity for one in resources.all())
            raise CommandError(f"There is no entity “{entity}”. Entities are: {known}.")
        self.stdout.write(json.pretty(json_schema(resource.catalogue if resource else None)))
