"""The npm package `emulate`, a Slack that others wrote, to compare the fake with. It is installed outside the project.

It needs Node 22.15, which npm brings. Where npm or its registry is missing, `install` raises NotHere.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "0.12.2"
NODE = "22.23.3"
_PATIENCE = 150
_SEED = """\
slack:
  strict_scopes: true
  team: {name: Fake, domain: fake}
  users:
    - {name: alice, real_name: Alice, email: alice@example.org}
    - {name: bob, real_name: Bob, email: bob@example.org}
  channels: [{name: general}, {name: random}]
  bots: [{name: silta}]
  oauth_apps:
    - client_id: "111.222"
      client_secret: client-secret
      app_id: A1
      name: Silta
      redirect_uris: ["https://silta.example.org/slack/oauth_redirect"]
      scopes: ["chat:write", "commands"]
      bot_name: silta
  tokens:
    - token: xoxb-full
      user: alice
      scopes: [
        "chat:write", "channels:read", "channels:history", "channels:join", "groups:read", "groups:history",
        "im:read", "im:history", "im:write", "users:read", "users:read.email", "files:write",
        "channels:manage", "channels:write",
      ]
    - {token: xoxb-poor, user: alice, scopes: ["channels:read"]}
"""


class NotHere(Exception):
    """`emulate` cannot be had on this machine; says why in one line."""


def install() -> Path:
    """The folder where `emulate` is, installed once for all runs. Raises NotHere."""
    folder = Path(tempfile.gettempdir()) / f"silta-emulate-{VERSION}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise NotHere(f"{folder} belongs to somebody else")
    done, failed = folder / "installed", folder / "failed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return folder
        # Every process of a run asks; one that failed just now is not followed by others that wait as long.
        if failed.exists() and time.time() - failed.stat().st_mtime < 600:
            raise NotHere(failed.read_text())
        try:
            _npm(folder)
        except NotHere as why:
            failed.write_text(str(why))
            raise
        done.touch()
    return folder


def _npm(folder: Path) -> None:
    if shutil.which("npm") is None:
        raise NotHere("npm is not installed")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder)]
    command += [f"emulate@{VERSION}", f"node@{NODE}"]
    try:
        ran = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotHere(f"npm took longer than {_PATIENCE} s") from None
    if ran.returncode:
        said = [line for line in ran.stderr.splitlines() if "ERR!" in line] or [
            f"npm ended with {ran.returncode}"
        ]
        raise NotHere(said[0])


@contextmanager
def emulated() -> Iterator[str]:
    """Run it for as long as the block runs; gives its address. Raises NotHere."""
    modules = install() / "node_modules"
    port = _free_port()
    with tempfile.TemporaryDirectory() as here:
        seed = Path(here) / "seed.yaml"
        seed.write_text(_SEED)
        command = [str(modules / ".bin" / "node"), str(modules / "emulate" / "dist" / "index.js"), "start"]
        command += ["-s", "slack", "-p", str(port), "--host", "127.0.0.1", "--seed", str(seed)]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=here, **quiet)
        try:
            _wait_for(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/oauth/v2/authorize", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotHere("it does not start")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
