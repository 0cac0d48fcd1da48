"""Write the migrations that changed models ask for: python -m tools.migrations

They are for review, like any other code: rename each file after what it does.
"""

import sys
import tempfile
from pathlib import Path

from attain.web import settings
from attain.web.workspace import Workspace


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings.configure(Workspace.create(Path(folder) / "w", name="migrations"))
        from django.core.management import call_command

        call_command("makemigrations", *sys.argv[1:], verbosity=1)


if __name__ == "__main__":
    main()
