"""A workspace's Partner API as one might be: nothing of the real one is documented, so each path here is made up."""

from __future__ import annotations

from typing import Any

from tests.fakes.http_fake import Asked, HttpFake, Said


class FakePartner(HttpFake):
    """Lists news by page number or by a word for the next page, and people by POST; `permits` are the key's boxes."""

    KEY = "partner-key-of-the-fake-1234567890"

    def __init__(self, *, header: str = "authorization", before: str = "Bearer ") -> None:
        super().__init__()
        self.news: list[dict[str, Any]] = []
        self.people: list[dict[str, Any]] = []
        self.permits = {"news", "people"}
        self.page_size = 2
        self._header, self._before = header, before

    def serve(self, asked: Asked) -> Said:
        if asked.headers.get(self._header) != self._before + self.KEY:
            return Said(401, {"error": f"who is {asked.headers.get(self._header)}?"})
        operation = asked.path.rpartition("/")[2]
        if operation not in {"news", "people"}:
            return Said(404, {"error": "not found"})
        if operation not in self.permits:
            return Said(403, {"error": f"{asked.headers[self._header]} lacks list-{operation}"})
        rows = self.news if operation == "news" else self.people
        stated = asked.query.get("after", [""])[0] or asked.query.get("page", ["1"])[0]
        if asked.method == "POST":
            stated = str(asked.document["paging"]["page"])
        number = int(stated)
        part = rows[(number - 1) * self.page_size : number * self.page_size]
        more = number * self.page_size < len(rows)
        link = f"{asked.path}?after={number + 1}" if more else None
        return Said(200, {"data": part, "next": str(number + 1) if more else None, "links": {"next": link}})

    @classmethod
    def options(cls, url: str, **more: Any) -> dict[str, Any]:
        """What a source of this workspace's news takes."""
        return {
            "partner_url": f"{url}/api", "partner_key": cls.KEY,
            "news": "GET /news?page={page}", "news_items": "data",
            "news_fields": "external_id = id\ntitle = headline\nbody = text\nurl = link",
            **more,
        }  # fmt: skip


def piece(number: int, **more: Any) -> dict[str, Any]:
    """A piece of news as this fake has them."""
    return {
        "id": number, "headline": f"Työpaja {number} – Lahti",
        "text": f"<p>Tule <b>mukaan</b>, ryhmä {number} kokoontuu.</p>",
        "link": f"https://acme.howspace.com/page-{number}", **more,
    }  # fmt: skip
