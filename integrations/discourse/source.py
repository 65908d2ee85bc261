"""Reads what is new in a Discourse instance: `/latest.json`, then each topic that moved (https://docs.discourse.org)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from bot import clock
from bot.contracts import Cursor, FaultKind, Fetched, Report, SourceFault, Surroundings
from integrations.calling import Interrupted, Reply, Unreached, call
from integrations.discourse.options import DiscourseOptions, check_slugs
from integrations.discourse.topics import Left, Post, report_of
from integrations.reading import in_turn

PAGES, TOPICS = 5, 20
"""How many pages of the listing and how many topics one poll reads; what is left over comes next time."""

_KINDS: dict[int, FaultKind] = {401: "refused", 403: "refused", 404: "gone", 410: "gone", 429: "limited"}


class Listed(BaseModel):
    """A row of the listing."""

    id: int
    title: str = ""
    slug: str = ""
    bumped_at: datetime
    archetype: str = "regular"
    pinned: bool = False
    visible: bool = True


class DiscourseSource:
    """Asks one instance (`bot.contracts.Source`). Its cursor is how far the listing was read: `bumped_at`."""

    def __init__(self, options: DiscourseOptions, surroundings: Surroundings) -> None:
        check_slugs(options, surroundings)
        self._options = options
        self._surroundings = surroundings
        self._slugs: dict[int, str] | None = None

    def fetch(self, since: Cursor) -> Fetched:
        """The topics that moved since the cursor, the one that rested longest first. Raises SourceFault."""
        self._slugs = None
        known = since if since.get("place") == self._options.base else {}
        moved = sorted(self._moved(known.get("bumped_at")), key=lambda topic: topic.bumped_at)
        cursor = {"place": self._options.base, "bumped_at": known.get("bumped_at")}
        reports: list[Report] = []
        faults: list[str] = []
        began = clock.monotonic()
        for topic in moved[:TOPICS] if known else moved[-TOPICS:]:
            try:
                found = self._topic(topic)
            except SourceFault as fault:
                if fault.kind != "gone" and not reports:
                    raise
                if fault.kind != "gone":
                    faults.append(f"the rest comes next time: {fault.reason}")
                    break
                found = Left("it is gone")
            except ValidationError as fault:
                faults.append(f"topic {topic.id} was left out: {fault.errors()[0]['msg']}")
                found = Left("it cannot be read")
            if isinstance(found, Report):
                reports.append(found)
            cursor["bumped_at"] = topic.bumped_at.isoformat()
            if topic is not moved[-1] and clock.monotonic() - began > self._surroundings.patience:
                faults.append("the rest comes next time: the instance is too slow")
                break
        return Fetched(reports, cursor, faults, unchanged=bool(known) and not moved)

    def _moved(self, since: str | None) -> list[Listed]:
        found: dict[int, Listed] = {}
        after = datetime.fromisoformat(since) if since else None
        for number in range(PAGES):
            rows = self._listing(number)
            new = [row for row in rows if after is None or row.bumped_at > after]
            found |= {row.id: row for row in new if row.archetype == "regular" and row.visible}
            # What is pinned stands first, however old it is.
            if not rows or any(after and not row.pinned and row.bumped_at <= after for row in rows):
                break
        return list(found.values())

    def _listing(self, number: int) -> list[Listed]:
        data = self._get(f"/latest.json?order=activity&page={number}")
        try:
            return [Listed.model_validate(row) for row in data["topic_list"]["topics"]]
        except (KeyError, TypeError, ValidationError) as fault:
            raise SourceFault("the answer is not Discourse's listing", kind="structure") from fault

    def _topic(self, topic: Listed) -> Report | Left:
        data = self._get(f"/t/{topic.id}.json")
        try:
            first: dict[str, Any] = data["post_stream"]["posts"][0]
            about = {
                "topic_title": data.get("title"), "topic_archetype": data.get("archetype", "regular"),
                "category_id": data.get("category_id"), "tags": data.get("tags"),
                "category_slug": self._slug(data.get("category_id")),
            }  # fmt: skip
        except (KeyError, TypeError, IndexError, AttributeError) as fault:
            raise SourceFault("the answer is not Discourse's topic", kind="structure") from fault
        post = Post.model_validate({**first, **about, "topic_id": topic.id})
        return report_of(post, self._options, self._surroundings)

    def _slug(self, category: Any) -> str:
        """The slug of a category, where the options name some: a topic has only its number."""
        options = self._options
        names = [*options.categories, *options.cities, *options.topics]
        if self._slugs is None and any(not name.isdigit() for name in names):
            rows = self._get("/site.json").get("categories")
            self._slugs = {
                row["id"]: str(row.get("slug", ""))
                for row in (rows if isinstance(rows, list) else [])
                if isinstance(row, dict) and isinstance(row.get("id"), int)
            }
        return (self._slugs or {}).get(category, "")

    def _get(self, path: str) -> Any:
        in_turn(self._options.base + path, self._surroundings)
        try:
            reply = call(
                "GET", self._options.base + path, headers=self._options.headers,
                allow_private=self._surroundings.allow_private,
            )  # fmt: skip
        except Unreached as fault:
            raise SourceFault(f"the instance cannot be reached ({fault})", kind=fault.kind) from fault
        except Interrupted as fault:
            raise SourceFault(f"the line to the instance broke ({fault})", kind="unreachable") from fault
        if reply.ok and isinstance(reply.data, dict):
            return reply.data
        raise _fault(reply)


def _fault(reply: Reply) -> SourceFault:
    if reply.too_large:
        return SourceFault("the answer is larger than any of Discourse's", kind="too_large")
    if reply.ok:
        return SourceFault("the answer is not JSON", kind="not_content")
    if 300 <= reply.status < 400:
        return SourceFault(
            "the instance sends us on: give its final address",
            kind="gone" if reply.status == 308 else "other",
        )
    kind = _KINDS.get(reply.status, "unreachable")
    said = "wants a sign-in: set api_key" if kind == "refused" else "does not answer"
    return SourceFault(f"the instance {said} (HTTP {reply.status})", reply.retry_after, kind)
