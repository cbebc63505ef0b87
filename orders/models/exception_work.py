"""The same act on many exceptions: what was asked for, and what became of each."""

from django.db import models
from django.db.models.functions import Now

from orders.models.exception import OrderException
from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.models import User
from portal.tenancy.scope import Scoped


class ExceptionWork(Claimable, Scoped):
    """One act on many exceptions, done in sets by a worker; its page tells how far it is.

    `values` holds what the act needs: the reason of a dismissal, the member, the time.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    act = models.CharField(max_length=10)
    values = DocumentField(default=dict)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    total = models.PositiveIntegerField()
    undoes = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="undone_by", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("undoes",), name="exception_work_undone_once"),)
        indexes = (models.Index(fields=("next_at",), name="exception_work_due", condition=~models.Q(state="done")),)

    def __str__(self) -> str:
        return f"{self.act} of {self.total}"


class ExceptionWorkItem(Scoped):
    """One exception of the work: whether it was dealt with, why not, and what it was before."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        LEFT = "left"

    work = models.ForeignKey(ExceptionWork, on_delete=models.CASCADE, related_name="items", db_index=False)
    exception = models.ForeignKey(OrderException, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING)
    why = models.CharField(max_length=500, default="", db_default="", blank=True)
    before = DocumentField(default=dict)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("work", "exception"), name="exception_work_item_once"),)
        indexes = (models.Index(fields=("work", "outcome", "id"), name="exception_work_left"),)

    def __str__(self) -> str:
        return f"{self.exception_id}: {self.outcome}"
