"""Registries hold what their folders hold, and entries are whole."""

import pkgutil
from importlib import import_module
from typing import Any

import pytest

from automations.engine.actions import actions
from automations.engine.triggers import triggers
from automations.inputs.kind import kinds
from orders.exceptions.catalogue import exception_types
from orders.imports.format import formats
from portal.events.catalogue import event_types
from portal.events.dispatch import consumers
from portal.filters.shape import operators
from portal.kit.registry import DuplicateKey, Registry, Unknown

formats.discover("orders.imports.formats")

FOLDERS: dict[str, Registry[Any]] = {
    "automations.actions": actions,
    "automations.triggers": triggers,
    "orders.exceptions.types": exception_types,
    "orders.imports.formats": formats,
    "portal.filters.operators": operators,
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_module_of_a_folder_is_an_entry_and_bears_its_name(folder: str) -> None:
    entries = FOLDERS[folder].keys()
    modules = {module.name for module in pkgutil.iter_modules(import_module(folder).__path__)}
    assert {key.lower().replace("-", "_") for key in entries} == modules


@pytest.mark.parametrize("registry", [actions, triggers, exception_types, event_types], ids=lambda one: str(one.name))
def test_no_two_entries_have_the_same_words(registry: Registry[Any]) -> None:
    labels = [str(entry.label) for entry in registry.all()]
    assert sorted(set(labels)) == sorted(labels)
    assert all(labels)


@pytest.mark.parametrize("key", actions.keys())
def test_the_editor_offers_every_setting_of_an_action_and_no_other(key: str) -> None:
    action = actions.get(key)
    offered = [name for one in action.inputs for name in kinds.get(one.kind).settings(one)]
    assert sorted(offered) == sorted(action.settings.model_fields)


@pytest.mark.parametrize("key", actions.keys())
def test_a_choice_of_an_action_is_one_that_its_settings_take(key: str) -> None:
    action = actions.get(key)
    for one in action.inputs:
        for value, _label in one.choices:
            assert getattr(action.settings.model_validate({one.name: value}), one.name) == value


@pytest.mark.parametrize("key", triggers.keys())
def test_a_trigger_names_events_that_its_consumer_hears(key: str) -> None:
    heard = consumers.get("automations").events
    assert triggers.get(key).events <= heard
    assert {event_types.get(name).entity for name in triggers.get(key).events} <= {triggers.get(key).entity}


@pytest.mark.parametrize("name", consumers.keys())
def test_people_hear_of_every_consumers_parked_events(name: str) -> None:
    assert consumers.get(name).on_parked is not None


def test_a_key_that_is_used_twice_stops_the_start() -> None:
    registry: Registry[object] = Registry("thing")
    first = registry.register("a", object())
    assert registry.register("a", first) is first
    with pytest.raises(DuplicateKey, match=r"The thing “a” is registered twice"):
        registry.register("a", object())


def test_an_unknown_key_is_told_with_those_there_are() -> None:
    registry: Registry[object] = Registry("thing")
    registry.register("b", object())
    with pytest.raises(Unknown, match=r"There is no thing “c”; known are: b"):
        registry.get("c")
