"""What code gets, what it may give back, and what is said when it gives something else."""

from decimal import Decimal

import pytest

from automations.scripting.contract import CodeRequest, CodeResult
from automations.scripting.pool import Pool
from tests.automations.scripting.conftest import NOW, Run, request


def test_a_filter_is_a_body_that_returns_true_or_false(run: Run) -> None:
    assert [result.value for result in run("return entity.total > 100;", b'{"total": 150}', b'{"total": 50}')] == [
        True,
        False,
    ]


def test_answers_come_in_the_order_of_the_records(run: Run) -> None:
    entities = [b'{"n": %d}' % number for number in range(200)]
    assert [result.value for result in run("return entity.n % 3 === 0", *entities)] == [n % 3 == 0 for n in range(200)]


def test_an_action_returns_changes_with_exact_decimals(run: Run) -> None:
    (result,) = run('return {note: "é", total: 12.30, tags: ["a"], gone: null, at: new Date()}', kind="action")
    assert result.value == {
        "note": "é",
        "total": Decimal("12.3"),
        "tags": ["a"],
        "gone": None,
        "at": "2026-03-04T05:06:07.000Z",
    }


def test_undefined_in_an_action_means_no_change(run: Run) -> None:
    assert run("return {note: entity.missing?.note, tag: 1}", kind="action")[0].value == {"tag": 1}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("entity.total > 1", "The filter must return true or false; it returned nothing. Did you forget “return”?"),
        ("return 1", "The filter must return true or false; it returned 1."),
        ("return 'true'", "The filter must return true or false; it returned the text “true”."),
        ("return null", "The filter must return true or false; it returned null."),
        ("return [true]", "The filter must return true or false; it returned an Array."),
        ("return {}", "The filter must return true or false; it returned an object."),
        ("return Symbol()", "The filter must return true or false; it returned a symbol."),
        ("return 1n", "The filter must return true or false; it returned a bigint."),
        ("return () => true", "The filter must return true or false; it returned a Function."),
        ("return NaN", "The filter must return true or false; it returned NaN."),
    ],
)
def test_a_filter_that_returns_something_else_is_told_what_it_returned(run: Run, source: str, message: str) -> None:
    (result,) = run(source)
    assert (result.status, result.error) == ("error", message)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "The code must return an object of changes; it returned nothing. Did you forget “return”?"),
        ("return [1]", "The code must return an object of changes; it returned an Array."),
        ("return {a: NaN}", "TypeError: “a” in the result is NaN, which is not a number JSON can hold"),
        ("return {a: [1, -1/0]}", "TypeError: “1” in the result is -Infinity, which is not a number JSON can hold"),
        ("return {a: 1n}", "TypeError: “a” in the result is a bigint"),
        ("return {a: () => 1}", "TypeError: “a” in the result is a Function"),
        ("return {a: new Date(NaN)}", "TypeError: “a” in the result is not a valid date"),
        ("return {a: '\\ud800'}", "TypeError: “a” in the result contains half of a character (a lone surrogate)"),
        ("return {'\\ud800': 1}", "TypeError: A name in the result contains half of a character (a lone surrogate)"),
        ("return {a: 'x'.repeat(300000)}", "The result is larger than 256 KB."),
        ("return {a: 'é'.repeat(200000)}", "The result is larger than 256 KB."),
    ],
)
def test_an_action_that_returns_something_else_is_told_what(run: Run, source: str, message: str) -> None:
    (result,) = run(source, kind="action")
    assert (result.status, result.error) == ("error", message)


def test_a_result_may_nest_sixty_four_levels_and_no_more(run: Run) -> None:
    nest = "let r = {}; for (let i = 1; i < %d; i++) r = {r}; return r"
    assert run(nest % 64, kind="action")[0].ok
    assert run(nest % 65, kind="action")[0].error == "The result is nested more than 64 levels deep."


def test_brackets_inside_texts_are_no_nesting(run: Run) -> None:
    assert run("return {a: '[{\"'.repeat(100)}", kind="action")[0].value == {"a": '[{"' * 100}


@pytest.mark.parametrize(
    ("source", "error", "line", "column"),
    [
        (
            "return entity.customer.name === 'x'",
            "TypeError: Cannot read properties of undefined (reading 'name')",
            1,
            24,
        ),
        ("\n\nthrow new Error('no')", "Error: no", 3, 7),
        (
            "const check = () => {\n  return missing;\n};\nreturn check();",
            "ReferenceError: missing is not defined",
            2,
            3,
        ),
        ("\nthrow 'bare'", "The code threw the text “bare”", 2, None),
        ("\n\nthrow null", "The code threw null", 3, None),
        ("throw {code: 7}", 'The code threw {"code":7}', 1, None),
        ("\nhelpers.money.round('abc')", "TypeError: “abc” is not an amount", 2, 15),
        ("total = 1", "ReferenceError: total is not defined", 1, 7),
    ],
)
def test_a_thrown_value_names_its_line(run: Run, source: str, error: str, line: int, column: int | None) -> None:
    (result,) = run(source)
    assert (result.status, result.error, result.line, result.column) == ("error", error, line, column)


def test_a_long_message_is_cut(run: Run) -> None:
    error = run("throw new Error('x'.repeat(1000000))")[0].error
    assert error is not None
    assert len(error) == 501


def test_the_console_is_kept_with_each_record(run: Run) -> None:
    source = "console.log('total', entity.total, {a: [1]}); console.warn(undefined); return true"
    assert [result.console for result in run(source, b'{"total": 1}', b'{"total": 2}')] == [
        ('total 1 {"a":[1]}', "undefined"),
        ('total 2 {"a":[1]}', "undefined"),
    ]


def test_the_console_of_a_failed_run_is_kept_too(run: Run) -> None:
    assert run("console.log('before'); throw new Error('x')")[0].console == ("before",)


def test_the_console_is_cut_at_its_limit(run: Run) -> None:
    (result,) = run("for (let i = 0; i < 100; i++) console.log('x'.repeat(1000)); return true")
    assert len(result.console) == 17
    assert result.console[-1].endswith("… (the console is cut here)")


def test_now_is_the_recorded_instant_everywhere(run: Run) -> None:
    source = """return {
      helper: helpers.now, date: new Date().toISOString(), ms: Date.now(), text: Date().slice(0, 15),
      intl: new Intl.DateTimeFormat("en-GB", {timeZone: "Asia/Tokyo"}).format(), other: new Date(0).constructor.now(),
    }"""
    assert run(source, kind="action")[0].value == {
        "helper": "2026-03-04T05:06:07.000Z",
        "date": "2026-03-04T05:06:07.000Z",
        "ms": 1772600767000,
        "text": "Wed Mar 04 2026",
        "intl": "04/03/2026",
        "other": 1772600767000,
    }


def test_chance_is_refused(run: Run) -> None:
    error = run("return Math.random() > 0.5")[0].error
    assert error == "Error: Math.random is not available: a rule must give the same answer every time"


def test_related_documents_are_there_and_read_only(pool: Pool) -> None:
    entities, related = [b"{}", b"{}"], [b'{"order": {"total": 5}}', b'{"order": {"total": 9}}']
    ask = CodeRequest("k", "return related.order.total > 7", "filter", entities, NOW, related)
    assert [result.value for result in pool.run([ask])[0]] == [False, True]
    write = CodeRequest("k", "related.order.total = 1; return true", "filter", entities[:1], NOW, related[:1])
    assert "read only property 'total'" in str(pool.run([write])[0][0].error)


def test_without_related_documents_there_is_an_empty_object(run: Run) -> None:
    assert run("return related.order === undefined")[0].value is True


def test_text_beyond_ascii_reaches_the_code_unharmed(run: Run) -> None:
    entities = ['{"t": "añ😀"}'.encode(), b'{"t": "x"}', b'{"t": "\\ud83d\\ude00"}']
    assert [result.value for result in run("return entity.t.includes('😀')", *entities)] == [True, False, True]


def test_a_key_named_proto_is_only_a_key(run: Run) -> None:
    (result,) = run("return entity.admin === undefined && entity.a === 1", b'{"__proto__": {"admin": true}, "a": 1}')
    assert result.value is True


def test_an_unreadable_record_fails_alone(run: Run) -> None:
    results = run("return true", b"{}", b'{"a":', b"\xff", b"{}")
    assert [result.status for result in results] == ["ok", "error", "error", "ok"]
    assert results[1].error == "The record is not readable as JSON."


def test_a_record_over_a_megabyte_is_refused_alone(run: Run) -> None:
    results = run("return true", b'"%s"' % (b"x" * 1_048_576), b"{}")
    assert [(result.status, result.error) for result in results] == [
        ("refused", "The record is larger than 1 MB."),
        ("ok", None),
    ]


def test_many_large_records_pass_in_several_messages(run: Run) -> None:
    entities = [b'{"n": %d, "x": "%s"}' % (number, b"x" * 900_000) for number in range(12)]
    assert [result.value for result in run("return entity.n === 11", *entities)] == [False] * 11 + [True]


def test_no_records_no_answers(pool: Pool) -> None:
    assert pool.run([CodeRequest("k", "return true", "filter", [], NOW)]) == [[]]


def test_several_requests_are_answered_apart(pool: Pool) -> None:
    answers = pool.run([request("return true"), request("return false", b"{}", b"{}"), request("}")])
    assert [[result.value for result in answer] for answer in answers] == [[True], [False, False], [None]]


def test_time_of_the_code_and_time_of_waiting_are_told_apart(run: Run) -> None:
    (result,) = run("let n = 0; for (let i = 0; i < 100000; i++) n += i; return n > 0")
    assert isinstance(result, CodeResult)
    assert result.micros > 500


def test_people_may_set_names_that_prototypes_have(run: Run) -> None:
    source = """
      class Bad extends Error {}
      const error = new Bad("x");
      error.name = "Mine";
      const object = {};
      object.toString = () => "o";
      object.constructor = 1;
      return `${error}${object}` === "Mine: xo";"""
    assert run(source)[0].value is True


# ---- syntax


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("return true;\nlet x = ;", "SyntaxError: Unexpected token ';'", 2, 9),
        ("let entity = 1", "SyntaxError: Identifier 'entity' has already been declared", 1, 5),
        (
            "return await 1",
            "SyntaxError: await is only valid in async functions and the top level bodies of modules",
            1,
            8,
        ),
    ],
)
def test_a_syntax_error_names_line_and_column(pool: Pool, source: str, message: str, line: int, column: int) -> None:
    problem = pool.check(source, "filter")
    assert problem is not None
    assert (problem.message, problem.line, problem.column) == (message, line, column)
    (result,) = pool.run([request(source)])[0]
    assert (result.status, result.error, result.line, result.column) == ("error", message, line, column)


@pytest.mark.parametrize(
    "source",
    [
        "return true }",
        "return true; {",
        "return true /*",
        "return `",
        "}, function () {",
        "}); (function () {",
        "return true })}); (function(){ return (function(entity, related, helpers){",
        "return true}}; var n = 0; function x() { return function () {",
    ],
)
def test_code_that_leaves_its_wrapper_is_not_accepted(pool: Pool, source: str) -> None:
    problem = pool.check(source, "filter")
    assert problem is not None
    assert problem.message.startswith(("Brackets, quotes or comments do not match", "SyntaxError"))
    assert pool.run([request(source)])[0][0].status == "error"


@pytest.mark.parametrize(
    "source",
    [
        "return true //",
        "return true <!-- x",
        "'use strict'; return true",
        "\ufeffreturn true",
        "// \u2028 return true",
        "return true;\r\n",
    ],
)
def test_comments_marks_and_directives_at_the_edges_do_no_harm(run: Run, pool: Pool, source: str) -> None:
    assert pool.check(source, "filter") is None
    assert run(source)[0].value is True


def test_good_code_has_no_problem(pool: Pool) -> None:
    assert pool.check("return entity.total > 1", "filter") is None
    assert pool.check("return {}", "action") is None


def test_code_over_its_size_is_refused(pool: Pool) -> None:
    problem = pool.check("//" + "x" * 65_536, "filter")
    assert problem is not None
    assert problem.message == "The code is larger than 64 KB."
    assert pool.run([request("//" + "x" * 65_536)])[0][0].status == "refused"


def test_code_with_half_a_character_is_refused(pool: Pool) -> None:
    assert (
        pool.run([request("return '\ud800'")])[0][0].error
        == "The code contains half of a character (a lone surrogate)."
    )


def test_code_nested_without_end_is_refused_in_time(pool: Pool) -> None:
    assert pool.check("return " + "[" * 60_000, "filter") is not None
    assert pool.check("return true", "filter") is None
