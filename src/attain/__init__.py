"""Attain plans sales targets, calculates variable pay, and shows everyone why a number is what it is.

Importing the package costs nothing: rooms are imported by name (`attain.kernel`, `attain.plans`, …).
"""

__version__ = "0.1.0.dev0"
