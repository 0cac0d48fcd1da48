"""From plan documents and a snapshot to pay, exactly: the graph of named values as SQL."""

from __future__ import annotations

from attain.engine.calculation import Calculation, calculate

__all__ = ["Calculation", "calculate"]
