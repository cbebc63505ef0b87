"""The options of a list of choices, as the tag `choice_options` of `{% load ui %}` draws them."""

import functools
from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.filters.fields import Choice
from portal.ui.html import fill


def choice_options(choices: Sequence[Choice], chosen: str) -> SafeString:
    """`{% choice_options node.operator_choices node.draft.operator %}`: the options of a list, one of them chosen."""
    return _options(tuple(choices), chosen[:200], get_language())


@functools.lru_cache(maxsize=1_000)
def _options(choices: tuple[Choice, ...], chosen: str, language: str | None) -> SafeString:
    """Drawn once: each condition has a dozen operators, and an edit draws all conditions."""
    told = [_option(choice.value, _(choice.label), chosen == choice.value) for choice in choices]
    known = any(choice.value == chosen for choice in choices)
    return SafeString("".join(told) + ("" if known else _option(chosen, chosen, chosen=True)))


def _option(value: str, label: str, chosen: bool) -> SafeString:
    shape = '<option value="{}" selected>{}</option>' if chosen else '<option value="{}">{}</option>'
    return fill(shape, value, label)
