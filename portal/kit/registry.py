"""Registries: existing is registering, and a key that is used twice stops the start."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class DuplicateKey(RuntimeError):
    """Two entries of one registry use the same key."""


class Unknown(KeyError):
    """Nothing is registered under this key."""

    def __str__(self) -> str:
        return str(self.args[0])


class Registry(Generic[T]):
    """A named set of extension points, each under a unique key."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> T:
        """Add an entry and return it. Raises DuplicateKey when the key is taken by another one."""
        present = self._entries.get(key)
        if present is not None and present is not entry:
            raise DuplicateKey(f"The {self.name} “{key}” is registered twice; rename one of them.")
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> T:
        """Return the entry of `key`. Raises Unknown, naming the keys there are."""
        try:
            return self._entries[key]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise Unknown(f"There is no {self.name} “{key}”; known are: {known}.") from None

    def all(self) -> list[T]:
        """Return every entry, in the order of the keys."""
        return [self._entries[key] for key in sorted(self._entries)]

    def keys(self) -> list[str]:
        """Return every key, sorted."""
        return sorted(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self._entries)

    def discover(self, package: str) -> None:
        """Import every module of `package`, so that each can register what it holds."""
        root = importlib.import_module(package)
        for module in pkgutil.iter_modules(root.__path__):
            importlib.import_module(f"{package}.{module.name}")
