"""The independent re-computation: the same answer by another way, in plain fractions, one row after the other.

    plans + snapshot -> credits -> measures, values -> lines -> book -> releases -> payments

It shares the parsed document and the snapshot with the engine, and nothing else. Each module follows one section of
docs/plan-language.md; where speed and plainness disagree, plainness has won.
"""

from attain.checker.compare import Difference, compare
from attain.checker.recompute import Recomputation, recompute

__all__ = ["Difference", "Recomputation", "compare", "recompute"]
