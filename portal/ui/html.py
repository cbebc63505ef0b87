"""Small pieces of HTML that both template tags and list cells are made of. Everything put in is escaped."""

import datetime as dt
import functools
from decimal import Decimal
from html import escape

from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.kit.clock import now
from portal.ui import amounts, statuses, times

DASH = "–"


def fill(shape: str, *values: object) -> SafeString:
    """Put values into a piece of HTML, each escaped unless it is HTML already.

    The same as Django's `format_html`, which for the seven hundred pieces of a list page spends most
    of its time finding out that nothing is lazy.
    """
    return SafeString(shape.format(*[one if isinstance(one, SafeString) else escape(str(one)) for one in values]))


def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite. Its name must stand in `static/src/icons.txt`."""
    return fill(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("dist/icons.svg"),
        name,
    )


def status(value: str, label: StrOrPromise = "") -> SafeString:
    """Show a status by text, shape and colour."""
    return _status(value, str(label), get_language())


@functools.lru_cache(maxsize=500)
def _status(value: str, label: str, language: str | None) -> SafeString:
    entry = statuses.shown(value)
    return fill(
        '<span class="status-badge tone-{}">'
        '<svg viewBox="0 0 12 12" aria-hidden="true"><path d="{}"></path></svg>{}</span>',
        entry.tone.value,
        entry.shape.value,
        label or entry.label,
    )


def money(value: Decimal | int | str | None, currency: str) -> SafeString:
    """Show an amount with its currency, or a dash where there is none."""
    if value is None or value == "":
        return nothing()
    return fill(
        '<span class="money">{} <span class="money-currency">{}</span></span>',
        amounts.amount(value, currency),
        currency,
    )


def ago(moment: dt.datetime | None, at: dt.datetime | None = None) -> SafeString:
    """Show a moment relative to now; the exact time is in the title, and in what is copied."""
    if moment is None:
        return nothing()
    return fill(
        '<time class="ago" datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(timespec="seconds"),
        times.exact(moment),
        times.relative(moment, at or now()),
    )


def copy(text: str, label: StrOrPromise = "") -> SafeString:
    """Draw a button that copies `text`; `label` says what it is."""
    name = _("Copy %(what)s") % {"what": label} if label else _("Copy")
    return fill(
        '<button type="button" class="btn-copy" data-copy="{}" title="{}" aria-label="{}">{}</button>',
        text,
        name,
        name,
        icon("copy"),
    )


def link(text: object, url: str, css: str = "") -> SafeString:
    """Draw a link."""
    return fill('<a href="{}" class="{}">{}</a>', url, css, text)


def tags(words: list[str] | tuple[str, ...]) -> SafeString:
    """Show tags, or a dash where there are none."""
    if not words:
        return nothing()
    return format_html_join(" ", '<span class="tag">{}</span>', ((word,) for word in words))


def nothing() -> SafeString:
    """Show that there is no value, to eyes and to ears."""
    return fill(
        '<span class="nothing" title="{0}"><span aria-hidden="true">{1}</span>{2}</span>',
        _("empty"),
        DASH,
        hidden(_("empty")),
    )


def hidden(text: StrOrPromise) -> SafeString:
    """Text for screen readers only."""
    return fill('<span class="visually-hidden">{}</span>', text)
