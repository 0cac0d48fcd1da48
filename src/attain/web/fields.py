"""Exact decimals in the database. SQLite would keep them as floats, so there they are text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models


class ExactDecimalField(models.Field):
    """A decimal of so many digits that comes back digit by digit: numeric on PostgreSQL, text on SQLite.

    Django's own decimal column has numeric affinity on SQLite, which turns what looks like a number into a float of
    15 digits. Nothing compares or sums these columns in SQL; that is the engine's work.
    """

    def __init__(self, *args: Any, digits: int = 18, places: int = 4, **kwargs: Any) -> None:
        self.digits = digits
        self.places = places
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "digits": self.digits, "places": self.places}

    def get_internal_type(self) -> str:
        return "ExactDecimalField"

    def db_type(self, connection: Any) -> str:
        return "text" if connection.vendor == "sqlite" else f"numeric({self.digits}, {self.places})"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else self._exact(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else self._exact(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        exact = value if prepared else self.get_prep_value(value)
        return f"{exact:f}" if exact is not None and connection.vendor == "sqlite" else exact

    def _exact(self, value: Any) -> Decimal:
        if isinstance(value, float):
            raise TypeError(f"{self.name}: a float is not exact; give a Decimal.")
        given = Decimal(value)
        scaled = given.scaleb(self.places)
        if not given.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= 10**self.digits:
            raise ValueError(f"{self.name}: {value} does not fit {self.digits} digits with {self.places} places.")
        return (given or Decimal(0)).quantize(Decimal(1).scaleb(-self.places))  # a minus before zero says nothing
