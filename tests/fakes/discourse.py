"""A Discourse of its own: topics, posts and webhooks, strict about keys, titles, external ids and limits.

    with FakeDiscourse() as discourse:
        topic = discourse.write("Vähähiilinen Tampere", "<p>Tukea on haettavana.</p>")
        body, headers = discourse.event("post_created", topic.first)

Shapes follow `WebHookPostSerializer`, `WebHookTopicViewSerializer`, `TopicsController` and `PostsController`.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.fakes.http_fake import Asked, HttpFake, Said

DENIED = {"errors": ["You are not permitted to view the requested resource."], "error_type": "invalid_access"}
MISSING = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}


@dataclass
class Post:
    id: int
    topic: Topic
    number: int
    username: str
    raw: str
    cooked: str
    updated_at: datetime
    version: int = 1
    deleted_at: datetime | None = None

    def shown(self, *, raw: bool = False) -> dict[str, Any]:
        shown = {
            "id": self.id, "username": self.username, "created_at": self.topic.created_at.isoformat(),
            "cooked": self.cooked, "post_number": self.number, "post_type": 1, "topic_id": self.topic.id,
            "updated_at": self.updated_at.isoformat(), "version": self.version,
            "deleted_at": self.deleted_at and self.deleted_at.isoformat(), "hidden": False,
        }  # fmt: skip
        return shown | ({"raw": self.raw} if raw else {})


@dataclass
class Topic:
    id: int
    title: str
    category: int
    created_at: datetime
    external_id: str | None = None
    archetype: str = "regular"
    tags: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    pinned: bool = False
    deleted_at: datetime | None = None

    @property
    def first(self) -> Post:
        return self.posts[0]

    @property
    def bumped_at(self) -> datetime:
        return max(post.updated_at for post in self.posts)


class FakeDiscourse(HttpFake):
    KEY, USER, SECRET = "key-of-the-fake-instance", "silta", "secret-of-the-fake-instance"
    CATEGORIES: ClassVar = {5: "tampere", 7: "verkosto"}
    PER_PAGE = 30

    def __init__(self) -> None:
        super().__init__()
        self.topics: dict[int, Topic] = {}
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        self._ids = itertools.count(11)
        self._events = itertools.count(1)

    def write(
        self, title: str, cooked: str, *, username: str = "alice", category: int = 5, **more: Any
    ) -> Topic:
        """Somebody writes a topic; a second later it is that late."""
        topic = Topic(next(self._ids), title, category, self.now, **more)
        self.topics[topic.id] = topic
        self.reply(topic, cooked, username=username)
        return topic

    def reply(self, topic: Topic, cooked: str, *, username: str = "bob", raw: str | None = None) -> Post:
        self.now += timedelta(seconds=1)
        post = Post(next(self._ids), topic, len(topic.posts) + 1, username, raw or cooked, cooked, self.now)
        topic.posts.append(post)
        return post

    def edit(self, post: Post, cooked: str, title: str | None = None) -> None:
        self.now += timedelta(seconds=1)
        post.raw = post.cooked = cooked
        post.version, post.updated_at = post.version + 1, self.now
        post.topic.title = title or post.topic.title

    def event(
        self, name: str, about: Post | Topic, *, secret: str | None = None, form: bool = False
    ) -> tuple[bytes, dict[str, str]]:
        """The body and headers of a webhook; asked for again, it is a retry with a new event id."""
        kind = name.partition("_")[0]
        content = self._topic_event(about) if isinstance(about, Topic) else self._post_event(about)
        return self.signed({kind: content}, name, kind, secret=secret, form=form)

    def signed(
        self, document: Any, name: str, kind: str, *, secret: str | None = None, form: bool = False
    ) -> tuple[bytes, dict[str, str]]:
        body = json.dumps(document).encode()
        digest = hmac.new((secret or self.SECRET).encode(), body, hashlib.sha256).hexdigest()
        return body, {
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
            "User-Agent": "Discourse/2026.8.0", "X-Discourse-Instance": self.url,
            "X-Discourse-Event-Id": str(next(self._events)), "X-Discourse-Event-Type": kind,
            "X-Discourse-Event": name, "X-Discourse-Event-Signature": f"sha256={digest}",
        }  # fmt: skip

    def _post_event(self, post: Post) -> dict[str, Any]:
        topic = post.topic
        return post.shown(raw=True) | {
            "topic_title": topic.title, "topic_slug": "topic", "topic_archetype": topic.archetype,
            "category_id": topic.category, "category_slug": self.CATEGORIES.get(topic.category, ""),
        }  # fmt: skip

    def _topic_event(self, topic: Topic) -> dict[str, Any]:
        return {
            "id": topic.id, "title": topic.title, "archetype": topic.archetype, "category_id": topic.category,
            "tags": topic.tags, "deleted_at": topic.deleted_at and topic.deleted_at.isoformat(),
        }  # fmt: skip

    def serve(self, asked: Asked) -> Said:
        key = asked.headers.get("api-key")
        if (asked.method != "GET" and key is None) or key not in {None, self.KEY}:
            return Said(403, DENIED)
        if found := re.fullmatch(r"/t/external_id/([\w-]+)\.json", asked.path):
            topic = next((each for each in self._living() if each.external_id == found[1]), None)
            if topic is None:
                return Said(404, MISSING)
            return Said(301, {}, (("Location", f"{self.url}/t/topic/{topic.id}.json"),))
        if found := re.fullmatch(r"/t/(\d+)(/posts)?\.json", asked.path):
            return self._show(int(found[1]), asked)
        if asked.path == "/latest.json":
            return self._latest(int(asked.query.get("page", ["0"])[0]))
        if asked.path == "/site.json":
            return Said(
                200,
                {"categories": [{"id": number, "slug": slug} for number, slug in self.CATEGORIES.items()]},
            )
        if asked.path == "/session/current.json":
            return Said(200, {"current_user": {"username": self.USER}})
        if (asked.method, asked.path) == ("POST", "/posts.json"):
            return self._create(asked.document)
        if found := re.fullmatch(r"/posts/(\d+)\.json", asked.path):
            return self._edit_post(int(found[1]), asked.document["post"])
        if found := re.fullmatch(r"/t/-/(\d+)\.json", asked.path):
            return self._edit_title(int(found[1]), asked.document["title"])
        return Said(404, MISSING)

    def _living(self) -> list[Topic]:
        return [topic for topic in self.topics.values() if topic.deleted_at is None]

    def _show(self, number: int, asked: Asked) -> Said:
        topic = self.topics.get(number)
        if topic is None or topic.deleted_at:
            return Said(404, MISSING)
        wanted = {int(each) for each in asked.query.get("post_ids[]", [])}
        raw = "include_raw" in asked.query
        posts = [post.shown(raw=raw) for post in topic.posts if not wanted or post.id in wanted]
        stream = {"posts": posts, "stream": [post.id for post in topic.posts]}
        return Said(200, self._topic_event(topic) | {"post_stream": stream})

    def _latest(self, page: int) -> Said:
        rows = sorted(self._living(), key=lambda topic: (topic.pinned, topic.bumped_at), reverse=True)
        rows = [topic for topic in rows if topic.archetype == "regular"]
        listed = [
            {
                "id": topic.id, "title": topic.title, "slug": "topic", "bumped_at": topic.bumped_at.isoformat(),
                "archetype": topic.archetype, "pinned": topic.pinned, "visible": True, "category_id": topic.category,
            }
            for topic in rows[page * self.PER_PAGE : (page + 1) * self.PER_PAGE]
        ]  # fmt: skip
        return Said(200, {"topic_list": {"per_page": self.PER_PAGE, "topics": listed}})

    def _create(self, document: dict[str, Any]) -> Said:
        errors = _faults(document)
        outside = document.get("external_id")
        if outside and (len(outside) > 50 or not re.fullmatch(r"[\w-]+", outside)):
            errors.append("External id is not valid")
        if outside and any(topic.external_id == outside for topic in self.topics.values()):
            errors.append("External id has already been taken")
        if errors:
            return Said(422, {"action": "create_post", "errors": errors})
        if "topic_id" in document:
            topic = self.topics.get(document["topic_id"])
            if topic is None or topic.deleted_at:
                return Said(404, MISSING)
            post = self.reply(topic, document["raw"], username=self.USER)
        elif document.get("category") not in self.CATEGORIES:
            return Said(403, DENIED)
        else:
            post = self.write(
                document["title"], document["raw"], username=self.USER, category=document["category"],
                external_id=outside,
            ).first  # fmt: skip
        return Said(200, post.shown(raw=True))

    def _edit_post(self, number: int, document: dict[str, Any]) -> Said:
        post = next((each for topic in self._living() for each in topic.posts if each.id == number), None)
        if post is None:
            return Said(404, MISSING)
        if len(document["raw"]) < 20:
            return Said(422, {"errors": ["Body is too short"]})
        self.edit(post, document["raw"])
        return Said(200, {"post": post.shown(raw=True)})

    def _edit_title(self, number: int, title: str) -> Said:
        if faults := _faults({"title": title, "raw": "x" * 20}):
            return Said(422, {"errors": faults})
        self.topics[number].title = title
        return Said(200, {"basic_topic": {"id": number, "title": title}})


def _faults(document: dict[str, Any]) -> list[str]:
    """The site settings as a new instance has them."""
    faults = []
    if "topic_id" not in document and len(document.get("title", "")) < 15:
        faults.append("Title is too short (minimum is 15 characters)")
    if len(document.get("title", "")) > 255:
        faults.append("Title is too long (maximum is 255 characters)")
    if len(document["raw"]) < 20:
        faults.append("Body is too short (minimum is 20 characters)")
    if len(document["raw"]) > 32_000:
        faults.append("Body is too long (maximum is 32000 characters)")
    return faults
