"""A new kind of record with a trigger is one file each: the engine, the pages and the history take it as it is.

Here are both, as small as they can be, for parcels that stand in a dictionary.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import pytest
from django.test import Client

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.actions import Action, Context, actions
from automations.engine.apply import Asked, run_records
from automations.engine.entities import Change, NoSuchRecord, Record, entities
from automations.engine.moves import NoSettings
from automations.engine.plan import Remark
from automations.engine.triggers import Trigger, triggers
from automations.models import RuleCounter, RuleOnce, Run
from orders.models import OrderException, Source
from portal.audit.actor import Actor
from portal.filters.codec import encode
from portal.filters.fields import Catalogue, Field, Type
from portal.filters.tree import Condition, Group
from portal.kit.json import Json
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
PARCEL = Catalogue(
    "parcel",
    "parcel",
    [Field("weight", "Weight", Type.NUMBER, "Parcel"), Field("label", "Label", Type.TEXT, "Parcel")],
)


class Parcels:
    """The kind of record “parcel”."""

    key, label, plural = "parcel", "parcel", "Parcels"

    def __init__(self) -> None:
        self.documents: dict[int, Json] = {1: {"weight": 3, "label": "P-1"}, 2: {"weight": 30, "label": "P-2"}}
        self.versions = {1: 1, 2: 1}
        self.written: list[tuple[int, str, str]] = []

    def catalogue(self) -> Catalogue:
        return PARCEL

    def load(self, organization: Organization, ids: Collection[int]) -> dict[int, Record]:
        return {pk: self._record(pk) for pk in ids if pk in self.documents}

    def lock(self, ids: Iterable[int]) -> dict[int, int]:
        return {pk: self.versions[pk] for pk in ids}

    def former(self, records: Mapping[int, Record], versions: Mapping[int, int]) -> dict[int, Json]:
        return {pk: records[pk].document for pk in versions}

    def beside(self, record: Record) -> Json:
        return {}

    def write(self, organization: Organization, changes: Sequence[Change]) -> None:
        for change in changes:
            self.written += [(change.record.id, act.write.summary, act.by.name) for act in change.acts]

    def find(self, organization: Organization, wanted: str) -> Record:
        for pk, document in self.documents.items():
            if document["label"] == wanted:
                return self._record(pk)
        raise NoSuchRecord(f"There is no parcel “{wanted}” here.")

    def recent(self, organization: Organization, count: int = 10) -> list[tuple[str, str]]:
        return [(f"{pk:016x}", document["label"]) for pk, document in self.documents.items()]

    def url(self, public_id: str) -> str:
        return f"/parcels/{public_id}"

    def _record(self, pk: int) -> Record:
        document = self.documents[pk]
        return Record(pk, f"{pk:016x}", document["label"], self.versions[pk], "", dict(document))


def _note(settings: NoSettings, context: Context) -> list[Remark]:
    return [Remark(f"{context.document['label']} is heavy")]


@pytest.fixture
def parcels(monkeypatch: pytest.MonkeyPatch) -> Parcels:
    """The two modules, registered for as long as a test lasts."""
    for registry in (entities, triggers, actions):
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
    found = Parcels()
    entities.register("parcel", found)
    triggers.register(
        "PARCEL_WEIGHED",
        Trigger("PARCEL_WEIGHED", "Parcel weighed", "parcel", frozenset(), PARCEL, lambda told: told["weight"] > 0,
                explains="Runs when a parcel was on the scales."),
    )  # fmt: skip
    actions.register(
        "note_parcel",
        Action("note_parcel", "Note", frozenset({"parcel"}), NoSettings, _note, lambda settings: "note its weight"),
    )
    return found


def a_rule(organization: Organization, spec: FilterSpec, **values: bool) -> None:
    definition = Definition(name="Heavy", filter=spec, actions=(ActionSpec(key="note_parcel"),), **values)
    services.set_enabled(services.create_rule(organization, "PARCEL_WEIGHED", definition, by=ANN), True, by=ANN)


HEAVY = FilterSpec(tree=encode(Group("all", (Condition("weight", "gt", 20),))))


def weigh(organization: Organization) -> None:
    run_records("PARCEL_WEIGHED", organization, [Asked(1), Asked(2), Asked(99)])


@pytest.mark.parametrize("spec", [HEAVY, FilterSpec(kind="code", code="return entity.weight > 20")])
def test_the_engine_runs_rules_on_it(parcels: Parcels, organization: Organization, spec: FilterSpec) -> None:
    a_rule(organization, spec)
    weigh(organization)
    assert parcels.written == [(2, "P-2 is heavy", "Heavy")]
    run = Run.across.get()
    assert (run.entity_type, run.entity_public_id, run.entity_label, run.status) == (
        "parcel", f"{2:016x}", "P-2", "completed",
    )  # fmt: skip
    counter = RuleCounter.across.get()
    assert (counter.matches, counter.non_matches) == (1, 1)


def test_a_rule_runs_once_for_it(parcels: Parcels, organization: Organization) -> None:
    a_rule(organization, HEAVY, once=True)
    weigh(organization)
    weigh(organization)
    assert len(parcels.written) == 1
    assert RuleOnce.across.get().entity_type == "parcel"


def test_what_does_not_match_the_trigger_any_more_is_not_judged(parcels: Parcels, organization: Organization) -> None:
    a_rule(organization, FilterSpec())
    parcels.documents[2]["weight"] = 0
    weigh(organization)
    assert [pk for pk, *_ in parcels.written] == [1]


def test_code_that_fails_on_it_raises_an_exception_about_it(parcels: Parcels, organization: Organization) -> None:
    a_rule(organization, FilterSpec(kind="code", code="throw new Error('scales')"))
    weigh(organization)
    told = OrderException.across.filter(type="rule_failed", entity_type="parcel")
    assert sorted(told.values_list("entity_label", flat=True)) == ["P-1", "P-2"]


def test_it_is_changed_meanwhile_and_judged_as_it_is_then(parcels: Parcels, organization: Organization) -> None:
    a_rule(organization, HEAVY)
    locked = parcels.lock

    def changes(ids: Iterable[int]) -> dict[int, int]:
        if parcels.versions[1] == 1:
            parcels.documents[1] = {"weight": 25, "label": "P-1"}
            parcels.versions[1] = 2
        return locked(ids)

    parcels.lock = changes  # type: ignore[method-assign]
    weigh(organization)
    assert sorted(pk for pk, *_ in parcels.written) == [1, 2]


def test_its_actions_serve_it_alone(parcels: Parcels, organization: Organization) -> None:
    definition = Definition(name="R", actions=(ActionSpec(key="cancel"),))
    with pytest.raises(services.RuleInvalid, match="does not serve this kind of record"):
        services.create_rule(organization, "PARCEL_WEIGHED", definition, by=ANN)


def test_its_pages_are_there(parcels: Parcels, as_owner: Client, source: Source) -> None:
    a_rule(source.organization, HEAVY)
    weigh(source.organization)
    page = as_owner.get("/automations/?trigger=PARCEL_WEIGHED").content.decode()
    assert page.index("Exceptions</h2>") < page.index("Parcels</h2>") < page.index("Parcel weighed")
    assert "Runs when a parcel was on the scales." in page
    assert "when weight is over 20" in page
    assert as_owner.get("/automations/new/PARCEL_WEIGHED/").status_code == 200
    history = as_owner.get("/automations/history/").content.decode()
    assert f"/parcels/{2:016x}" in history
    assert as_owner.get(f"/automations/history/{Run.across.get().public_id}/").status_code == 200


def test_nothing_of_it_is_left_behind() -> None:
    assert "parcel" not in entities
    assert "PARCEL_WEIGHED" not in triggers
    assert "note_parcel" not in actions
