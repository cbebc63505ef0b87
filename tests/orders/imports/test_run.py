from pathlib import Path

import pytest
from django.db import transaction

from orders.imports.format import UnreadableFile, formats
from orders.imports.formats.online_retail import read
from orders.imports.run import ImportedElsewhere, import_file, preview
from orders.models import Order, OrderException, Source
from orders.models.import_run import ImportRun
from portal.audit.actor import Actor
from portal.kit import failpoints
from portal.kit.failpoints import FailpointReached
from portal.tenancy.models import Organization
from tests.orders.imports import samples

BY = Actor.system("Import")
FORM = formats.get("online-retail")

pytestmark = pytest.mark.django_db


def statuses(organization: Organization) -> dict[str, str]:
    return dict(Order.objects.within(organization).values_list("ext_order_id", "status"))


def test_a_file_becomes_orders_cancellations_and_exceptions(organization: Organization, tmp_path: Path) -> None:
    outcome = import_file(organization, FORM, samples.write(tmp_path), by=BY)
    assert (outcome.tally.orders, outcome.tally.cancellations, outcome.tally.created) == (5, 1, 6)
    assert statuses(organization) == {
        "700001": "new",
        "700002": "new",
        "C700003": "canceled",
        "700006": "new",
        "700007": "new",
        "700008": "new",
    }
    assert Source.objects.within(organization).get().name == "Online Retail (import)"


def test_what_was_refused_is_an_exception_that_keeps_its_rows(organization: Organization, tmp_path: Path) -> None:
    import_file(organization, FORM, samples.write(tmp_path), by=BY)
    kept = OrderException.objects.within(organization).order_by("id")
    assert [bytes(one.raw or b"").splitlines()[1].split(b",")[0] for one in kept] == [b"700004", b"A700005"]
    assert "stock correction" in kept[0].message


def test_a_second_run_finds_everything_unchanged(organization: Organization, tmp_path: Path) -> None:
    path = samples.write(tmp_path)
    import_file(organization, FORM, path, by=BY)
    before = list(Order.objects.within(organization).order_by("id").values_list("id", "version", "updated_at"))
    tally = import_file(organization, FORM, path, by=BY).tally
    assert (tally.created, tally.updated, tally.unchanged, tally.refused.total()) == (0, 0, 6, 2)
    assert list(Order.objects.within(organization).order_by("id").values_list("id", "version", "updated_at")) == before
    assert OrderException.objects.within(organization).count() == 2


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = samples.write(tmp_path)
    monkeypatch.setattr(failpoints, "_points", {"import.before_commit": ("raise", 3)})
    monkeypatch.setattr(failpoints, "_seen", {})
    with pytest.raises(FailpointReached):
        import_file(organization, FORM, path, by=BY, batch=2)
    assert len(statuses(organization)) == 3
    outcome = import_file(organization, FORM, path, by=BY, batch=2)
    assert outcome.started_at == 4
    assert (outcome.tally.documents, outcome.tally.created, outcome.tally.unchanged) == (8, 6, 0)
    assert len(statuses(organization)) == 6
    assert ImportRun.objects.within(organization).get().finished_at is not None


def test_a_renamed_copy_goes_on_and_another_file_begins_anew(organization: Organization, tmp_path: Path) -> None:
    import_file(organization, FORM, samples.write(tmp_path), by=BY, limit=4)
    copy = samples.write(tmp_path, name="copy.csv.gz")
    assert import_file(organization, FORM, copy, by=BY).started_at == 4
    other = samples.write(tmp_path, samples.ROWS.replace("TEAPOT", "TEACUP"), name="other.csv.gz")
    outcome = import_file(organization, FORM, other, by=BY)
    assert outcome.started_at == 0
    assert (outcome.tally.updated, outcome.tally.unchanged) == (2, 4)


def test_a_limit_takes_the_first_documents_and_taking_them_again_changes_nothing(
    organization: Organization, tmp_path: Path
) -> None:
    path = samples.write(tmp_path)
    assert import_file(organization, FORM, path, by=BY, limit=2).tally.created == 2
    again = import_file(organization, FORM, path, by=BY, limit=2)
    assert (again.started_at, again.tally.created, again.tally.unchanged) == (0, 0, 2)
    assert import_file(organization, FORM, path, by=BY, limit=10_000).started_at == 2


def test_an_import_that_another_one_overtook_stops_and_writes_nothing(
    organization: Organization, tmp_path: Path
) -> None:
    path = samples.write(tmp_path)
    overtaken: list[int] = []

    def overtake(done: int, total: int) -> None:
        overtaken.append(done)
        if done == 2:
            ImportRun.across.update(position=5)

    with pytest.raises(ImportedElsewhere), transaction.atomic():
        import_file(organization, FORM, path, by=BY, batch=2, progress=overtake)
    assert overtaken == [0, 2]


def test_organizations_import_the_same_file_apart(organization: Organization, tmp_path: Path) -> None:
    path = samples.write(tmp_path)
    other = Organization.objects.create(name="Other")
    import_file(organization, FORM, path, by=BY)
    assert import_file(other, FORM, path, by=BY).tally.created == 6
    assert len(statuses(other)) == len(statuses(organization)) == 6


def test_a_preview_counts_and_writes_nothing(tmp_path: Path) -> None:
    tally = preview(FORM, samples.write(tmp_path))
    assert (tally.orders, tally.cancellations, tally.refused.total()) == (5, 1, 2)
    assert not ImportRun.across.exists()
    assert not Source.across.exists()


def test_a_file_that_breaks_off_takes_nothing_in(organization: Organization, tmp_path: Path) -> None:
    path = samples.write(tmp_path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnreadableFile):
        import_file(organization, FORM, path, by=BY)
    assert not ImportRun.across.exists()


def test_the_documents_of_the_sample_are_eight(tmp_path: Path) -> None:
    assert read(samples.write(tmp_path)).total == 8
