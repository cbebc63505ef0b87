"""Telling somebody that they have been added to an organization."""

from django.utils.translation import gettext as _

from portal.deliveries.email import KIND
from portal.deliveries.send import request
from portal.tenancy.models import Membership, User


def welcome(membership: Membership, *, by: User, address: str) -> None:
    """Ask for an e-mail to a new member, in the transaction that has added them.

    It says who added them and where to sign in. A first password is never sent: whoever added them
    hands it over.
    """
    organization = membership.organization
    told = {"who": str(by), "organization": organization.name, "address": address, "name": membership.user.name}
    payload = {
        "to": membership.user.email,
        # One line: a line break in a name would begin another header, and the mail library refuses it.
        "subject": " ".join((_("%(who)s has added you to %(organization)s") % told).split()),
        "text": _("Hello %(name)s,\n\n%(who)s has added you to %(organization)s in Switchyard.\nSign in: %(address)s\n")
        % told,
    }
    request(organization, KIND, f"member-{membership.pk}-added", payload)
