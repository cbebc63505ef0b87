"""The built-in engines, as the list of integrations shows them beside the connected systems."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class Engine:
    """A part of Switchyard that works on orders by itself."""

    key: str
    name: StrOrPromise
    does: StrOrPromise
    icon: str
    url_name: str


engines: Registry[Engine] = Registry("engine")

engines.register(
    "automation",
    Engine(
        "automation",
        _("Automation Engine"),
        _("Runs your rules on every order that arrives, and releases holds when they are due."),
        "bolt",
        "automations:list",
    ),
)
