"""Customers and addresses of an Ecwid order, and careful ways into nested objects. Pure."""

from typing import Any

from integrations.kit.mapped import DoesNotFit
from orders.records.order import Address, Customer
from portal.kit.json import Json


def part(holder: Any, field: str) -> Json:
    """Return a nested object; empty where it is absent. Raises DoesNotFit for anything else."""
    value = holder.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DoesNotFit(field, "must be an object")
    return value


def parts(holder: Any, field: str) -> list[Json]:
    """Return a list of nested objects; empty where it is absent. Raises DoesNotFit for anything else."""
    value = holder.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise DoesNotFit(field, "must be a list of objects")
    return value


def customer(raw: Json) -> Customer:
    """Return who bought."""
    person = part(raw, "billingPerson") or part(raw, "shippingPerson")
    first, last = _names(person)
    company = person.get("companyName") or None
    number = raw.get("customerId")
    return Customer(
        ext_customer_id=str(number) if isinstance(number, int) and not isinstance(number, bool) and number else None,
        first_name=first,
        last_name=last,
        company=company,
        type="company" if raw.get("b2b_b2c") == "b2b" or company else "individual",
    )


def billing(raw: Json) -> Address | None:
    """Return the billing address; the form may be switched off, then the shipping one counts."""
    person = part(raw, "billingPerson") or part(raw, "shippingPerson")
    return address(person) if person else None


def shipping(raw: Json) -> Address | None:
    """Return where to ship; for goods in the post without a shipping address, the billing one."""
    person = part(raw, "shippingPerson")
    if not person and any(item.get("isShippingRequired") for item in _objects(raw.get("items"))):
        person = part(raw, "billingPerson")
    return address(person) if person else None


def address(person: Json) -> Address:
    """Map a person or a place; `street` holds two lines in one."""
    first, last = _names(person)
    street = person.get("street") or ""
    if not isinstance(street, str):
        raise DoesNotFit("street", "must be a text")
    line, _, rest = street.partition("\n")
    return Address(
        first_name=first,
        last_name=last,
        company=person.get("companyName") or None,
        address1=line.strip() or None,
        address2=", ".join(filter(None, (one.strip() for one in rest.split("\n")))) or None,
        city=person.get("city") or None,
        state_or_province=person.get("stateOrProvinceCode") or person.get("stateOrProvinceName") or None,
        zip_code_or_postal_code=person.get("postalCode") or None,
        country=person.get("countryCode") or None,
        email=person.get("email") or None,
        phone=person.get("phone") or None,
    )


def _names(person: Json) -> tuple[str | None, str | None]:
    """Return first and last name; older orders have only the full one, which may be a single word."""
    if person.get("firstName") or person.get("lastName"):
        return person.get("firstName") or None, person.get("lastName") or None
    full = person.get("name") or ""
    if not isinstance(full, str):
        raise DoesNotFit("name", "must be a text")
    first, _, last = full.strip().partition(" ")
    return first or None, last.strip() or None


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
