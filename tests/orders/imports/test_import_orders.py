import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, execute_from_command_line
from django.db import connection

from orders.models import Order, Source
from portal.tenancy.models import Organization
from tests.orders.imports import samples

ROOT = Path(settings.ROOT)


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_orders", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_summary_says_what_became_of_each_document(organization: Organization, tmp_path: Path) -> None:
    said = run(samples.write(tmp_path), "--format", "online-retail", "--organization", organization.public_id)
    assert said.splitlines()[0].startswith("100 %  8 of 8 documents, ")
    assert said.splitlines()[1:] == [
        "        5  orders",
        "        1  cancellations (as canceled orders)",
        "        2  refused",
        "        1    Quantity: A negative quantity outside a cancellation is a stock correction.",
        "        1    InvoiceNo: It is a bad-debt adjustment of the ledger, not an order.",
        "        8  documents in all",
        "New here 6, updated 0, unchanged 0.",
        "What was refused stands under Exceptions, each with its rows.",
    ]


@pytest.mark.django_db
def test_going_on_is_said(organization: Organization, tmp_path: Path) -> None:
    path = samples.write(tmp_path)
    run(path, "--format", "online-retail", "--organization", organization.name, "--limit", 4)
    said = run(path, "--format", "online-retail", "--organization", organization.name)
    assert "Went on after the first 4, which were taken in before." in said


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(organization: Organization, tmp_path: Path) -> None:
    said = run(samples.write(tmp_path), "--format", "online-retail", "--dry-run")
    assert said.startswith("100 %  8 of 8 documents, ")
    assert "        5  orders" in said
    assert said.endswith("Nothing was written (--dry-run).\n")
    assert not Source.across.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("none.csv", "--format", "online-retail"), "There is no file “none.csv”; check its name."),
        (("none.csv", "--format", "fax"), "There is no import format “fax”; known are: online-retail."),
        (
            ("none.csv", "--format", "online-retail", "--organization", "nobody"),
            "There is no organization “nobody”; name one with --organization:",
        ),
        (("none.csv", "--format", "online-retail", "--limit", "0"), "“0” is not a whole number above 0"),
        (("none.csv",), "the following arguments are required: --format"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_code_2(
    organization: Organization, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert sentence in str(raised.value)
    assert raised.value.returncode in (1, 2)  # argparse's own are 2 on the command line


@pytest.mark.django_db
def test_several_organizations_need_a_name(organization: Organization, tmp_path: Path) -> None:
    Organization.objects.create(name="Zeta")
    with pytest.raises(CommandError, match="There are several organizations; name one with --organization: ") as raised:
        run(samples.write(tmp_path), "--format", "online-retail")
    assert raised.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_by_signal_9_goes_on_and_takes_nothing_twice(
    organization: Organization, tmp_path: Path
) -> None:
    path = samples.write(tmp_path)
    killed = start(path, organization, {"SWITCHYARD_FAILPOINTS": "import.before_commit=kill@3"})
    assert killed.returncode == -signal.SIGKILL
    assert Order.objects.within(organization).count() == 3
    said = run(path, "--format", "online-retail", "--batch", 2, "--organization", organization.public_id)
    assert "Went on after the first 4, which were taken in before." in said
    assert "New here 6, updated 0, unchanged 0." in said
    assert Order.objects.within(organization).count() == 6


@pytest.mark.django_db
def test_a_wrong_file_ends_the_command_with_code_2(
    organization: Organization, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = samples.write(tmp_path, header="a,b")
    with pytest.raises(SystemExit) as ended:  # by the way of the command line, which makes the code of the mistake
        execute_from_command_line(["manage.py", "import_orders", str(path), "--format", "online-retail"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("CommandError: “sales.csv.gz” does not have the columns of this format")
    assert "Traceback" not in said


def start(path: Path, organization: Organization, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process of its own, on this test's database."""
    command = [sys.executable, "-m", "tests.orders.imports.command", str(path), organization.public_id]
    environment = os.environ | environment | {"TEST_DATABASE": connection.settings_dict["NAME"]}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
