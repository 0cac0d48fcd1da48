"""The examples in the kernel's docstrings are part of its specification, and the kernel stands alone."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import attain.kernel

MODULES = [f"attain.kernel.{module.name}" for module in pkgutil.iter_modules(attain.kernel.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_say_what_the_code_does(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_kernel_needs_nothing_but_the_standard_library() -> None:
    """Started without any installed package, all of it can be imported."""
    source = Path(attain.kernel.__file__).parents[2]
    program = f"import sys; sys.path.insert(0, {str(source)!r}); [__import__(name) for name in {MODULES}]"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
