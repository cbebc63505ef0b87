"""The Django half of `make run`'s preparation: tables, static files, the demo organization."""

import hashlib
import io
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands

from tools.steps import Stop, step


def main() -> None:
    """Bring everything up to date. Raises Stop with one sentence."""
    with _told("The settings cannot be loaded"):
        django.setup()
    with step("Bringing the tables up to date"), _told("The tables cannot be brought up to date"):
        call_command("migrate", interactive=False, verbosity=0)
    static_files()
    demo()


def static_files() -> None:
    """Collect the static files, where one of them has changed."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    found = _static_fingerprint()
    if mark.exists() and mark.read_text() == found:
        return
    with step("Collecting the static files"), _told("The static files cannot be collected"):
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(found)


def demo() -> None:
    """Load the demo organization on first use, and keep its words for `make run` to show."""
    if "demo" not in get_commands():
        return
    said = io.StringIO()
    with step("Looking after the demo organization"), _told("The demo organization cannot be loaded"):
        call_command("demo", if_empty=True, stdout=said)
    (settings.VAR / "welcome.txt").write_text(said.getvalue())


def _static_fingerprint() -> str:
    from django.contrib.staticfiles.finders import get_finders

    hash_ = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            hash_.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    return hash_.hexdigest()


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        log = Path("var") / "prepare-error.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(traceback.format_exc())
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Stop(f"{what}: {reason[:300]} (the whole story is in {log}).")


if __name__ == "__main__":
    main()
