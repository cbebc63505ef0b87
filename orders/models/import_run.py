"""How far a file has been taken in."""

from django.db import models
from django.db.models.functions import Now

from orders.models.source import Source
from portal.kit.fields import DocumentField
from portal.tenancy.scope import Scoped


class ImportRun(Scoped):
    """An import of one file: a run that was cut off goes on from `position`.

    The file is known by its content, so that a copy or a renamed file goes on too. Position and
    tally are written in the transaction that takes the documents before the position.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="import_runs")
    format = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=300)
    total = models.PositiveIntegerField()
    position = models.PositiveIntegerField(default=0)
    tally = DocumentField(default=dict)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "format", "digest"), name="import_run_once_per_file"),)

    def __str__(self) -> str:
        return f"{self.file_name}: {self.position} of {self.total}"
