"""A bare `slack_sdk` loop as a peer: the same post to one conversation after the other.

    python -m bench.peers.slack_loop API_URL CERTIFICATE PAYLOAD.json COUNT

Prints the seconds it took. The SDK opens a connection for each call, as it always does.
"""

from __future__ import annotations

import json
import ssl
import sys
import time
from pathlib import Path

from slack_sdk import WebClient

from bench.content import SLACK_TOKEN


def main(api_url: str, certificate: str, payload: str, count: str) -> None:
    """Post `count` times."""
    client = WebClient(SLACK_TOKEN, base_url=api_url, ssl=ssl.create_default_context(cafile=certificate))
    post = json.loads(Path(payload).read_text("utf-8"))
    started = time.monotonic()
    for at in range(int(count)):
        client.chat_postMessage(**{**post, "channel": f"U{at:08d}"})
    print(time.monotonic() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
