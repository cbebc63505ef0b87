"""Text with fields of the record in it, and a picker that puts them where the cursor is."""

from typing import Any

from automations.inputs.kind import Shown, plain
from automations.inputs.newlines import unix
from automations.messages.template import offered


def _show(shown: Shown) -> dict[str, Any]:
    return {"fields": [(f"{{{{ {path} }}}}", label) for path, label in offered(shown.where.catalogue)]}


TEMPLATE = plain("template", unix, show=_show)
