"""The rule editor's form: everything as it was typed, and the definition that it means.

The form is flat. General: `name`, `description`, `once`, `sources`. Filter: `kind`, `code`, and the
builder's names under `f.` (`portal.filters.builder`). Actions: `a.0.key`, its settings as their kinds
of input have them (`automations.inputs`), `a.0.own.off` and `a.0.own.note`; `a.order` gives the
numbers of the actions from top to bottom, as they stand on the page after somebody has dragged one.
What is typed is never lost: a draft holds raw text, whatever it is worth.

    drafts    the values, and a stored rule as it stands in the form
    reading   the posted form into a draft
    steps     one press of a button
    meaning   the definition that a draft means, and what is wrong with it, place by place
"""

from automations.forms.drafts import ActionDraft, RuleDraft, blank, draft_of, draft_of_stored
from automations.forms.meaning import definition
from automations.forms.reading import read
from automations.forms.steps import Step, UnknownStep, choices, step

__all__ = [
    "ActionDraft", "RuleDraft", "Step", "UnknownStep", "blank", "choices", "definition", "draft_of", "draft_of_stored",
    "read", "step",
]  # fmt: skip
