"""An announcement's whole life in Slack, step by step: `python -m tests.journeys.slack_announcement [--pictures DIR]`.

The house is real and served by HTTP, Slack is the strict fake, time stands still but for the steps that say so.
With `--pictures` each step's modals and posts are drawn as Slack draws them: HTML, and PNG where there is Chromium.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot import clock
from bot.app import create_app
from bot.network import load_network
from bot.settings import Settings
from bot.store.db import Database
from bot.store.schema import migrate
from tests.conftest import NOON, FrozenClock
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import Posted
from tests.fakes.smtp import FakeSmtp
from tests.journeys.slack_desk import SECRET, Desk, desk_of, until
from tests.journeys.slack_told import Told
from tests.town import PEOPLE, TAMPERE, Town
from tests.unit.approval.test_file_kinds import picture

ENGLISH = {
    "title_en": "Energy day for all cities",
    "body_en": "**Energy day** in Tampere:\n\n- how the money is asked for\n- who did it already",
    "kind": "event",
}
PICTURE = picture("PNG", (480, 240))
FINNISH = {"title_fi": "Energiapäivä kaikille kaupungeille", "body_fi": "**Energiapäivä** Tampereella."}
SWEDISH = {"title_sv": "Energidag för alla städer", "body_sv": "**Energidag** i Tammerfors."}


def play(desk: Desk, told: Told) -> None:
    """Announce in three languages, approve, undo, approve again, deliver, correct in place, answer, withdraw."""
    alice, bob, charlie, town = desk.alice, desk.bob, desk.charlie, desk.town
    write(desk, told)
    (asked,) = [post for post in desk.told(bob) if "Energy day" in post.text]
    told.post("Bob is asked for his approval", asked)
    alice.press(asked, "Approve")
    desk.modal(alice, "You wrote it: somebody else must approve it.")
    told.modal("Alice may not approve her own", alice)
    desk.close(alice)
    bob.press(asked, "Approve")
    desk.modal(bob, "Approved.")
    told.modal("Bob approves: it goes out in a minute, and can be undone until then", bob)
    town.hand.advance(30)
    bob.press(None, "Undo")
    desk.modal(bob, "The approval is undone")
    told.modal("After half a minute Bob undoes it: nothing went out", bob)
    assert not posts(town)
    bob.press(None, "Approve")
    desk.modal(bob, "Approved.")
    told.modal("Bob approves it again", bob)
    town.hand.advance(minutes=1)
    town.settle()
    (post,) = posts(town)
    assert "The market square of Tampere at dusk" in str(post.blocks)
    told.post("The minute is over: it is delivered to the conversation of Tampere, with its picture", post)
    correct(desk, told, asked)
    charlie.press(posts(town)[0], "Kiinnostaa")
    town.settle()
    told.post("Charlie is interested: the roster stands in the same post", posts(town)[0])
    withdraw(desk, told, asked)


def write(desk: Desk, told: Told) -> None:
    """Alice writes in three tabs, looks at the preview, and puts it forward."""
    alice = desk.alice
    desk.write(alice)
    told.modal("Alice opens the form by the shortcut", alice)
    alice.press(None, "announce.count.kind", "event")
    until_field(desk, "starts_at")
    alice.press(None, "announce.count.cities", ["tampere"])
    desk.modal(alice, "contacts in 1 city")
    alice.press(None, "announce.count.roles", ["city_lead", "coordinator"])
    desk.modal(alice, "not posted to channels: it is for some roles only")
    told.modal("She tries some roles: the count says that no channel would hear of it", alice)
    alice.press(None, "announce.count.roles", [])
    until(lambda: "some roles only" not in alice.modals[-1].text, lambda: "still for some roles")
    starts = int(clock.now().timestamp()) + 14 * 86_400
    alice.fill({name: value for name, value in ENGLISH.items() if name != "kind"} | {"starts_at": starts})
    chosen = [
        alice.choose("market-square.png", PICTURE),
        alice.choose("programme.pdf", b"%PDF-1.7 programme"),
    ]
    alice.fill({"upload": chosen, "alts": "The market square of Tampere at dusk"})
    told.modal(
        "She chooses an event for Tampere, writes in English, and adds a picture and a programme", alice
    )
    desk.turn(alice, "Finnish", "title_fi")
    alice.fill(FINNISH)
    desk.turn(alice, "Swedish", "title_sv")
    alice.fill(SWEDISH)
    desk.turn(alice, "✓ Finnish", "title_fi")
    told.modal("Finnish and Swedish have tabs of their own; the count says whom it reaches", alice)
    alice.press(None, "Preview")
    desk.modal(alice, "Energidag för alla städer", deep=2)
    assert "programme.pdf, 1 kB" in alice.modals[-1].text
    told.modal("The preview, as each reader gets it", alice)
    alice.close_modal()
    alice.submit()
    desk.modal(alice, "Put forward")
    told.modal("She puts it forward", alice)
    desk.close(alice)


def correct(desk: Desk, told: Told, asked: Posted) -> None:
    """Bob corrects the place; Alice approves that; the post is edited where it is."""
    alice, bob, town = desk.alice, desk.bob, desk.town
    desk.close(bob)
    before = posts(town)
    bob.press(asked, "Look at it")
    desk.modal(bob, "It has gone out.")
    bob.press(None, "Edit")
    desk.modal(bob, "This corrects an announcement that has gone out", deep=2)
    bob.submit({"location": "Oulu city library"})
    desk.modal(bob, "Put forward", deep=2)
    desk.close(bob)
    (wanted,) = [post for post in desk.told(alice) if "needs another pair of eyes" in post.text]
    alice.press(wanted, "Look at it")
    desk.modal(alice, "What would change")
    told.modal("Bob corrects it; Alice sees what is different since the last approval", alice)
    alice.press(None, "Approve")
    desk.modal(alice, "Approved.")
    desk.close(alice)
    town.hand.advance(minutes=1)
    town.settle()
    town.hand.advance(minutes=11)
    town.settle()
    after = posts(town)
    assert [post.ts for post in after][: len(before)] == [post.ts for post in before]
    assert "Oulu city library" in str(after[0].blocks)
    told.post("Approved, it is corrected in place", after[0])


def withdraw(desk: Desk, told: Told, asked: Posted) -> None:
    """Bob withdraws it: the post is struck."""
    bob, town = desk.bob, desk.town
    bob.press(asked, "Look at it")
    desk.modal(bob, "It has gone out.")
    bob.press(None, "Withdraw")
    desk.modal(bob, "Withdrawn: whoever was told of it hears so.")
    told.modal("Bob withdraws it", bob)
    town.hand.advance(minutes=11)
    town.settle()
    told.post("The post says so in its place", posts(town)[0])


def posts(town: Town) -> list[Posted]:
    """What stands in the conversation of Tampere, threads apart."""
    return [post for post in town.posts(TAMPERE) if not post.thread_ts]


def until_field(desk: Desk, name: str) -> None:
    """Wait until a field stands in Alice's form."""
    until(lambda: any(block["block_id"] == name for block in desk.alice.modals[-1].blocks), lambda: name)


@contextmanager
def opened(folder: Path) -> Iterator[Desk]:
    """A desk on a database of its own."""
    hand = FrozenClock(NOON)
    clock.use(hand)
    url = f"sqlite:///{folder / 'silta.db'}"
    database = Database(url)
    migrate(database, load_network(None))
    database.close()
    with ExitStack() as stack:
        stack.callback(clock.use, None)
        slack, smtp = stack.enter_context(FakeSlack()), stack.enter_context(FakeSmtp())
        settings = Settings(
            database_url=url, secret_key="k" * 40, state_dir=folder / "state", delivery_mode="live",
            worker="separate", slack_bot_token=slack.token, slack_api_url=slack.api_url,
            slack_signing_secret=SECRET, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none",
            mail_from="Silta <silta@example.org>",
        )  # fmt: skip
        slack.add_user("U0BOB")
        town = Town(create_app(settings), slack, smtp, hand)
        stack.callback(town.close)
        town.enrol(*PEOPLE)
        town.open_conversation(TAMPERE, "tampere")
        yield stack.enter_context(desk_of(town))


def main() -> None:
    """Play it, and print each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder for what was to be seen")
    pictures: Path | None = parser.parse_args().pictures
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as desk:
        play(desk, Told(pictures))


if __name__ == "__main__":
    main()
