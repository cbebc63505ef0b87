"""What an API key may be allowed to do: a scope is a resource and what is done with it, such as `orders:read`.

Apps bring theirs with their resources (`portal.api.resources`); a key carries a list of them.
"""

from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry


@dataclass(frozen=True)
class Scope:
    """One thing a key may be allowed to do; `label` says it on the settings page."""

    key: str
    label: StrOrPromise
    of_integration: bool = False
    """Only keys that are made with an integration have it: it opens what is that integration's alone."""


scopes: Registry[Scope] = Registry("API scope")


def label_of(key: str) -> str:
    """Return what a scope is called; its key where no app declares it any more."""
    return str(scopes.get(key).label) if key in scopes else key
