"""slack_sdk's installation store in our database, with every token encrypted at rest (docs/adr/0009).

slack_sdk keeps tokens as they are. Here they are sealed by Fernet (AES-128-CBC with HMAC-SHA256,
https://cryptography.io/en/latest/fernet/) before its store sees them, and opened after it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from copy import copy
from typing import Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from sqlalchemy import delete, func, select

_Kept = TypeVar("_Kept", Bot, Installation)
_BOT = ("bot_token", "bot_refresh_token")
_ALL = (*_BOT, "user_token", "user_refresh_token", "incoming_webhook_url")


class Seal:
    """Encrypts and opens short texts with a key that is made of the installation's SECRET_KEY and of nothing else."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"silta.slack-tokens").derive(secret_key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, text: str) -> str:
        """The text, encrypted and authenticated."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """What was sealed; None where another SECRET_KEY sealed it, or it was tampered with."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


class SealedStore(SQLAlchemyInstallationStore):
    """The store of slack_sdk, whose rows hold no token that can be read without SECRET_KEY.

    `engine` must write on BEGIN. Of each workspace only the newest installation is kept.
    """

    def __init__(self, client_id: str, engine: Any, seal: Seal) -> None:
        super().__init__(client_id=client_id, engine=engine)
        self._seal = seal

    def save(self, installation: Installation) -> None:
        """Keep an installation, and then forget the workspace's former ones."""
        super().save(_each(installation, _ALL, self._seal.close))
        for table in (self.bots, self.installations):
            mine = (table.c.client_id == self.client_id, table.c.team_id == installation.team_id)
            newest = select(func.max(table.c.id)).where(*mine).scalar_subquery()
            with self.engine.begin() as connection:
                connection.execute(delete(table).where(*mine, table.c.id < newest))

    def find_bot(self, **of: Any) -> Bot | None:
        """The bot of a workspace, its tokens opened; None where there is none, or they cannot be opened."""
        return self._opened(super().find_bot(**of), _BOT)

    def find_installation(self, **of: Any) -> Installation | None:
        """The installation of a workspace, whoever made it, its tokens opened."""
        # Of a user slack_sdk would ask our find_bot too, and mix what is sealed with what is open.
        return self._opened(super().find_installation(**{**of, "user_id": None}), _ALL)

    def _opened(self, found: _Kept | None, names: tuple[str, ...]) -> _Kept | None:
        if found is None:
            return None
        opened = _each(found, names, self._seal.open)
        return opened if opened.bot_token is not None else None


def _each(found: _Kept, names: tuple[str, ...], change: Callable[[str], str | None]) -> _Kept:
    changed = copy(found)
    for name in names:
        value = getattr(changed, name)
        setattr(changed, name, change(value) if value else value)
    return changed
