"""The only way to a record: through its organization.

`Model.objects.within(organization)` is a queryset of one organization's rows; any other use of
`objects` raises, so that a forgotten scope is an error at once and not a leak. Workers, admin and
migrations, which look after all organizations, say so by using `Model.across`.
"""

from typing import Any, ClassVar, NoReturn, Self, TypeVar

from django.db import models

from portal.tenancy.models import Organization

M = TypeVar("M", bound=models.Model)


class OrganizationMissing(RuntimeError):
    """A scoped model was asked for rows without saying of which organization."""


class ScopedManager(models.Manager[M]):
    """Hands out querysets of one organization, and nothing else."""

    def within(self, organization: Organization) -> models.QuerySet[M]:
        """Return the rows of `organization`."""
        return super().get_queryset().filter(organization=organization)

    def get_queryset(self) -> NoReturn:
        """Refuse. Raises OrganizationMissing."""
        raise OrganizationMissing(
            f"Say whose {self.model._meta.verbose_name_plural}: use .objects.within(organization), "
            f"or .across where all organizations are meant."
        )


class Scoped(models.Model):
    """A row that belongs to an organization."""

    # No index of its own: every index of a scoped table begins with the organization where it matters.
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)

    across: ClassVar[models.Manager[Self]] = models.Manager()
    objects: ClassVar[ScopedManager[Any]] = ScopedManager()

    class Meta:
        abstract = True
        default_manager_name = "across"
        base_manager_name = "across"
