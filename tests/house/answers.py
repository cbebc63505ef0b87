"""What every answer carries, whoever has asked for it."""

import re
from typing import Any

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def faults_of(response: Any) -> list[str]:
    """Return what is wrong with the headers of an answer."""
    wrong = [f"{name}: {response.get(name)}" for name, value in ALWAYS.items() if response.get(name) != value]
    policy = response.get("Content-Security-Policy", "")
    if {part.strip() for part in policy.split(";") if part.strip()} != POLICY:
        wrong.append(f"policy: {policy}")
    if not re.fullmatch(r"[0-9a-f]{16}", response.get("X-Request-Id", "")):
        wrong.append("no request ID")
    return wrong


def is_private(response: Any) -> bool:
    kept = {part.strip() for part in response.get("Cache-Control", "").split(",")}
    return "private" in kept and bool(kept & {"no-cache", "no-store"}) and "public" not in kept
