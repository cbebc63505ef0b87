"""Who changed what, when and why; written in the transaction of the change and never altered."""

from django.db import models
from django.db.models.functions import Now

from portal.kit.fields import DocumentField
from portal.tenancy.scope import Scoped


class History(Scoped):
    """One change of one entity.

    `changes` is a JSON Patch (RFC 6902) whose entries also carry the `old` value, so that it can be
    read and applied both ways: the entity at version n is the present one with the newer changes undone.
    """

    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=40)
    summary = models.TextField()
    changes = DocumentField(default=list)
    run_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=("entity_type", "entity_id", "id"), name="history_of_entity"),)

    def __str__(self) -> str:
        return f"{self.verb} {self.entity_type} {self.entity_id}: {self.summary}"
