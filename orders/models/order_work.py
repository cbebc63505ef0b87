"""The same act on many orders: what was asked for, and what became of each."""

from django.db import models
from django.db.models.functions import Now

from orders.models.order import Order
from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.models import User
from portal.tenancy.scope import Scoped


class OrderWork(Claimable, Scoped):
    """One act on many orders, done in sets by a worker; its page tells how far it is.

    `values` holds what the act needs: the tags, the systems, whether units go back into stock.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    act = models.CharField(max_length=16)
    values = DocumentField(default=dict)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    total = models.PositiveIntegerField()
    undoes = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="undone_by", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("undoes",), name="order_work_undone_once"),)
        indexes = (models.Index(fields=("next_at",), name="order_work_due", condition=~models.Q(state="done")),)

    def __str__(self) -> str:
        return f"{self.act} of {self.total}"


class OrderWorkItem(Scoped):
    """One order of the work: whether it was dealt with, why not, and what it was before."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        LEFT = "left"

    work = models.ForeignKey(OrderWork, on_delete=models.CASCADE, related_name="items", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING)
    why = models.CharField(max_length=500, default="", db_default="", blank=True)
    before = DocumentField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("work", "order"), name="order_work_item_once"),)
        indexes = (models.Index(fields=("work", "outcome", "id"), name="order_work_left"),)

    def __str__(self) -> str:
        return f"{self.order_id}: {self.outcome}"
