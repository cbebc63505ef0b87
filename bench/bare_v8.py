"""The reference for bench/scripting.py: the same function in bare V8, without fences, limits or a pool.

Runs as a process of its own, because only the script child may load V8. Reads one JSON object (source, entities,
flags, and whether its answers are asked for) from its input; one call a batch, each record parsed inside.
"""

import asyncio
import json
import sys
import time
from typing import Any

from py_mini_racer import init_mini_racer, mini_racer

RUN = """((texts, telling) => {
  const rule = (function (entity, related, helpers) {
%s
});
  const records = JSON.parse(texts);
  if (telling) return JSON.stringify(records.map((text) => rule(JSON.parse(text), {}, {})));
  let matches = 0;
  for (const text of records) if (rule(JSON.parse(text), {}, {}) === true) matches += 1;
  return matches;
})"""


async def serve() -> None:
    """Read the order, then for each further line run one round and print its seconds."""
    order = json.loads(sys.stdin.readline())
    init_mini_racer(flags=order["flags"])
    with mini_racer(asyncio.get_running_loop()) as engine:
        function: Any = engine.eval(RUN % order["source"])
        texts = json.dumps(order["entities"])
        if order.get("answers"):  # what it says of each record, before any round is measured
            print(function(texts, True), flush=True)
        for _ in sys.stdin:
            began = time.perf_counter()
            function(texts, False)
            print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
