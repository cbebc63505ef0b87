"""The operators, one module each; importing this package registers them all."""

from portal.filters.fields import Type
from portal.filters.shape import Operator, operators

operators.discover(__name__)

_ORDER = (
    *("equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "is_one_of", "is_not_one_of"),
    *("contains_any", "contains_all", "contains_none", "gt", "gte", "lt", "lte", "before", "after", "between"),
    *("in_last", "in_next", "older_than", "is_true", "is_false", "is_empty", "is_not_empty"),
)


def operators_for(kind: Type) -> list[Operator]:
    """Return the operators of a field type, the most used first; unlisted ones last."""
    rank = {key: index for index, key in enumerate(_ORDER)}
    found = [operator for operator in operators if kind in operator.readings]
    return sorted(found, key=lambda operator: rank.get(operator.key, len(rank)))
