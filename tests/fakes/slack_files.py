"""The fake Slack's files: a place to upload to, the bytes, and then the message that shows them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_records import Args, Token, need
from tests.fakes.slack_text import Refused

if TYPE_CHECKING:
    from tests.fakes.slack_workspace import Workspace


@dataclass
class File:
    """A file; `body` is None until it was uploaded, `channel` empty until it was shown."""

    id: str
    team: str
    name: str
    size: int
    alt: str = ""
    body: bytes | None = None
    channel: str = ""


def begin(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`files.getUploadURLExternal`."""
    need(token, "files:write")
    size = int(args.get("length") or 0)
    if not args.get("filename") or size < 1:
        raise Refused("invalid_arguments")
    name = f"F{len(workspace.files) + 1:07d}"
    workspace.files[name] = File(
        name, token.team, str(args["filename"]), size, str(args.get("alt_txt") or "")
    )
    return {"upload_url": f"{workspace.url}/upload/v1/{name}", "file_id": name}


def take(workspace: Workspace, name: str, body: bytes) -> bool:
    """Take the bytes of a file; returns whether there is such an upload and they are as many as was said."""
    file = workspace.files.get(name)
    if file is None or file.body is not None or file.size != len(body):
        return False
    file.body = body
    return True


def choose(workspace: Workspace, team: str, name: str, body: bytes) -> dict[str, Any]:
    """What a person's `file_input` holds once they chose a file: docs.slack.dev/reference/objects/file-object."""
    made = File(f"F{len(workspace.files) + 1:07d}", team, name, len(body), body=body)
    workspace.files[made.id] = made
    place = f"{workspace.url}/files-pri/{team}-{made.id}"
    return {
        "id": made.id, "name": name, "title": name, "size": made.size, "mode": "hosted", "file_access": "visible",
        "url_private": f"{place}/{name}", "url_private_download": f"{place}/download/{name}",
    }  # fmt: skip


def give(workspace: Workspace, bearer: str, named: str) -> bytes | None:
    """The bytes of a file, by `team-file`, to a token of that team that may read files; None to all others."""
    token, (team, _, name) = workspace.tokens.get(bearer), named.partition("-")
    file = workspace.files.get(name)
    if token is None or bearer in workspace.revoked or "files:read" not in token.scopes:
        return None
    return file.body if file and file.team == team == token.team else None


def finish(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`files.completeUploadExternal`: show uploaded files in a conversation."""
    need(token, "files:write")
    given = args.get("files")
    wanted = json.loads(given) if isinstance(given, str) else given
    files = [workspace.files.get(str(each.get("id"))) for each in wanted or ()]
    if not files or any(each is None or each.body is None or each.team != token.team for each in files):
        raise Refused("file_not_found")
    shown = [each for each in files if each is not None]
    if args.get("channel_id"):
        place = workspace.place(token, {"channel": args["channel_id"]})
        if not place.member:
            raise Refused("not_in_channel")
        said = {"text": args.get("initial_comment") or "", "thread_ts": args.get("thread_ts")}
        workspace.commit(place, said | {"files": [each.id for each in shown]}, token.bot)
        for each in shown:
            each.channel = place.id
    return {"files": [{"id": each.id, "title": each.name} for each in shown]}
