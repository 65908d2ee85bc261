"""From a post of Discourse, as webhooks and topic pages carry it, to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from bot.contracts import Details, Report, SourceLink, Surroundings
from integrations import text
from integrations.discourse.options import DiscourseOptions
from integrations.text import Text
from integrations.walls import marked_as_ours


def _tag_names(value: Any) -> Any:
    """Tags are words, or in newer versions objects with a name."""
    tags = value if isinstance(value, list) else []
    return [each.get("name", "") if isinstance(each, dict) else str(each) for each in tags]


class Post(BaseModel):
    """A post (`WebHookPostSerializer`, or a post of `/t/<id>.json`). What else it has is ignored."""

    id: int
    topic_id: int
    post_number: int
    username: str = ""
    cooked: Text = ""
    raw: Text = ""
    topic_title: Text = ""
    topic_slug: str = ""
    topic_archetype: str = "regular"
    category_id: int | None = None
    category_slug: str = ""
    tags: Annotated[list[str], BeforeValidator(_tag_names)] = []
    version: int = 1
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    hidden: bool = False
    post_type: int = 1


@dataclass(frozen=True, slots=True)
class Left:
    """A post that is not taken, and why."""

    why: str


def item_id(post: Post) -> str:
    """The external id of what a post says: the first post is its topic."""
    return f"topic:{post.topic_id}" if post.post_number == 1 else f"post:{post.id}"


def report_of(post: Post, options: DiscourseOptions, surroundings: Surroundings) -> Report | Left:
    """What a post says, or why it is left."""
    why = _left(post, options)
    if why:
        return Left(why)
    title = text.title(post.topic_title, is_html=False)
    if not title:
        return Left("it has no title")
    names = _places(post)
    defaults = surroundings.defaults
    base = options.base
    link = (
        f"{base}/t/{post.topic_id}"
        if post.post_number == 1
        else f"{base}/t/{post.topic_id}/{post.post_number}"
    )
    details = Details(
        kind=options.kind if post.post_number == 1 else "discussion",
        title={
            defaults.language: title if post.post_number == 1 else text.title(f"Re: {title}", is_html=False)
        },
        body={defaults.language: text.markdown(post.cooked, is_html=True, base=base)},
        url=link,
        links=(SourceLink(url=link),),
        cities=_mapped(options.cities, names) or defaults.cities,
        topics=_mapped(options.topics, names) or defaults.topics,
        visibility=defaults.visibility or "network",
    )
    return Report(item_id(post), details, post.updated_at)


def _left(post: Post, options: DiscourseOptions) -> str:
    if post.topic_archetype != "regular":
        return "it is private, or no topic"
    if post.username.casefold() == options.api_username.casefold() or marked_as_ours(post.raw or post.cooked):
        return "it is ours"
    if post.post_type != 1 or post.hidden:
        return "it is hidden, or was written by the software"
    if post.post_number != 1 and not options.replies:
        return "it is a reply"
    if options.categories and not set(options.categories) & set(_places(post)[:2]):
        return "its category is not asked for"
    return ""


def _places(post: Post) -> list[str]:
    """What a post's topic lies in: its category's slug and number, then its tags."""
    return [
        post.category_slug.casefold(),
        str(post.category_id or ""),
        *(tag.casefold() for tag in post.tags),
    ]


def _mapped(slugs: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs[name] for name in names if name and name in slugs))
