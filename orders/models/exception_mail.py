"""Who is told of exceptions by e-mail, and what waits to be told."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.exception import OrderException
from portal.kit.fields import DocumentField
from portal.tenancy.scope import Scoped


class ExceptionMail(Scoped):
    """How an organization hears of one category of exceptions."""

    class Mode(models.TextChoices):
        OFF = "off", _("Off")
        NOW = "now", _("At once")
        DAILY = "daily", _("Once a day")

    category = models.CharField(max_length=60)
    mode = models.CharField(max_length=5, choices=Mode, default=Mode.OFF)
    at = models.TimeField(default=dt.time(8, 0))
    """Time of the daily digest, in the organization's timezone."""
    members = DocumentField(default=list)
    """User ids of members who get it; who has left gets nothing."""
    addresses = DocumentField(default=list)
    number = models.PositiveIntegerField(default=0)
    """Counts the mails that were asked for: part of their key, so that none goes out twice."""
    sent_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    """When the next digest is due, or what waits is told; None: there is nothing to tell."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization", "category"), name="exception_mail_once"),)
        indexes = (models.Index(fields=("next_at",), name="exception_mail_due"),)

    def __str__(self) -> str:
        return f"{self.category}: {self.mode}"


class ExceptionMailWaiting(Scoped):
    """A new exception that its category's next mail tells of; the row goes with that mail."""

    mail = models.ForeignKey(ExceptionMail, on_delete=models.CASCADE, related_name="waiting", db_index=False)
    exception = models.ForeignKey(OrderException, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("mail", "exception"), name="exception_mail_waiting_once"),)

    def __str__(self) -> str:
        return f"{self.exception_id} waits for {self.mail_id}"
