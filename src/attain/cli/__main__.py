"""`python -m attain.cli` is the `attain` command."""

from attain.cli.main import main

main()
