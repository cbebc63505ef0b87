"""A new member hears of it by e-mail, without a password in it."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due


@pytest.mark.django_db
def test_a_new_member_gets_one_message_and_no_password(as_owner: Client) -> None:
    told = {"email": "nia@example.com", "name": "Nia New", "role": "viewer"}
    page = as_owner.post(reverse("portal:add_member"), told)
    assert page.status_code == 200
    assert (send_due(), send_due()) == (1, 0)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["nia@example.com"], "Olive Owner has added you to Tea & Tins Ltd")
    assert "password" not in message.body.lower()
    assert message.extra_headers["Message-ID"].startswith("<member-")
    assert Delivery.across.get().state == "done"
