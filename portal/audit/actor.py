"""Who does something. Pure."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a rule, an integration, an API key or the system itself."""

    kind: str
    id: str
    name: str

    @classmethod
    def user(cls, user: Any) -> Self:
        """Return the actor of a signed-in person."""
        return cls("user", str(user.pk), str(user))

    @classmethod
    def rule(cls, public_id: str, name: str, version: int) -> Self:
        """Return the actor of a rule, in the version that acts."""
        return cls("rule", f"{public_id}:{version}", name)

    @classmethod
    def integration(cls, public_id: str, name: str) -> Self:
        """Return the actor of an integration."""
        return cls("integration", public_id, name)

    @classmethod
    def system(cls, name: str = "Switchyard") -> Self:
        """Return the system as actor; `name` says which part of it."""
        return cls("system", "", name)
