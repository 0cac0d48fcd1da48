"""How fast the engine pays a large company, measured against the same plan written by hand.

`company` makes the input, each contestant is a process of its own that pays it and tells what it took, `__main__` lets
them run one after the other, compares their cents, and writes the page `docs/benchmarks.md`. See `make bench`.
"""
