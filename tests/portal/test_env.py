from pathlib import Path

import pytest

from portal import env
from portal.env import WrongSetting


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOUR", "  ")
    assert env.text("COLOUR", "blue") == "blue"


@pytest.mark.parametrize(
    ("written", "read"), [("yes", True), ("TRUE", True), ("1", True), ("off", False), ("0", False)]
)
def test_a_flag_is_read_in_any_usual_spelling(monkeypatch: pytest.MonkeyPatch, written: str, read: bool) -> None:
    monkeypatch.setenv("LIGHT", written)
    assert env.flag("LIGHT", not read) is read


def test_a_flag_that_is_neither_yes_nor_no_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHT", "maybe")
    with pytest.raises(WrongSetting) as stopped:
        env.flag("LIGHT", False)
    assert stopped.value.code == "LIGHT is “maybe”; write yes or no."


@pytest.mark.parametrize("written", ["eight", "-1", "1.5", "70000", "٣x"])
def test_a_number_out_of_bounds_or_no_number_stops_the_start(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("PORT", written)
    with pytest.raises(WrongSetting) as stopped:
        env.number("PORT", 8000, low=1, high=65_535)
    assert stopped.value.code == f"PORT is “{written}”; write a whole number from 1 to 65535."


def test_an_optional_number_is_none_when_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECONDS", raising=False)
    assert env.optional_number("SECONDS") is None
    monkeypatch.setenv("SECONDS", "0")
    assert env.optional_number("SECONDS") == 0


def test_a_choice_must_be_one_of_those_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER", "rabbit")
    with pytest.raises(WrongSetting) as stopped:
        env.choice("BROKER", "orm", ("orm", "redis"))
    assert stopped.value.code == "BROKER is “rabbit”; write one of orm, redis."


def test_words_are_split_at_commas_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a.example , ,b.example,")
    assert env.words("HOSTS") == ["a.example", "b.example"]


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secret"
    first = env.secret("UNSET_SECRET", file=file)
    assert len(first) == 64
    assert env.secret("UNSET_SECRET", file=file) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_may_stand_in_a_file_that_the_variable_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mounted").write_text("s3cret\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "mounted"))
    assert env.secret("KEY") == "s3cret"


def test_a_secret_file_that_is_not_there_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_FILE", "/nowhere/key")
    with pytest.raises(WrongSetting) as stopped:
        env.secret("KEY")
    assert stopped.value.code == "KEY_FILE names /nowhere/key, which cannot be read (No such file or directory)."


def test_a_secret_without_any_source_stops_the_start() -> None:
    with pytest.raises(WrongSetting) as stopped:
        env.secret("UNSET_SECRET")
    assert stopped.value.code == "UNSET_SECRET is not set; set it, or UNSET_SECRET_FILE to a file that holds it."
