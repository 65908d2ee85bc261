"""Install a peer once, into a folder of its own under var/bench: it is no dependency of the project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from bench.figures import Missing

POST_OFFICE = ("django-post_office==3.12.0", "Django==5.2.19")


def installed(folder: Path, *packages: str) -> Path:
    """The folder with these packages, installed by pip where it is not there yet. Raises Missing."""
    done = folder / ".done"
    if done.is_file() and done.read_text("utf-8") == "\n".join(packages):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        pip = subprocess.run(
            [*command, "--target", str(folder), *packages],
            check=False, timeout=180, capture_output=True, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Missing(f"pip could not install {packages[0]} within 180 s") from None
    if pip.returncode:
        said = pip.stderr.strip().splitlines() or ["no reason given"]
        raise Missing(f"pip could not install {packages[0]}: {said[-1][:120]}")
    done.write_text("\n".join(packages), "utf-8")
    return folder
