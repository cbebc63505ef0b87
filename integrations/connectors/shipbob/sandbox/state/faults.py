"""The faults that the warehouse can be told to have."""

from integrations.kit.sandbox.faults import Kind

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("answer_lost", "Answer lost", "The order is taken, or the product made, but the answer never arrives.",
             {"how": "cut"},
             {"how": ("cut", "504", "slow")}),
        Kind("server_error", "Server error", "Answers with an error of the server and a web page instead of data.",
             {"status": 502}, {"status": ("500", "502", "503", "504")}),
        Kind("rate_limited", "Too many requests", "Answers 429 and says how long to wait.", {"seconds": 5}),
        Kind("slow", "Slow answer", "Waits before it answers.", {"seconds": 30}),
        Kind("cut", "Cut answer", "Sends half of the answer, then hangs up."),
        Kind("revoked", "Access taken back", "Answers 401 as if the token had been deleted."),
        Kind("forbidden", "Access narrowed", "Answers 403 as if the token lacked the right."),
        Kind("duplicates", "Repeated records", "Lists show the first record of each page twice."),
        Kind("refuse_address", "Address refused", "Takes no order: the address cannot be delivered to.",
             area="warehouse"),
        Kind("unknown_sku", "SKU unknown", "Takes no order: nobody here knows its SKUs.", area="warehouse"),
        Kind("split_boxes", "Two boxes", "Splits each new order into two shipments.", area="warehouse"),
        Kind("ships_more", "Ships too much", "Puts one unit more into the box.", area="warehouse"),
        Kind("ships_less", "Ships too little", "Leaves one unit out, and calls the order fulfilled.",
             area="warehouse"),
        Kind("ships_other", "Ships another SKU", "Puts something else into the box.", {"sku": "SCOOP-BAMBOO"},
             area="warehouse"),
        Kind("cancel_refused", "Refuses to cancel", "Says that every shipment has been picked.", area="warehouse"),
        Kind("refuse_product", "Product refused", "Makes no product: something of it does not fit.",
             area="warehouse"),
        Kind("broken_product", "Broken product", "Lists show a product whose variant has no number.",
             area="warehouse"),
        Kind("stale_stock", "Old stock report", "Tells the stock as it was some time ago.", {"seconds": 600},
             area="warehouse"),
        Kind("webhook_twice", "Webhook sent twice", "Every message is sent two times.", area="messages"),
        Kind("webhook_late", "Webhook late", "Every message waits before it is sent.", {"seconds": 60},
             area="messages"),
        Kind("webhook_lost", "Webhook lost", "No message is sent at all.", area="messages"),
    )
}  # fmt: skip
