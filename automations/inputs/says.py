"""What validation found, in words for the person at the form: what is wrong and what to do. Pure."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

_NUMBER, _WHOLE = gettext_lazy("Give a number."), gettext_lazy("Give a whole number, such as 10.")
_MISSING, _CHOOSE = gettext_lazy("Fill this in."), gettext_lazy("Choose one of what is offered.")
_WORDS: Mapping[str, StrOrPromise] = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": gettext_lazy("The number is too large."),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "missing": _MISSING,
    "string_too_short": _MISSING,
    "string_type": _MISSING,
    "literal_error": _CHOOSE,
    "enum": _CHOOSE,
    "greater_than_equal": gettext_lazy("It must be at least {ge}."),
    "greater_than": gettext_lazy("It must be more than {gt}."),
    "less_than_equal": gettext_lazy("It must be at most {le}."),
    "less_than": gettext_lazy("It must be less than {lt}."),
    "string_too_long": gettext_lazy("It is too long: at most {max_length} characters."),
    "too_long": gettext_lazy("These are too many: at most {max_length}."),
    "too_short": gettext_lazy("These are too few: at least {min_length}."),
}


def say(error: Mapping[str, Any]) -> str:
    """Return the sentence for one error of a validation (an entry of `ValidationError.errors()`)."""
    words = _WORDS.get(error["type"])
    if words is not None:
        try:
            return str(words).format(**error.get("ctx", {}))
        except (KeyError, IndexError):
            return str(words)
    # A validator of our own has its sentence; pydantic puts its kind before it.
    return str(error["msg"]).removeprefix("Value error, ") or _("This does not fit.")
