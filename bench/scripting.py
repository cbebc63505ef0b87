"""How fast users' code runs through the pool, against bare V8 on the same function in the same run.

`make bench ARGS="--only scripting"`, or `python -m bench.scripting` without a database. The rounds of bare
V8, of bare V8 without its compiler (as the pool has it, which is a promise of safety) and of the pool
alternate, so that whatever else the machine does meets all three alike; each figure is a median.
"""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from automations.scripting.contract import CodeRequest
from automations.scripting.pool import Pool
from bench.table import Figure

NOW = "2026-01-02T03:04:05Z"
BATCH = 200
ROUNDS = 30
SINGLES = 300
SHARE = 0.5
"""What the pool must reach of bare V8 in batches."""
SINGLE_MS = 5.0
"""A warm single call, 95 of 100."""
RULES = {
    "one comparison": "return entity.total > 100;",
    "sum over lines": """let sum = 0;
        for (const line of entity.lineItems) sum += line.quantity * line.itemPrice;
        return sum > 100;""",
}


@dataclass(frozen=True)
class Row:
    """One line of the table; `goal` says that its figure has one to meet."""

    name: str
    per_second: float
    share_of_bare: float | None = None
    p95_ms: float | None = None
    goal: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if not self.goal:
            return None
        return (self.share_of_bare or 0) >= SHARE if self.p95_ms is None else self.p95_ms < SINGLE_MS


def record(number: int, lines: int) -> bytes:
    """An order document of about 0.16 KB a line and 0.5 KB around them."""
    items = [
        {
            "uniqueId": f"{number}-{line}",
            "sku": f"SKU-{line:05}",
            "name": "White hanging heart t-light holder",
            "quantity": line % 7 + 1,
            "itemPrice": 2.55,
            "itemTax": 0.51,
            "weight": 0.2,
            "requiresShipping": True,
        }
        for line in range(lines)
    ]
    address = {
        "firstName": "Ada",
        "lastName": "Lovelace",
        "city": "London",
        "zipCodeOrPostalCode": "N1 9GU",
        "country": "GB",
    }
    document = {
        "orderId": f"o{number:015}",
        "extOrderId": f"#{number}",
        "status": "new",
        "total": number % 250,
        "currency": "GBP",
        "tags": ["wholesale", "gift"],
        "shippingAddress": address,
        "billing": address,
        "lineItems": items,
    }
    return json.dumps(document, separators=(",", ":")).encode()


class Bare:
    """Bare V8 in a process of its own, kept so that its rounds can alternate with the pool's."""

    def __init__(self, source: str, entities: list[bytes], *, jit: bool) -> None:
        flags = ["--single-threaded"] if jit else ["--single-threaded", "--jitless"]
        order = {"source": source, "entities": [text.decode() for text in entities], "flags": flags}
        program = Path(__file__).with_name("bare_v8.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(json.dumps(order))

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def round(self) -> float:
        """Seconds for one batch."""
        assert self.process.stdout is not None
        self._say("")
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def pool_round(pool: Pool, request: CodeRequest) -> float:
    """Seconds for one batch through the pool."""
    began = time.perf_counter()
    results = pool.run([request])[0]
    seconds = time.perf_counter() - began
    assert all(result.ok for result in results)
    return seconds


def compare(pool: Pool, source: str, entities: list[bytes]) -> list[float]:
    """Evaluations per second of bare V8, of bare V8 without JIT and of the pool: medians of alternating rounds."""
    request = CodeRequest("bench:filter", source, "filter", entities, NOW)
    with_jit, without = Bare(source, entities, jit=True), Bare(source, entities, jit=False)
    ways = (with_jit.round, without.round, lambda: pool_round(pool, request))
    try:
        times = [[way() for way in ways] for _ in range(ROUNDS)][ROUNDS // 10 :]
    finally:
        with_jit.close()
        without.close()
    return [len(entities) / statistics.median(column) for column in zip(*times, strict=True)]


def singles(pool: Pool, source: str, entity: bytes, pause: float) -> Row:
    """Single warm calls, with a pause between two (a person testing) or none."""
    request = CodeRequest("bench:filter", source, "filter", [entity], NOW)
    times = []
    for _ in range(SINGLES):
        began = time.perf_counter()
        assert pool.run([request])[0][0].ok
        times.append(time.perf_counter() - began)
        time.sleep(pause)
    name = f"single calls, {pause * 1000:g} ms apart" if pause else "single calls, back to back"
    return Row(name, len(times) / sum(times), p95_ms=sorted(times)[int(len(times) * 0.95)] * 1000, goal=True)


def run() -> list[Row]:
    """All rows: each rule and size of record in batches, then single calls."""
    rows = []
    pool = Pool()
    try:
        for rule, source in RULES.items():
            for lines in (10, 26):
                entities = [record(number, lines) for number in range(BATCH)]
                size = f"{len(entities[0]) / 1000:.1f} KB"
                with_jit, without, through = compare(pool, source, entities)
                rows += [
                    Row(f"{rule}, {size}: bare V8", with_jit),
                    Row(f"{rule}, {size}: bare V8 without JIT", without, without / with_jit),
                    Row(f"{rule}, {size}: pool, batches of {BATCH}", through, through / with_jit, goal=True),
                ]
        for pause in (0.0, 0.02):
            rows.append(singles(pool, RULES["one comparison"], record(1, 10), pause))
    finally:
        pool.close()
    return rows


def figure(row: Row) -> Figure:
    """Return a row as the one table of the benchmarks has it."""
    goal = "" if not row.goal else f"at least {SHARE:.0%}" if row.p95_ms is None else f"p95 < {SINGLE_MS:g} ms"
    share = "" if row.share_of_bare is None else f" ({row.share_of_bare:.0%} of bare V8)"
    p95 = "" if row.p95_ms is None else f", p95 {row.p95_ms:.2f} ms"
    return Figure(f"JavaScript, {row.name}", f"{row.per_second:,.0f}/s{share}{p95}", goal, row.met)


def measure() -> list[Figure]:
    """Measure the pool against bare V8; needs no database."""
    return [figure(row) for row in run()]


def main() -> None:
    """Print the rows as a table."""
    for one in map(figure, run()):
        print(f"{one.what:<72}{one.measured:>40}  {one.verdict}")


if __name__ == "__main__":
    main()
