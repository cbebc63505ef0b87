"""Rules and their versions.

A rule is edited; what it said at any time stands in its versions. The list of one trigger (which
rules, in which order, enabled or not) has versions too: an evaluation reads one of them whole, so
that it never sees half of an edit, and a run can say exactly what was live when it ran.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.kit.fields import DocumentField
from portal.kit.ids import new_public_id
from portal.tenancy.scope import Scoped


class RuleSet(Scoped):
    """The rules of one trigger in one organization; `published` is what runs now."""

    trigger = models.CharField(max_length=40)
    published = models.ForeignKey("RuleSetVersion", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organization", "trigger"), name="rule_set_once"),)

    def __str__(self) -> str:
        return self.trigger


class RuleSetVersion(Scoped):
    """The rules of a trigger as they were from one moment to the next; never altered.

    `entries` is a list of {"rule": id, "version": id, "enabled": bool, "watch": bool} in the order of
    evaluation, the default rule last.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    entries = DocumentField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    by_name = models.CharField(max_length=200)
    summary = models.TextField(default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule_set", "number"), name="rule_set_version_once"),)

    def __str__(self) -> str:
        return f"{self.rule_set} {self.number}"


class Rule(Scoped):
    """One rule. Its content stands in `current`; new rules are disabled."""

    class Mode(models.TextChoices):
        LIVE = "live", _("Live")
        WATCH = "watch", _("Watch only")

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    trigger = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    enabled = models.BooleanField(default=False)
    mode = models.CharField(max_length=5, choices=Mode, default=Mode.LIVE)
    position = models.PositiveIntegerField()
    is_default = models.BooleanField(default=False)
    current = models.ForeignKey("RuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "trigger"),
                condition=models.Q(is_default=True, deleted_at=None),
                name="rule_one_default",
            ),
        )
        indexes = (models.Index(fields=("organization", "trigger", "position"), name="rule_in_order"),)

    def __str__(self) -> str:
        return self.name


class RuleVersion(Scoped):
    """What a rule said from one save to the next; never altered (`automations.definition`)."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = DocumentField()
    created_at = models.DateTimeField(db_default=Now())
    by_name = models.CharField(max_length=200)
    summary = models.CharField(max_length=300, default="", db_default="", blank=True)
    """Where it comes from, when nobody typed it: restored, imported, copied, renamed."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),)

    def __str__(self) -> str:
        return f"{self.rule} {self.number}"
