"""What people write about exceptions."""

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_NOTE = 5_000


class NoteForm(forms.Form):
    """A word to colleagues."""

    text = forms.CharField(
        label=_("Note"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(
            attrs={"rows": 2, "class": "form-control", "placeholder": _("Tell your colleagues what you know of this")}
        ),
    )

    def clean_text(self) -> str:
        """Refuse what the database cannot hold."""
        return str(self.cleaned_data["text"]).replace("\x00", "")
