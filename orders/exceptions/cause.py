"""What exceptions share: their cause, without what belongs to one of them alone. Pure."""

import re

MOST = 200
_ELLIPSIS = "…"
_OWN = (
    re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?)?"),  # instants
    re.compile(r"(?<![\w-])(?=[0-9a-f-]*\d)[0-9a-f-]{12,}(?![\w-])", re.I),  # IDs
    re.compile(r"(?<![\w.,#-])[#]?\d+(?:[.,]\d+)*(?![\w-])"),  # amounts and numbers; those inside an SKU stay
)


def shared(text: str, *own: str) -> str:
    """Return a sentence without order numbers, amounts, times, IDs and what else is `own`, each as “…”.

    Two failures with the same cause give the same text; at most 200 characters of it.
    """
    for word in sorted(filter(None, own), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _ELLIPSIS, text)
    for pattern in _OWN:
        text = pattern.sub(_ELLIPSIS, text)
    text = re.sub(rf"^{_ELLIPSIS}[\s:,.;]+", "", " ".join(text.split()))
    text = text[:1].upper() + text[1:]
    return text if len(text) <= MOST else f"{text[: MOST - 1]}{_ELLIPSIS}"
