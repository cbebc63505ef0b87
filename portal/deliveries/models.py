"""What shall leave the house, once: a row for each intent, whatever happens on the way."""

from django.db import models
from django.db.models.functions import Now

from portal.kit.claims import Claimable
from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class Delivery(Claimable, Scoped):
    """One effect outside: a message, a shipping request, tracking (design.md section 5, reliability.md B2).

    `key` names the intent and stays the same over every retry; it goes to the outside system where
    that can tell repeats by it. While `uncertain` is set, the effect may have happened already: the
    row is never sent again blindly.
    """

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    payload = DocumentField(default=dict)
    uncertain = models.BooleanField(default=False, db_default=False)
    answer = DocumentField(null=True)
    held_for = models.CharField(max_length=40, default="", db_default="", blank=True)
    """Why it was held back (`senders.HeldBack.cause`); stays when a person has said that it shall be sent."""
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=("organization", "kind", "key"), name="delivery_once"),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False, uncertain=False),
                name="delivery_done_is_certain",
            ),
        )
        indexes = (models.Index(fields=("next_at", "id"), name="delivery_due", condition=~models.Q(state="done")),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class DeliveryPace(Scoped):
    """How many deliveries of a kind an organization has sent in the present hour (`portal.deliveries.pace`)."""

    kind = models.CharField(max_length=40)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization", "kind"), name="delivery_pace_once"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.count}"


class SigningSecret(Scoped):
    """The secret that signs an organization's webhooks, sealed (`portal.deliveries.signing`).

    After a rotation the one before it signs as well until `former_until`.
    """

    sealed = models.BinaryField()
    last_four = models.CharField(max_length=4)
    made_at = models.DateTimeField(db_default=Now())
    former = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization",), name="signing_secret_once"),)

    def __str__(self) -> str:
        return f"signing secret of {self.organization_id}"
