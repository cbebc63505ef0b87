"""The operators, one module each; importing this package registers them all."""

from portal.filters.fields import Type
from portal.filters.shape import Operator, operators

operators.discover(__name__)

_ORDER = (
    *("equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "is_one_of", "is_not_one_of"),
    *("matches", "not_matches"),
    *("contains_any", "contains_all", "contains_none", "gt", "gte", "lt", "lte", "before", "after", "between"),
    *("in_last", "in_next", "older_than", "on_weekday", "time_between", "is_true", "is_false"),
    *("length_equals", "length_gt", "length_lt", "changed", "changed_from", "changed_to", "is_empty", "is_not_empty"),
)


def operators_for(kind: Type, *, changes: bool = False) -> list[Operator]:
    """Return the operators of a field type, the most used first; unlisted ones last.

    Those that look back are among them only with `changes` (`Catalogue.changes`, and no line field).
    """
    rank = {key: index for index, key in enumerate(_ORDER)}
    found = [operator for operator in operators if kind in operator.readings and (changes or not operator.looks_back)]
    return sorted(found, key=lambda operator: rank.get(operator.key, len(rank)))
