"""The method that an order, or a shipping request, asks for. Pure."""

import hashlib
from dataclasses import dataclass

from portal.kit.json import Json
from portal.kit.text import fold


@dataclass(frozen=True, slots=True)
class Asked:
    """The code, or where there is none carrier and class; at least one of them is there."""

    code: str = ""
    carrier: str = ""
    service: str = ""

    @property
    def words(self) -> str:
        """Return what people call it."""
        return self.code or " ".join(filter(None, (self.carrier, self.service)))

    @property
    def key(self) -> str:
        """Return what is the same for the same method, however it is written."""
        told = "\x1f".join(fold(part.strip()) for part in (self.code, self.carrier, self.service))
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def asked_by(document: Json) -> Asked | None:
    """Return what a document asks for: `shippingCode` first, else carrier and class. None: nothing."""
    code, carrier, service = (
        str(document.get(name) or "").strip() for name in ("shippingCode", "shippingCarrier", "shippingClass")
    )
    if code:
        return Asked(code)
    return Asked("", carrier, service) if carrier or service else None
