"""Which Python the environment is made of, and what is said where another one is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import install, interpreter
from tools.steps import Stop

KIND = "cpython 3 11 linux"
NAME = f"python3.{sys.version_info[1]}"


def program(folder: Path, *lines: str, ends: int = 0) -> str:
    """Write a program in a folder of its own that answers any question with these lines."""
    folder.mkdir()
    file = folder / NAME
    file.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) + f"exit {ends}\n")
    file.chmod(0o755)
    return str(file)


def python(folder: Path, *seconds: str, kind: str = KIND) -> str:
    """Write one that needs so long: the first time, the second time and so on, and from then on the last of these."""
    file = program(folder)
    asked = [f"elif [ ! -e {file}{n} ]; then : > {file}{n}; echo {one}" for n, one in enumerate(seconds)]
    answer = "\n".join(["if false; then :", *asked, f"else echo {seconds[-1]}", "fi"])
    Path(file).write_text(f"#!/bin/sh\necho '{kind}'\n{answer}\necho {file}\n")
    return file


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The Python that was called needs a second; it is in no virtual environment."""
    own = python(tmp_path / "own", "1.0")
    monkeypatch.setattr(sys, "executable", own)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    return own


def in_path(monkeypatch: pytest.MonkeyPatch, *programs: str) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([*(os.path.dirname(one) for one in programs), "", ".", "/nowhere"]))


def test_the_quickest_of_the_same_kind_is_taken(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quick, quickest = python(tmp_path / "quick", "0.7"), python(tmp_path / "quickest", "0.6")
    in_path(monkeypatch, quick, quickest)
    assert interpreter.quickest() == quickest
    assert capsys.readouterr().out == f"· Taking {quickest}: it needs 60% of the time of {called}\n"


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [
        (["0.95"], KIND),
        (["0.1", "0.1", "0.1", "1.1"], KIND),
        (["0.1"], "cpython 3 12 linux"),
        (["quick"], KIND),
    ],
    ids=["hardly quicker", "quicker while the machine was", "of another version", "no number"],
)
def test_what_is_not_clearly_better_is_passed_over(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: list[str], kind: str
) -> None:
    in_path(monkeypatch, python(tmp_path / "other", *seconds, kind=kind))
    assert interpreter.quickest() == called


@pytest.mark.parametrize(("lines", "ends"), [([KIND], 1), (["Usage: something else"], 0), ([], 0)])
def test_what_does_not_answer_is_passed_over(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], ends: int
) -> None:
    in_path(monkeypatch, program(tmp_path / "other", *lines, ends=ends))
    assert interpreter.quickest() == called


def test_what_only_leads_to_the_called_one_is_passed_over(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_path(monkeypatch, program(tmp_path / "shim", KIND, "0.1", called), other := python(tmp_path / "other", "1.0"))
    assert interpreter._alike() == {other}


def test_what_does_not_answer_in_time_is_passed_over(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = python(tmp_path / "endless", "0.1")
    Path(endless).write_text("#!/bin/sh\nread never < /dev/zero\n")
    monkeypatch.setattr(interpreter, "PATIENCE", 0.2)
    in_path(monkeypatch, endless)
    assert interpreter.quickest() == called


def test_a_virtual_environment_was_chosen(called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/an/environment")
    in_path(monkeypatch, python(tmp_path / "quick", "0.1"))
    assert interpreter.quickest() == called


def test_each_file_is_asked_once_and_none_of_the_folder_one_is_in(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = python(tmp_path / "quick", "0.1")
    (tmp_path / "linked").symlink_to(tmp_path / "quick")
    monkeypatch.chdir(os.path.dirname(python(tmp_path / "here", "0.1")))
    in_path(monkeypatch, quick, str(tmp_path / "linked" / NAME), called)
    assert list(interpreter._others()) == [quick]


def test_a_real_python_answers_what_it_is() -> None:
    base = getattr(sys, "_base_executable")  # noqa: B009 - of no public name, and mypy knows none
    answer = interpreter._ask(base)
    assert answer is not None
    assert answer[0].startswith(f"cpython {sys.version_info[0]} {sys.version_info[1]} ")
    assert 0 < answer[1] < interpreter.PATIENCE
    assert os.path.realpath(answer[2]) == os.path.realpath(base)
    assert interpreter._ask(sys.executable) is None, "an environment is not what one is made of"


def test_the_environment_is_of_the_quickest_with_the_pip_of_the_called_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = Path(getattr(sys, "_base_executable"))  # noqa: B009
    quick = tmp_path / "elsewhere" / NAME
    quick.parent.mkdir()
    quick.symlink_to(base)
    venv = tmp_path / "venv"
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(install, "quickest", lambda: str(quick))
    install.environment(any_build=True)
    assert f"home = {quick.parent}" in (venv / "pyvenv.cfg").read_text().splitlines()
    python = str(venv / "bin" / "python")
    said = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, text=True, check=True).stdout
    assert str(venv) in said

    kept = (venv / "bin" / "python").lstat().st_mtime_ns
    install.environment(any_build=True)
    assert (venv / "bin" / "python").lstat().st_mtime_ns == kept, "what is in order is left alone"
    assert capsys.readouterr().out.count("Making the environment of Python") == 1

    monkeypatch.setattr(sys, "executable", "/bin/sh")
    with pytest.raises(Stop, match="remove it with `make clean` to have one of /bin/sh"):
        install.environment(any_build=False)
    assert (venv / "bin" / "python").lstat().st_mtime_ns == kept


def test_an_environment_that_was_moved_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(install, "_make_venv", made.append)
    (tmp_path / ".made").write_text("/where/it/was")
    install.environment(any_build=False)
    install.environment(any_build=False)
    assert made == [sys.executable]
