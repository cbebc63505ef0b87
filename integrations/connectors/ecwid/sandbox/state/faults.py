"""The faults that the store can be told to have."""

from integrations.kit.sandbox.faults import Kind

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "rate_limited",
            "Too many requests",
            "Answers 429. How long to wait is told in the form you choose.",
            {"retry_after": "seconds", "seconds": 2},
            {"retry_after": ("seconds", "date", "huge", "garbage", "negative", "missing")},
        ),
        Kind(
            "server_error",
            "Server error",
            "Answers with an error of the server and a web page instead of data.",
            {"status": 502, "body": "html"},
            {"status": ("500", "502", "503", "504", "408"), "body": ("html", "json", "empty")},
        ),
        Kind("slow", "Slow answer", "Waits before it answers.", {"seconds": 30}),
        Kind("cut", "Cut answer", "Sends half of the answer, then hangs up."),
        Kind("duplicates", "Repeated records", "Lists show some records twice on a page."),
        Kind("reordered", "Shuffled pages", "Every page comes in another order.", {"seed": 1}),
        Kind("revoked", "Access taken back", "Answers 403 as if the shop owner had removed the app."),
        Kind("suspended", "Store suspended", "Answers 402 as for a store that is not paid for."),
        Kind(
            "index_lag",
            "Search lags behind",
            "New and changed orders appear in the list later.",
            {"seconds": 20},
            area="store",
        ),
        Kind(
            "unknown_currency",
            "Unknown currency",
            "The store says its currency is one nobody knows.",
            {"currency": "XQQ"},
            area="store",
        ),
        Kind(
            "clock_skew",
            "Clock is wrong",
            "The store's clock runs ahead, or behind with a minus.",
            {"seconds": 300},
            area="store",
        ),
        Kind(
            "state_dropped",
            "Sign-in forgets its state",
            "The way back to the app lacks the state it was given.",
            area="sign-in",
        ),
        Kind("token_refused", "Sign-in code refused", "The code cannot be exchanged for access.", area="sign-in"),
        Kind("fewer_scopes", "Fewer rights granted", "Grants only the rights to see the profile.", area="sign-in"),
    )
}
