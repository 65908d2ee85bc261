"""A Dovecot of one's own: a real IMAP server with its own settings, folder and port; the system's is not touched."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from imaplib import IMAP4
from pathlib import Path

BINARY = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

_SETTINGS = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def why_not() -> str | None:
    """Why no Dovecot can be run here; None where it can."""
    if BINARY is None:
        return "Dovecot: not installed (dovecot-imapd); the mailbox was tried against a fake only"
    version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("2.3."):
        return f"Dovecot: {version.split()[0] if version else 'of unknown version'}, our settings are for 2.3"
    if os.geteuid() != 0:
        return "Dovecot: it wants root here; the mailbox was tried against a fake only"
    return None


class Dovecot:
    """The server. Anybody's name opens the one mailbox, with the password `secret`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            self.port: int = held.getsockname()[1]
        nobody = pwd.getpwnam("nobody")  # it serves no mailbox of root's
        for name in ("run", "state", "mail", "home"):
            (folder / name).mkdir(parents=True)
        for name in ("mail", "home"):
            os.chown(folder / name, nobody.pw_uid, nobody.pw_gid)
        known = {"folder": folder, "port": self.port, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
        settings = _SETTINGS.format(**known, login="dovenull", internal="dovecot", group="dovecot")
        self._settings = folder / "dovecot.conf"
        self._settings.write_text(settings, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it; returns when it answers."""
        assert BINARY
        self._process = subprocess.Popen(
            [BINARY, "-F", "-c", str(self._settings)], start_new_session=True, stderr=subprocess.PIPE
        )
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                    assert line.recv(4) == b"* OK"
            except OSError:
                assert self._process.poll() is None, self._said()
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self._said())

    def kill(self) -> None:
        """End it as a power loss would, with all that it runs."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            assert self._process.stderr
            self._process.stderr.close()
            self._process = None

    def put(self, *raw: bytes) -> None:
        """Let letters arrive, by APPEND."""
        with IMAP4("127.0.0.1", self.port, timeout=5) as line:
            line.login("silta", "secret")
            for each in raw:
                status, said = line.append("INBOX", "", "", each)
                assert status == "OK", said

    def flags(self) -> list[set[str]]:
        """The flags of each letter."""
        with IMAP4("127.0.0.1", self.port, timeout=5) as line:
            line.login("silta", "secret")
            line.select("INBOX", readonly=True)
            _, rows = line.fetch("1:*", "(FLAGS)")
        shown = [
            row.decode().partition("FLAGS (")[2].partition(")")[0] for row in rows if isinstance(row, bytes)
        ]
        return [set(each.split()) - {r"\Recent"} for each in shown]

    def _said(self) -> str:
        log = self.folder / "log"
        return log.read_text("utf-8", "replace") if log.exists() else "it said nothing"
