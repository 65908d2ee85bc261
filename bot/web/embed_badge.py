"""The badge that the forms of the page in the workspace carry: whom they speak for, for two hours.

There is no cookie: browsers keep those of a frame of another site apart, or away. A badge names the contact, the
version of their links (raising it revokes all), and the signed address that it came from; each answer carries a
fresh one, but none is good for longer than two hours past that address's own twelve.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer

from bot import clock
from bot.contracts import LANGUAGES, Language
from bot.web.embed_signature import OLDEST

GOOD = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Badge:
    """Whom a form speaks for: a contact by pseudonym and version, or (empty) somebody whom the network does not know.

    `language` and `city` are what they chose to look at; empty is the usual. `at` is when the address was signed.
    """

    pseudonym: str
    version: int
    name: str
    email: str
    mark: str
    at: int
    language: str = ""
    city: str = ""

    def looking_at(self, *, language: str | None = None, city: str | None = None) -> Badge:
        """The same person, who looks at something else."""
        return replace(
            self,
            language=self.language if language is None else language,
            city=self.city if city is None else city,
        )

    @property
    def chosen_language(self) -> Language | None:
        """The language that they chose to look in."""
        return self.language if self.language in LANGUAGES else None


class Badges:
    """Makes and reads the badges of one installation. They use real time, whatever clock a rehearsal shows."""

    def __init__(self, secret_key: str) -> None:
        self._sealed = URLSafeSerializer(secret_key, salt="silta.embed")
        self._passes = TimestampSigner(secret_key, salt="silta.embed.files")

    def write(self, badge: Badge) -> str:
        """The badge as a form carries it, good from now."""
        return str(self._sealed.dumps([int(clock.real_now().timestamp()), asdict(badge)]))

    def read(self, text: str) -> Badge | None:
        """The badge; None when it is forged or too old."""
        try:
            made, said = self._sealed.loads(text)
            badge = Badge(**said)
        except (BadData, TypeError, ValueError):
            return None
        now = clock.real_now()
        made_at, signed_at = (datetime.fromtimestamp(each, UTC) for each in (made, badge.at))
        return badge if now <= made_at + GOOD and now <= signed_at + OLDEST + GOOD else None

    def file_pass(self, badge: Badge) -> str:
        """What stands in the address of a coordinator's form, so that it may hold files before anybody reads it.

        It lets nobody do anything: that is the badge's, which no address carries.
        """
        return self._passes.sign(badge.pseudonym).decode()

    def is_pass(self, text: str) -> bool:
        """Whether a form of this address may hold files."""
        return self._passes.validate(text, max_age=int(GOOD.total_seconds()))
