"""A mail server that takes anything and counts it, for machines without smtp-sink.

    python -m bench.lean_sink --port PORT --log FILE

It adds a line break to the file for each mail, and judges nothing: the tests' fake server refuses mails
that do not announce their 8-bit content, as django-post_office's do.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import BinaryIO

_OFFERS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 26214400\r\n"


class _Conversation(asyncio.Protocol):
    def __init__(self, log: BinaryIO) -> None:
        self._log, self._unread, self._in_mail = log, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while (found := self._unread.find(self._end)) >= 0:
            text, self._unread = self._unread[:found], self._unread[found + len(self._end) :]
            self._mail() if self._in_mail else self._command(text[:4].upper())

    @property
    def _end(self) -> bytes:
        return b"\r\n.\r\n" if self._in_mail else b"\r\n"

    def _mail(self) -> None:
        self._in_mail = False
        self._log.write(b"\n")
        self._line.write(b"250 ok\r\n")

    def _command(self, verb: bytes) -> None:
        answers = {b"EHLO": _OFFERS, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
        self._line.write(answers.get(verb, b"250 ok\r\n"))
        self._in_mail = verb == b"DATA"
        if verb == b"QUIT":
            self._line.close()


async def serve(port: int, log: BinaryIO) -> None:
    """Serve on 127.0.0.1 for ever, and say so once it can be reached."""
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(log), "127.0.0.1", port)
    print(f"listening on 127.0.0.1:{port}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    asked = parser.parse_args()
    with asked.log.open("ab", buffering=0) as log:
        asyncio.run(serve(asked.port, log))


if __name__ == "__main__":
    main()
