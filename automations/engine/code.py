"""Having code answered: one call per piece of code for all records that ask."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, cast

from automations.engine.evaluate import Question
from automations.scripting.contract import CodeRequest, CodeResult
from automations.scripting.pool import default_pool
from orders.documents.instants import instant
from portal.filters.fields import BEFORE
from portal.kit import json
from portal.kit.json import Json
from portal.kit.text import storable


def answerer(now: dt.datetime) -> Callable[[Sequence[Question]], list[CodeResult]]:
    """Return the function that `evaluate` asks, for a run whose recorded time is `now`."""
    moment = instant(now)
    texts: dict[int, tuple[Json, bytes, bytes]] = {}

    def answer(questions: Sequence[Question]) -> list[CodeResult]:
        by_key: dict[str, list[int]] = {}
        for index, question in enumerate(questions):
            by_key.setdefault(question.key, []).append(index)
        requests = []
        for key, indexes in by_key.items():
            written = [_text(questions[index], texts) for index in indexes]
            entities, related = [entity for entity, _ in written], [beside for _, beside in written]
            first = questions[indexes[0]]
            kind = cast(Literal["filter", "action"], first.kind)
            requests.append(CodeRequest(key, first.code, kind, entities, moment, related if any(related) else None))
        results: list[CodeResult | None] = [None] * len(questions)
        for indexes, answers in zip(by_key.values(), _run(requests), strict=True):
            for index, result in zip(indexes, answers, strict=True):
                results[index] = result
        return [result for result in results if result is not None]

    return answer


def _run(requests: Sequence[CodeRequest]) -> list[list[CodeResult]]:
    """Run code where this machine has proved that it can stop it; elsewhere every answer says why not."""
    proof = default_pool().self_test()
    if proof.ok:
        return [[_clean(result) for result in results] for results in default_pool().run(requests)]
    refused = CodeResult("refused", error=f"Code rules are off on this machine: {proof.why}")
    return [[refused] * len(request.entities) for request in requests]


def _clean(result: CodeResult) -> CodeResult:
    """Take out of messages and console what cannot be stored, so that no code can stop its order."""
    if result.error is None and not result.console:
        return result
    error = None if result.error is None else storable(result.error)
    return replace(result, error=error, console=tuple(storable(line) for line in result.console))


def _text(question: Question, texts: dict[int, tuple[Json, bytes, bytes]]) -> tuple[bytes, bytes]:
    """Write a document once, however many rules ask for it; what it was before is a related document.

    The document is kept beside its text, so that no other one can come to have its id.
    """
    document = question.document
    if id(document) not in texts:
        entity, related = document, question.related
        if BEFORE in document:
            entity = {key: value for key, value in document.items() if key != BEFORE}
            related = related | {"before": document[BEFORE]}
        texts[id(document)] = document, json.dumps(entity), json.dumps(related) if related else b""
    return texts[id(document)][1:]
