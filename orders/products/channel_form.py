"""How a product stands on a channel, as people fill it in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from orders.documents.product import STATES
from orders.models import Product, Publication, Source
from orders.products.inputs import choice, text
from portal.kit.text import storable


class ChannelForm(forms.Form):
    """How a product stands on one channel."""

    sku = text(gettext_lazy("SKU there"), help=gettext_lazy("What this channel calls it. Empty: the same as here."))
    buffer = forms.IntegerField(
        label=gettext_lazy("Units kept back"),
        min_value=0,
        max_value=1_000_000_000,
        initial=0,
        help_text=gettext_lazy("So many fewer are promised to this channel."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    not_tracked = forms.BooleanField(
        label=gettext_lazy("Stock is not counted there"),
        required=False,
        help_text=gettext_lazy("The channel is told no numbers and sells it without end."),
    )
    state = choice(gettext_lazy("State"), STATES, blank=False)

    def __init__(
        self, product: Product, own: Publication | None, data: Mapping[str, Any] | None = None, prefix: str = "channel"
    ) -> None:
        told: dict[str, Any] = {"state": Publication.State.TO_BE_PUBLISHED.value}
        if own is not None:
            told = {"sku": own.sku, "buffer": own.buffer, "not_tracked": own.not_tracked, "state": own.state}
        super().__init__(data, initial=told, auto_id=f"{prefix}-%s")
        self._product = product

    def told(self) -> dict[str, Any]:
        """Return what was filled in, as a step sets it."""
        told = dict(self.cleaned_data)
        return told | {"sku": storable(told["sku"].strip()) or self._product.sku}


def free_channels(product: Product, sources: Sequence[Source]) -> list[Source]:
    """Return the channels on which a product is not yet."""
    taken = {one.source_id for one in product.channels}
    return [one for one in sources if one.pk not in taken]
