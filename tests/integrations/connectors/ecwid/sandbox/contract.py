"""The calls whose answers have an agreed shape, and how shapes are compared.

A shape is a map from path to the kinds of value seen there: ``.items[].sku`` → ``text``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from integrations.connectors.ecwid.sandbox.server import Sandbox

Json = Any
Shape = dict[str, list[str]]

# Pictures are left out: the shop has none that lie on the network.
PICTURES = ("imageurl", "thumbnailurl", "originalimage", "media.images[]")


@dataclass(frozen=True)
class Case:
    """One answer. ``sample`` is the file that shows it; ``absent`` are paths a faithful answer may do without,
    ``present`` those it may have beyond the sample because the sample's order happens to lack them."""

    sample: str
    fetch: Callable[[Sandbox], Json]
    absent: tuple[str, ...] = ()
    present: tuple[str, ...] = ()


def kind(value: Json) -> str:
    names = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "text", list: "list"}
    return names.get(type(value), "object")


def shape(value: Json) -> Shape:
    """Describe a JSON value."""
    found: dict[str, set[str]] = {}

    def walk(part: Json, path: str) -> None:
        found.setdefault(path or ".", set()).add(kind(part))
        for key, below in part.items() if isinstance(part, dict) else ():
            walk(below, f"{path}.{key}")
        for below in part if isinstance(part, list) else ():
            walk(below, f"{path}[]")

    walk(value, "")
    return {path: sorted(kinds) for path, kinds in sorted(found.items())}


def differences(ours: Shape, theirs: Shape, case: Case) -> list[str]:
    """Say where an answer and a sample disagree."""
    missing = [path for path in theirs if path not in ours and not _named(path, case.absent)]
    invented = [path for path in ours if path not in theirs and not _named(path, case.present)]
    other = [path for path in ours if path in theirs and not set(ours[path]) & set(theirs[path])]
    return (
        [f"missing {path}" for path in missing if not any(mark in path.lower() for mark in PICTURES)]
        + [f"invented {path}" for path in invented]
        + [f"another type {path}" for path in other]
    )


def _named(path: str, names: tuple[str, ...]) -> bool:
    return any(name in path for name in names)


def get(sandbox: Sandbox, path: str) -> Json:
    answer = requests.get(f"{sandbox.api_url}/1003/{path}", headers=sandbox.authorization, timeout=10)
    return answer.json()


def put(sandbox: Sandbox, path: str, body: Json) -> Json:
    url = f"{sandbox.api_url}/1003/{path}"
    return requests.put(url, json=body, headers=sandbox.authorization, timeout=10).json()


def placed(sku: str, **more: Any) -> Callable[[Sandbox], Json]:
    """Place an order for two pieces and read it back."""

    def fetch(sandbox: Sandbox) -> Json:
        order = sandbox.place_order({sku: 2}, **more)
        return get(sandbox, f"orders/{order['id']}")

    return fetch


def cancelled(sandbox: Sandbox) -> Json:
    order = sandbox.place_order({"CUP-SET-2": 1}, payment_status="AWAITING_PAYMENT")
    put(sandbox, f"orders/{order['id']}", {"paymentStatus": "CANCELLED", "fulfillmentStatus": "WILL_NOT_DELIVER"})
    return get(sandbox, f"orders/{order['id']}")


def shipped(sandbox: Sandbox) -> Json:
    order = sandbox.place_order({"CUP-SET-2": 1})
    body: dict[str, Json] = {
        "fulfillmentStatus": "SHIPPED",
        "trackingNumber": "9400",
        "trackingUrl": "https://track.example/9400",
    }
    body |= {"externalFulfillment": True, "externalOrderId": "HUB-1"}
    put(sandbox, f"orders/{order['id']}", body)
    return get(sandbox, f"orders/{order['id']}")


def gross(sandbox: Sandbox) -> Json:
    sandbox.add_store(1004, "Kettle", currency="EUR", prices_include_tax=True, tax_rate="19")
    order = sandbox.place_order({"CUP-SET-2": 1}, store_id=1004)
    headers = {"Authorization": f"Bearer {sandbox.issue_token(store_id=1004)}"}
    return requests.get(f"{sandbox.api_url}/1004/orders/{order['id']}", headers=headers, timeout=10).json()


def updated(sandbox: Sandbox) -> Json:
    order = sandbox.place_order({"CUP-SET-2": 1})
    return put(sandbox, f"orders/{order['id']}", {"trackingNumber": "1"})


def deleted(sandbox: Sandbox) -> Json:
    sandbox.store.orders.delete(sandbox.place_order({"CUP-SET-2": 1})["id"])
    return get(sandbox, "orders/deleted")


def created(sandbox: Sandbox) -> Json:
    headers = {"Authorization": f"Bearer {sandbox.issue_token(['create_orders'])}"}
    body = {"subtotal": 1, "total": 1, "email": "a@example.com", "paymentStatus": "PAID", "items": [],
            "fulfillmentStatus": "PROCESSING"}  # fmt: skip
    return requests.post(f"{sandbox.api_url}/1003/orders", json=body, headers=headers, timeout=10).json()


def product_id(sandbox: Sandbox, sku: str) -> int:
    return int(get(sandbox, f"products?sku={sku}")["items"][0]["id"])


def adjusted(delta: int) -> Callable[[Sandbox], Json]:
    def fetch(sandbox: Sandbox) -> Json:
        return put(sandbox, f"products/{product_id(sandbox, 'CUP-SET-2')}/inventory", {"quantityDelta": delta})

    return fetch


def token(scope: str, *, use: int = 1) -> Callable[[Sandbox], Json]:
    """Sign in and exchange the code ``use`` times; returns the last answer."""

    def fetch(sandbox: Sandbox) -> Json:
        code = sandbox.world.tokens.new_code(1003, tuple(scope.split()), "http://back.example/", minutes=5)
        body = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret, "code": code,
                "redirect_uri": "http://back.example/", "grant_type": "authorization_code"}  # fmt: skip
        answers = [requests.post(f"{sandbox.oauth_url}/token", data=body, timeout=10) for _ in range(use)]
        return answers[-1].json()

    return fetch


# What a sample's order happens to have and ours do not: downloads, invoices, notes.
SPECIAL = (".files", ".paymentParams.", ".invoices[]", ".taxesOnShipping[]", ".privateAdminNotes", ".coupon")
PLAIN = (".attributes[]", ".customerId", ".externalTransactionId", ".paymentModule", ".predictedPackage[]", ".taxes")
CHOSEN = (".combinationId", ".selectedOptions")
LEFT_OUT = (
    "discount", "Surcharges", ".extraFields.", ".orderExtraFields", ".handlingFee", ".couponAmount",
    "CarrierName", *SPECIAL,
)  # fmt: skip

CASES = (
    Case("order-simple.json", placed("TEA-ASSAM-100"), SPECIAL, PLAIN),
    Case("order-multiline-options-discounts-tip.json", placed("TIN-ROUND-M"), LEFT_OUT, PLAIN),
    Case("order-gross-prices-vat.json", gross, SPECIAL, PLAIN),
    Case("order-pickup.json", placed("CUP-SET-2", option=2), SPECIAL, PLAIN),
    Case("order-local-delivery.json", placed("CUP-SET-2", option=1), SPECIAL, PLAIN),
    Case("order-digital.json", placed("GIFT-CARD-25"), SPECIAL, PLAIN),
    Case("order-awaiting-payment.json", placed("CUP-SET-2", payment_status="AWAITING_PAYMENT"), SPECIAL, PLAIN),
    Case("order-cancelled.json", cancelled, SPECIAL, PLAIN),
    Case("order-shipped-after-push.json", shipped, SPECIAL, PLAIN),
    Case("orders-search-empty.json", lambda sandbox: get(sandbox, "orders")),
    Case("orders-deleted.json", deleted),
    Case("order-statuses.json", lambda sandbox: get(sandbox, "profile/order_statuses"), (".name", ".lastName")),
    Case("order-update-response.json", updated),
    Case("order-create-response.json", created),
    Case("profile.json", lambda sandbox: get(sandbox, "profile")),
    Case("shipping-options.json", lambda sandbox: get(sandbox, "profile/shippingOptions")),
    Case("latest-stats.json", lambda sandbox: get(sandbox, "latest-stats")),
    Case("application.json", lambda sandbox: get(sandbox, "application")),
    Case("product-simple.json", lambda s: get(s, f"products/{product_id(s, 'CUP-SET-2')}"), (".recurring",)),
    Case("product-with-variations.json", lambda s: get(s, f"products/{product_id(s, 'TIN-SQUARE')}"),
         (".recurring", ".attributes[]", "combinations[].price"), (".attributes[]",)),
    Case("products-deleted.json", lambda sandbox: get(sandbox, "products/deleted"), ("[]",)),
    Case("inventory-adjust-response.json", adjusted(-1)),
    Case("inventory-adjust-response-negative.json", adjusted(-1000)),
    Case("oauth-token-response.json", token("read_orders")),
    Case("oauth-token-response-with-public.json", token("public_storefront"), present=(".email",)),
    Case("oauth-token-error-inferred.json", token("read_orders", use=2)),
)  # fmt: skip
