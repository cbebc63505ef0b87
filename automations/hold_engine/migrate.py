"""Turning the Order Hold Engine into rules: seen beforehand, done once, in one transaction.

The default row becomes the action of the default rule; each row of a store becomes a New-order rule
with that store as its source, above all rules that are there. An engine that is switched off has held
nothing: its rows become rules that are switched off, and the default rule stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from automations import services, words
from automations.definition import Definition
from automations.hold_engine.meaning import Meaning
from automations.hold_engine.settings import RowSetting, Setting, SettingsChangedMeanwhile, log, setting_of
from automations.models import HoldEngine, Rule
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Organization

TRIGGER = "NEW_ORDER"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that a row becomes."""

    source: Source
    name: str
    effect: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what a migration does."""

    enabled: bool
    """Whether the engine is on, and with it what it becomes."""
    default_before: str
    default_after: str
    rules: Sequence[NewRule]
    others_on: Sequence[str]
    """Names of rules there are already and that are on: they begin to act, after the new ones."""


def preview(engine: HoldEngine) -> Preview:
    """Return what the migration of an engine would do now. Writes nothing."""
    setting = setting_of(engine)
    default = _default_rule(engine.organization)
    before = words.effect(_definition(default)) if default else ""
    after = Meaning(setting.minutes, setting.next_status).words() if setting.enabled else before
    others = Rule.objects.within(engine.organization).filter(
        trigger=TRIGGER, deleted_at=None, is_default=False, enabled=True
    )
    names = list(others.order_by("position", "pk").values_list("name", flat=True))
    return Preview(setting.enabled, before, after, _new_rules(setting), names if setting.enabled else ())


def migrate(engine: HoldEngine, *, by: Actor, seen: int | None = None) -> bool:
    """Turn the engine into rules. Returns False where that was done before.

    `seen` is the version of the settings in the preview. Raises SettingsChangedMeanwhile when they
    have changed since, RuleInvalid when a rule could not be saved: then nothing is changed.
    """
    with transaction.atomic():
        engine = HoldEngine.across.select_for_update().select_related("organization").get(pk=engine.pk)
        if engine.migrated_at is not None:
            return False
        if seen is not None and engine.version != seen:
            raise SettingsChangedMeanwhile(SettingsChangedMeanwhile.__doc__)
        setting = setting_of(engine)
        services.ensure_defaults(engine.organization)
        made = [_make(engine, one, by, enabled=setting.enabled) for one in _new_rules(setting)]
        for place, rule in enumerate(made, start=1):
            services.move(rule, place, by=by)
        if setting.enabled:
            _save_default(engine, setting, by)
        engine.version += 1
        HoldEngine.across.filter(pk=engine.pk).update(migrated_at=Now(), migrated_by=by.name, version=engine.version)
        log(engine, by, "migrated", f"Migrated to Automations: the default rule and {len(made)} rules of stores.")
    return True


def _new_rules(setting: Setting) -> list[NewRule]:
    return [_new_rule(row) for row in setting.rows]


def _new_rule(row: RowSetting) -> NewRule:
    meaning = Meaning(row.minutes, row.next_status)
    verb = "Send on" if row.minutes is None else "Hold"
    return NewRule(row.source, f"{verb} orders of {row.source.name}"[:120], meaning.words(), meaning)


def _make(engine: HoldEngine, one: NewRule, by: Actor, *, enabled: bool) -> Rule:
    definition = Definition(
        name=one.name,
        description="From the Order Hold Engine.",
        sources=(one.source.public_id,),
        actions=(one.meaning.spec,),
    )
    rule = services.create_rule(engine.organization, TRIGGER, definition, by=by)
    return services.set_enabled(rule, enabled, by=by)


def _save_default(engine: HoldEngine, setting: Setting, by: Actor) -> None:
    default = _default_rule(engine.organization)
    assert default is not None
    spec = Meaning(setting.minutes, setting.next_status).spec
    services.save_rule(default, _definition(default).model_copy(update={"actions": (spec,)}), by=by)


def _default_rule(organization: Organization) -> Rule | None:
    rows = Rule.objects.within(organization).filter(trigger=TRIGGER, is_default=True, deleted_at=None)
    found: Rule | None = rows.select_related("current", "organization").first()
    return found


def _definition(rule: Rule) -> Definition:
    assert rule.current is not None
    return Definition.model_validate(rule.current.definition)
