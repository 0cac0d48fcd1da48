"""What every room stands on: exact amounts, dates and periods, effective dating, errors, and the ports to the world.

The kernel imports nothing of ours and, beside the time-zone tables, nothing but the standard library.
"""
