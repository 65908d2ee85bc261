"""The fake Slack's OAuth v2 and OpenID Connect: codes that serve once, tokens for each workspace.

A person says yes or no with `alice.authorize(address_of_the_consent_page, allow=…)`, which gives the address
that their browser goes to next.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from tests.fakes.slack_records import BOT, Args, Token, User
from tests.fakes.slack_text import Refused

if TYPE_CHECKING:
    from tests.fakes.slack_workspace import Workspace

CLIENT_ID = "111.222"
CLIENT_SECRET = "client-secret"
CODE_LASTS = 600.0
ISSUER = "https://slack.com"


@dataclass
class Grant:
    """What somebody allowed, until its code is used."""

    user: User
    scopes: frozenset[str]
    redirect_uri: str
    made: float
    nonce: str = ""
    used: bool = False


@dataclass
class OAuth:
    """The app's registration, and its codes. The caller holds the lock."""

    now: Callable[[], float]
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    redirect_uris: tuple[str, ...] = ()
    _grants: dict[str, Grant] = field(default_factory=dict)
    _people: dict[str, User] = field(default_factory=dict)
    _tokens: int = 0

    def consent(self, user: User, address: str, allow: bool, scopes: frozenset[str] | None) -> str:
        """What a person's browser is sent to; `scopes` are those they leave, where not all. Raises Refused."""
        asked = dict(parse_qsl(urlsplit(address).query))
        if asked.get("client_id") != self.client_id:
            raise Refused("invalid_client_id")
        redirect = asked.get("redirect_uri", self.redirect_uris[0] if self.redirect_uris else "")
        if self.redirect_uris and not redirect.startswith(self.redirect_uris):
            raise Refused("bad_redirect_uri")
        back = {"state": asked["state"]} if "state" in asked else {}
        if not allow:
            return f"{redirect}?{urlencode({'error': 'access_denied'} | back)}"
        wanted = frozenset(asked.get("scope", "").replace(" ", ",").split(",")) - {""}
        if not wanted:
            raise Refused("no_scopes")
        given = wanted if scopes is None else wanted & scopes
        code = f"code-{len(self._grants) + 1}"
        grant = Grant(user, given, asked.get("redirect_uri", ""), self.now(), asked.get("nonce", ""))
        self._grants[code] = grant
        return f"{redirect}?{urlencode({'code': code} | back)}"

    def exchange(self, args: Args) -> Grant:
        """The grant of a code. Raises Refused."""
        if args.get("client_id") != self.client_id:
            raise Refused("invalid_client_id")
        if args.get("client_secret") != self.client_secret:
            raise Refused("bad_client_secret")
        grant = self._grants.get(str(args.get("code") or ""))
        if grant is None:
            raise Refused("invalid_code")
        if grant.used:
            raise Refused("code_already_used")
        if self.now() - grant.made > CODE_LASTS:
            raise Refused("code_expired")
        if grant.redirect_uri != (args.get("redirect_uri") or ""):
            raise Refused("bad_redirect_uri")
        grant.used = True
        return grant

    def token(self, user: User, prefix: str) -> str:
        """A new token for somebody."""
        self._tokens += 1
        name = f"{prefix}-{user.team}-{self._tokens}"
        self._people[name] = user
        return name

    def person(self, token: str) -> User:
        """Whose token of OpenID this is. Raises Refused."""
        if token not in self._people or not token.startswith("xoxp"):
            raise Refused("invalid_auth")
        return self._people[token]


def access(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`oauth.v2.access`: a workspace gets the app, with the scopes that were left."""
    grant = workspace.oauth.exchange(args)
    name, team = workspace.oauth.token(grant.user, "xoxb"), grant.user.team
    bot = next((each.bot for each in workspace.tokens.values() if each.team == team), BOT)
    workspace.tokens[name] = Token(team, grant.scopes, bot)
    return {
        "access_token": name, "token_type": "bot", "scope": ",".join(sorted(grant.scopes)), "bot_user_id": bot,
        "app_id": "A1", "team": {"id": team, "name": f"Fake {team}"}, "enterprise": None,
        "authed_user": {"id": grant.user.id}, "is_enterprise_install": False,
    }  # fmt: skip


def revoke(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`auth.revoke`."""
    if str(args.get("test") or "").lower() in ("1", "true"):
        return {"revoked": False}
    workspace.revoked.update(name for name, known in workspace.tokens.items() if known is token)
    return {"revoked": True}


def openid_token(workspace: Workspace, token: Token, args: Args) -> dict[str, Any]:
    """`openid.connect.token`: an access token, and an ID token signed with RS256."""
    grant = workspace.oauth.exchange(args)
    if "openid" not in grant.scopes:
        raise Refused("missing_scope", needed="openid", provided=",".join(sorted(grant.scopes)))
    name = workspace.oauth.token(grant.user, "xoxp")
    now = int(workspace.oauth.now())
    claims = person_claims(grant.user, grant.scopes) | {
        "iss": ISSUER, "aud": workspace.oauth.client_id, "iat": now, "exp": now + 300,
        "at_hash": _short(hashlib.sha256(name.encode()).digest()[:16]),
    }  # fmt: skip
    claims |= {"nonce": grant.nonce} if grant.nonce else {}
    return {"access_token": name, "token_type": "Bearer", "id_token": signed(claims)}


def person_claims(user: User, scopes: frozenset[str]) -> dict[str, Any]:
    """What OpenID says of a person, as far as the scopes go."""
    said: dict[str, Any] = {"sub": user.id}
    said |= {f"{ISSUER}/user_id": user.id, f"{ISSUER}/team_id": user.team}
    if "email" in scopes:
        said |= {"email": user.email, "email_verified": True}
    if "profile" in scopes:
        said |= {"name": user.name, "locale": user.locale}
    return said


def discovery(url: str) -> dict[str, Any]:
    """The document at `/.well-known/openid-configuration`."""
    return {
        "issuer": ISSUER, "authorization_endpoint": f"{url}/openid/connect/authorize",
        "token_endpoint": f"{url}/api/openid.connect.token", "jwks_uri": f"{url}/openid/connect/keys",
        "userinfo_endpoint": f"{url}/api/openid.connect.userInfo", "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }  # fmt: skip


def keys() -> dict[str, Any]:
    """The keys that ID tokens can be checked with."""
    numbers = _key().public_key().public_numbers()
    n, e = (_short(each.to_bytes((each.bit_length() + 7) // 8, "big")) for each in (numbers.n, numbers.e))
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "fake", "n": n, "e": e}]}


def signed(claims: dict[str, Any]) -> str:
    """A JWT of these claims."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "fake"}
    text = ".".join(_short(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_short(_key().sign(text.encode(), padding.PKCS1v15(), SHA256()))}"


@lru_cache(maxsize=1)
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _short(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
