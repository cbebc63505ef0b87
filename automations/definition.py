"""What a rule says, as it is stored in a version. Pure."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.kit.json import Json

MAX_ACTIONS = 20
MAX_CODE = 64_000


class Part(BaseModel):
    """A part of a rule: frozen, and without anything it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FilterSpec(Part):
    """Which entities match: a tree of the filter language, or JavaScript. An empty tree matches all."""

    kind: Literal["simple", "code"] = "simple"
    tree: Json = Field(default_factory=lambda: {"version": 1, "root": {"match": "all", "items": []}})
    code: str = Field(default="", max_length=MAX_CODE)


class ActionSpec(Part):
    """One action and its settings, as its `Settings` model writes them."""

    key: str
    settings: dict[str, Any] = Field(default_factory=dict)
    off: bool = False
    """Switched off: it stays in the rule and is passed over."""
    note: str = Field(default="", max_length=500)
    """Why it is there, for colleagues."""


class Definition(Part):
    """A rule's content: everything but whether and where in the list it stands."""

    name: str = Field(min_length=1, max_length=120)
    description: str = Field(default="", max_length=2_000)
    sources: tuple[str, ...] = ()
    """Public IDs of the sources it is for; none means every source."""
    once: bool = False
    """Whether it runs at most once for a record (seed 004; not for new orders, which come once)."""
    filter: FilterSpec = FilterSpec()
    actions: tuple[ActionSpec, ...] = Field(default=(), max_length=MAX_ACTIONS)
