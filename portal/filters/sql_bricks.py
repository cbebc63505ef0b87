"""Small pieces of SQL that the cells of the SQL reading are made of."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db.models import BooleanField, DateTimeField, DecimalField, Func, JSONField, Q, TextField, Value
from django.db.models.expressions import Combinable

from portal.kit.json import dumps_text

Expression: TypeAlias = Combinable | Q


class Sql(Func):
    """A piece of SQL that is true, false or NULL."""

    output_field = BooleanField()
    arity = None


class NotTrue(Sql):
    """What is false, or cannot be told for want of a value."""

    template = "((%(expressions)s) IS NOT TRUE)"


class IsNull(Sql):
    """There is no value."""

    template = "((%(expressions)s) IS NULL)"


class Infix(Sql):
    """A comparison."""

    template = "(%(expressions)s)"


class Milliseconds(Func):
    """An instant as whole milliseconds since 1970."""

    template = "floor(EXTRACT(EPOCH FROM %(expressions)s) * 1000)"
    output_field = DecimalField()


class There(Func):
    """What the wall clock of a timezone shows at an instant."""

    function = "timezone"
    output_field = DateTimeField()


def infix(left: Any, sign: str, right: Any) -> Expression:
    """Compare two expressions."""
    return Infix(left, right, arg_joiner=f" {sign} ")


class Array(Func):
    """An array of texts as one parameter."""

    template = "%(expressions)s::text[]"
    output_field = TextField()


class _Json(Func):
    """A value as one jsonb parameter."""

    template = "%(expressions)s::jsonb"
    output_field = JSONField()


def array(values: Sequence[str]) -> Expression:
    """Return texts as one parameter."""
    return Array(Value(list(values), output_field=Raw()))


def json_value(value: Any) -> Expression:
    """Return a JSON value as one parameter."""
    return _Json(Value(dumps_text(value), output_field=TextField()))


class Raw(TextField[Any, Any]):
    """Hands a parameter to the driver as it is."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the value unchanged."""
        return value


TRUE, FALSE = Value(True, output_field=BooleanField()), Value(False, output_field=BooleanField())
