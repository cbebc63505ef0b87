"""Finding the organization that a command was asked for."""

from portal.tenancy.models import Organization

MOST = 10


class NotFound(LookupError):
    """No such record, or several; the message says which there are."""


def organization_named(name: str) -> Organization:
    """Return the organization by id or name; the only one needs no name. Raises NotFound."""
    if name:
        found = list(Organization.objects.filter(public_id=name) or Organization.objects.filter(name__iexact=name)[:2])
        if len(found) == 1:
            return found[0]
        problem = "Several organizations are called" if found else "There is no organization"
        raise NotFound(f"{problem} “{name}”; {_choices()}")
    several = list(Organization.objects.all()[:2])
    if len(several) == 1:
        return several[0]
    problem = "There are several organizations" if several else "There is no organization yet"
    raise NotFound(f"{problem}; {_choices()}")


def _choices() -> str:
    rows = Organization.objects.order_by("name").values_list("public_id", "name")[: MOST + 1]
    told = [f"{public_id} ({name})" for public_id, name in rows]
    rest = ", …" if len(told) > MOST else ""
    return f"name one with --organization: {', '.join(told[:MOST])}{rest}." if told else "make one first."
