"""Addresses as envelopes have them: what stands on one line, and in which order, is the country's custom."""

import pytest
from django.test import Client

from orders.documents.envelope import envelope
from orders.models import Location, Source
from tests.factories import make_location
from tests.orders.requests.making import ready_order, request_for

ANA = {"firstName": "Ana", "lastName": "Ruiz", "company": "Tins Ltd", "address1": "1 Main St", "address2": "Flat 2"}


@pytest.mark.parametrize(
    ("country", "city", "state", "code", "lines"),
    [
        ("US", "Springfield", "IL", "62704", ["Springfield, IL 62704"]),
        ("us", "Springfield", "IL", "62704", ["Springfield, IL 62704"]),
        ("US", "Springfield", "", "62704", ["Springfield 62704"]),
        ("US", "Springfield", "IL", "", ["Springfield, IL"]),
        ("US", "", "IL", "62704", ["IL 62704"]),
        ("US", "", "", "", []),
        ("CA", "Toronto", "ON", "M5V 2T6", ["Toronto ON M5V 2T6"]),
        ("AU", "Sydney", "NSW", "2000", ["Sydney NSW 2000"]),
        ("GB", "Leeds", "", "LS1 4QX", ["Leeds", "LS1 4QX"]),
        ("GB", "Leeds", "West Yorkshire", "LS1 4QX", ["Leeds", "West Yorkshire", "LS1 4QX"]),
        ("IN", "Mumbai", "Maharashtra", "400001", ["Mumbai 400001", "Maharashtra"]),
        ("IT", "Milano", "MI", "20121", ["20121 Milano MI"]),
        ("MX", "Guadalajara", "Jal.", "44100", ["44100 Guadalajara, Jal."]),
        ("DE", "Berlin", "", "10115", ["10115 Berlin"]),
        ("NL", "Ede", "Gelderland", "6710 AA", ["6710 AA Ede", "Gelderland"]),
        ("JP", "Chiyoda", "Tokyo", "100-0001", ["100-0001 Chiyoda", "Tokyo"]),
        ("", "Nowhere", "Far", "1", ["1 Nowhere", "Far"]),
    ],
)
def test_city_state_and_code_stand_as_the_country_is_used_to(
    country: str, city: str, state: str, code: str, lines: list[str]
) -> None:
    town = {"city": city, "stateOrProvince": state, "zipCodeOrPostalCode": code, "country": country}
    whole = ["Ana Ruiz", "Tins Ltd", "1 Main St", "Flat 2", *lines, country]
    assert envelope(ANA | town) == [line for line in whole if line]


@pytest.mark.django_db
def test_the_pages_of_order_request_and_location_show_it_so(as_owner: Client, source: Source) -> None:
    town = {"city": "Reno", "stateOrProvince": "NV", "zipCodeOrPostalCode": "89501", "country": "US"}
    place = make_location(source, name="Store room")
    Location.across.filter(pk=place.pk).update(address=town | {"address1": "9 Rail St"})
    order = ready_order(source, shippingAddress=ANA | town)
    request = request_for(order, place)
    own = f"/orders/{order.public_id}"
    for path in (own, f"{own}?at=2", f"/shipping-requests/{request.public_id}"):
        assert "Flat 2<br>Reno, NV 89501<br>US" in as_owner.get(path).content.decode(), path
    other = make_location(source, "w2", "Other")
    for path in ("/locations", f"/locations/{other.public_id}/merge"):
        assert "9 Rail St, Reno, NV 89501, US" in as_owner.get(path).content.decode(), path
