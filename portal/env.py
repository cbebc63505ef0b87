"""Typed readers of the environment: each setting is read once, in `portal.settings`.

A value that does not fit stops the start with one sentence that names the variable and the cure.
"""

import os
import secrets
from pathlib import Path


class WrongSetting(SystemExit):
    """An environment variable holds something it must not."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")


def text(name: str, default: str = "") -> str:
    """Return the variable, or the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """Return a yes/no variable. Raises WrongSetting for anything else."""
    value = text(name, "yes" if default else "no").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise WrongSetting(name, f"is “{value}”; write yes or no.")


def number(name: str, default: int, *, low: int = 0, high: int = 10**9) -> int:
    """Return a whole number within bounds. Raises WrongSetting."""
    value = text(name, str(default))
    if not value.removeprefix("-").isdecimal() or not low <= int(value) <= high:
        raise WrongSetting(name, f"is “{value}”; write a whole number from {low} to {high}.")
    return int(value)


def optional_number(name: str, *, low: int = 0, high: int = 10**9) -> int | None:
    """Return a whole number within bounds, or None where the variable is unset. Raises WrongSetting."""
    return number(name, low, low=low, high=high) if text(name) else None


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return one of the choices. Raises WrongSetting."""
    value = text(name, default)
    if value not in choices:
        raise WrongSetting(name, f"is “{value}”; write one of {', '.join(choices)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, *, file: Path | None = None) -> str:
    """Return a secret from NAME, from the file that NAME_FILE names, or from `file` (made on first use).

    The generated file is readable by its owner only.
    """
    if value := text(name):
        return value
    if path := text(f"{name}_FILE"):
        return _mounted(f"{name}_FILE", Path(path))
    if file is None:
        raise WrongSetting(name, f"is not set; set it, or {name}_FILE to a file that holds it.")
    return _kept(file)


def _mounted(name: str, file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise WrongSetting(name, f"names {file}, which cannot be read ({error.strerror}).")


def _kept(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of the same start made it
            return file.read_text().strip()
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return file.read_text().strip()
