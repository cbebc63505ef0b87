"""Invented customers. Names and streets are made up; e-mail addresses end in example.com, which belongs to nobody."""

import random
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

FIRST = (
    "Ana",
    "Bela",
    "Chidi",
    "Dana",
    "Emre",
    "Freya",
    "Goran",
    "Hana",
    "Idris",
    "Jonas",
    "Kaya",
    "Lucía",
    "Mateo",
    "Noor",
    "Oona",
    "Priya",
    "Quinn",
    "Rosa",
    "Søren",
    "Tove",
    "Uma",
    "Viggo",
    "Wren",
    "Yusuf",
    "Zoë",
)
LAST = (
    "Adeyemi",
    "Bergström",
    "Castillo",
    "Dunne",
    "Eriksen",
    "Fontaine",
    "García",
    "Hughes",
    "Ito",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "O'Connor",
    "Petrov",
    "Ruiz",
    "Schmidt",
    "Takahashi",
    "Vasquez",
    "Weber",
)
STREETS = (
    "Alder Lane",
    "Baker's Yard",
    "Cedar Avenue",
    "Dovecote Road",
    "Elm Street",
    "Ferry Steps",
    "Granary Walk",
    "Harbour View",
    "Ivy Close",
    "Juniper Way",
    "Kiln Road",
    "Lantern Court",
)
PLACES = (
    ("Portland", "OR", "Oregon", "97201", "US", "United States"),
    ("Tampa", "FL", "Florida", "33602", "US", "United States"),
    ("Boise", "ID", "Idaho", "83702", "US", "United States"),
    ("Austin", "TX", "Texas", "78701", "US", "United States"),
    ("Burlington", "VT", "Vermont", "05401", "US", "United States"),
    ("Toronto", "ON", "Ontario", "M5V 2T6", "CA", "Canada"),
    ("Leeds", "", "", "LS1 4DY", "GB", "United Kingdom"),
    ("Utrecht", "", "", "3511 AX", "NL", "Netherlands"),
    ("Freiburg", "", "", "79098", "DE", "Germany"),
    ("Bergen", "", "", "5003", "NO", "Norway"),
    ("Bilbao", "", "", "48001", "ES", "Spain"),
)
COUNTRIES = {place[4]: place[5] for place in PLACES}
STATES = {(place[4], place[1]): place[2] for place in PLACES if place[1]}


@dataclass(frozen=True, slots=True)
class Customer:
    """Someone who orders: name, e-mail and one address."""

    name: str
    email: str
    street: str
    city: str
    postcode: str
    country: str
    state: str = ""
    phone: str = ""
    company: str = ""

    def person(self) -> Json:
        """The address block of an order. First and last name are a split at the first blank, as the vendor does it."""
        first, _, last = self.name.partition(" ")
        return {
            "name": self.name,
            "firstName": first,
            "lastName": last,
            "companyName": self.company,
            "street": self.street,
            "city": self.city,
            "countryCode": self.country,
            "countryName": COUNTRIES.get(self.country, self.country),
            "postalCode": self.postcode,
            "stateOrProvinceCode": self.state,
            "stateOrProvinceName": STATES.get((self.country, self.state), self.state),
            "phone": self.phone,
        }


def invent(source: random.Random) -> Customer:
    """Return a plausible customer; the same ``source`` state gives the same person."""
    first, last = source.choice(FIRST), source.choice(LAST)
    city, state, _, postcode, country, _ = source.choice(PLACES)
    local = f"{first}.{last}".lower().translate(str.maketrans("íøëöé'", "ioeoe-")).replace("-", "")
    return Customer(
        name=f"{first} {last}",
        email=f"{local}{source.randrange(10, 100)}@example.com",
        street=f"{source.randrange(1, 240)} {source.choice(STREETS)}",
        city=city,
        postcode=postcode,
        country=country,
        state=state,
        phone=f"+1 555 01{source.randrange(10, 100)}",
    )
