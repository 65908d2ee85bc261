"""Announcements in Slack: written in three tabs, approved by another, undone, corrected, withdrawn."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.people.enrolment import Person
from bot.store.audit import Audit
from bot.store.drafts import Draft
from tests.fakes.slack_people import Person as Somebody
from tests.fakes.slack_records import ALL_SCOPES
from tests.fakes.slack_workspace import Posted
from tests.journeys.slack_announcement import play
from tests.journeys.slack_desk import SECRET, Desk, desk_of, until
from tests.journeys.slack_told import Told
from tests.town import TAMPERE, OpenTown
from tests.unit.approval.test_file_kinds import picture


@pytest.fixture
def desk(open_town: OpenTown) -> Iterator[Desk]:
    """Alice and Bob coordinate, Charlie reads."""
    with desk_of(open_town(slack_signing_secret=SECRET)) as desk:
        yield desk


def drafts(desk: Desk) -> list[Draft]:
    with desk.town.house.database.reading() as session:
        return list(session.scalars(select(Draft).order_by(Draft.id)))


def test_what_stands_in_another_tab_is_kept(desk: Desk) -> None:
    desk.write(desk.alice, title_en="Welcome", body_en="All of **you**.")
    desk.turn(desk.alice, "Finnish", "title_fi")
    desk.alice.fill({"title_fi": "Tervetuloa"})
    desk.turn(desk.alice, "Swedish", "title_sv")
    desk.turn(desk.alice, "✓ English", "title_en")
    assert desk.alice.modals[-1].filled["body_en"]["announce.field.body_en"]["value"] == "All of **you**."
    desk.alice.submit()
    desk.modal(desk.alice, "Put forward")
    (draft,) = drafts(desk)
    assert draft.content["title"] == {"fi": "Tervetuloa", "en": "Welcome"}
    assert draft.state == "waiting"


def test_the_count_follows_the_choices(desk: Desk) -> None:
    desk.write(desk.alice, title_en="Welcome")
    assert "3 contacts in 2 cities" in desk.modal(desk.alice, "contacts").text
    desk.alice.press(None, "announce.count.cities", ["oulu"])
    desk.modal(desk.alice, "1 contact in 1 city")


def test_what_is_for_some_roles_is_counted_and_told_to_them_alone(desk: Desk) -> None:
    desk.town.open_conversation("C0TAMPERE", "tampere")
    desk.write(desk.alice, title_en="Welcome")
    assert "2 conversations" in desk.modal(desk.alice, "contacts").text
    desk.alice.press(None, "announce.count.roles", ["admin", "coordinator"])
    shown = desk.modal(desk.alice, "not posted to channels: it is for some roles only").text
    assert "2 contacts in 2 cities" in shown
    assert "conversation" not in shown
    desk.alice.press(None, "Preview")
    assert "coordinators and administrators" in desk.modal(desk.alice, "Welcome", deep=2).text
    desk.alice.close_modal()
    desk.alice.fill({"visibility": "public"})
    desk.alice.submit()
    assert desk.alice.modals[-1].errors == {"visibility": "What is for some roles only cannot be public."}
    desk.alice.fill({"visibility": "network"})
    desk.alice.submit()
    desk.modal(desk.alice, "Put forward")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.town.hand.advance(minutes=2)
    assert any("Welcome" in post.text for post in desk.told(desk.alice))
    assert not any(
        "Welcome" in post.text for post in (*desk.told(desk.charlie), *desk.town.posts("C0TAMPERE"))
    )


def test_the_count_of_a_correction_is_of_those_who_were_told(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome", cities=["tampere"])
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.close(desk.bob)
    desk.town.hand.advance(minutes=2)
    desk.town.settle()
    desk.bob.press(asked, "Look at it")
    desk.modal(desk.bob, "It has gone out.")
    desk.bob.press(None, "Edit")
    counted = desk.modal(desk.bob, "2 contacts were told of it and get the correction", deep=2)
    assert "And new to others" not in counted.text
    desk.bob.press(None, "announce.count.cities", [])
    desk.modal(desk.bob, "And new to others:\n• 1 contact in 1 city", deep=2)


def test_posts_that_are_out_stay_when_roles_come_later_and_the_form_says_so(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.close(desk.bob)
    desk.town.hand.advance(minutes=2)
    desk.town.settle()
    before = [post.text for post in desk.town.posts(TAMPERE)]
    desk.bob.press(asked, "Look at it")
    desk.modal(desk.bob, "It has gone out.")
    desk.bob.press(None, "Edit")
    desk.modal(desk.bob, "This corrects an announcement", deep=2)
    desk.bob.press(None, "announce.count.roles", ["coordinator"])
    desk.modal(desk.bob, "its posts in 2 conversations stay as they are: it is for some roles only", deep=2)
    desk.bob.submit({"title_en": "Welcome, coordinators"})
    desk.modal(desk.bob, "Put forward", deep=2)
    (wanted,) = [post for post in desk.told(desk.alice) if "needs another pair of eyes" in post.text]
    desk.alice.press(wanted, "Approve")
    desk.modal(desk.alice, "Approved.")
    desk.town.hand.advance(minutes=15)
    desk.town.settle()
    assert before
    assert [post.text for post in desk.town.posts(TAMPERE)] == before


def test_what_is_approved_and_handed_in_unchanged_stays_approved(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.alice.press(asked, "Look at it")
    desk.modal(desk.alice, "Approved: it goes out")
    desk.alice.press(None, "Edit")
    desk.modal(desk.alice, "Whom it reaches", deep=2)
    desk.alice.submit()
    desk.modal(desk.alice, "Nothing was changed: it stays approved.", deep=2)
    assert [draft.state for draft in drafts(desk)] == ["approved"]


def test_a_place_too_long_is_said_by_its_field_and_kept_whole(desk: Desk) -> None:
    desk.write(desk.alice, title_en="Welcome")
    desk.alice.press(None, "announce.count.kind", "event")
    until(lambda: "location" in str(desk.alice.modals[-1].blocks), lambda: "no place is asked for")
    desk.alice.submit({"location": "x" * 301, "starts_at": int(clock.now().timestamp()) + 86_400})
    assert desk.alice.modals[-1].errors == {"location": "A place has at most 300 characters."}
    desk.alice.press(None, "Swedish")
    until(lambda: "title_sv" in str(desk.alice.modals[-1].blocks), lambda: "no Swedish tab")
    assert desk.alice.modals[-1].filled["location"]["announce.field.location"]["value"] == "x" * 301


def test_pictures_and_files_go_with_it_and_a_picture_needs_words(desk: Desk) -> None:
    alice = desk.alice
    chosen = [alice.choose("bridge.png", picture("PNG")), alice.choose("programme.pdf", b"%PDF-1.7 x")]
    desk.write(alice, title_en="Welcome", upload=chosen)
    alice.press(None, "Preview")
    desk.modal(alice, "Say in words what each picture shows", deep=2)
    alice.close_modal()
    alice.submit()
    desk.modal(alice, "Files so far")
    assert "Say in words what each picture shows" in alice.modals[-1].text
    alice.submit({"alts": "A bridge at night"})
    desk.modal(alice, "Put forward")
    files = drafts(desk)[0].content["details"]["files"]
    assert [(file["name"], file.get("alt", "")) for file in files] == [
        ("bridge.png", "A bridge at night"),
        ("programme.pdf", ""),
    ]
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "programme.pdf, 1 kB")
    desk.town.hand.advance(minutes=2)
    (post,) = [post for post in desk.told(desk.charlie) if "Welcome" in post.text]
    assert f"<{files[0]['url']}|A bridge at night>" in str(post.blocks)  # Slack cannot fetch from 127.0.0.1
    alice.press(asked, "Look at it")
    desk.modal(alice, "It has gone out.")
    alice.press(None, "Edit")
    desk.modal(alice, "Files so far", deep=2)
    alice.submit({"kept": [files[1]["key"]], "alts": ""})
    desk.modal(alice, "Put forward", deep=2)
    assert [file["name"] for file in drafts(desk)[0].content["details"]["files"]] == ["programme.pdf"]


def test_a_file_that_is_not_taken_is_named_and_the_rest_of_the_form_stays(desk: Desk) -> None:
    alice = desk.alice
    bad, good = alice.choose("{evil}.html", b"<script>"), alice.choose("a.txt", b"hello")
    desk.write(alice, title_en="Welcome", upload=[bad, good])
    alice.press(None, "Save as a draft")
    assert "{evil}.html: Only pictures" in desk.modal(alice, "Files so far").text
    alice.press(None, "Save as a draft")
    desk.modal(alice, "Saved. It is not put forward yet.")
    assert [file["name"] for file in drafts(desk)[0].content["details"]["files"]] == ["a.txt"]


def test_without_the_scope_there_is_no_field_for_files_and_no_file_is_read(desk: Desk) -> None:
    alice, slack = desk.alice, desk.town.slack
    form = desk.write(alice, title_en="Welcome", upload=[alice.choose("a.txt", b"hello")])
    slack.add_token(slack.token, scopes=ALL_SCOPES - {"files:read"})
    alice.submit(view=form)
    assert "Slack did not give it out" in desk.modal(alice, "a.txt").text
    desk.close(alice)
    desk.write(alice, title_en="Welcome again")
    assert "upload" not in {block.get("block_id") for block in alice.modals[-1].blocks}
    alice.submit()
    desk.modal(alice, "Put forward")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.org/a.txt", "http://files.slack.com/a.txt", "x", "",
        r"https://evil.example.org\@files.slack.com/a.txt", "https://files.slack.com@evil.example.org/a.txt",
    ],
)  # fmt: skip
def test_the_token_goes_to_slack_alone(desk: Desk, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = desk.alice.choose("a.txt", b"hello") | {"url_private_download": url}
    desk.write(desk.alice, title_en="Welcome", upload=[chosen])
    desk.alice.submit()
    assert "Slack did not give it out" in desk.modal(desk.alice, "a.txt").text
    assert "no address at Slack" in capsys.readouterr().err


def test_a_form_handed_in_twice_makes_one_draft(desk: Desk) -> None:
    form = desk.write(desk.alice, title_en="Welcome")
    before = copy.deepcopy(form)
    for handed_in in (form, before):
        answer = desk.alice._send_view("view_submission", handed_in)
        assert answer.data["response_action"] == "update"
        assert "Put forward" in str(answer.data["view"])
    assert len(drafts(desk)) == 1


def test_faults_stand_by_their_fields(desk: Desk) -> None:
    desk.write(desk.alice, body_en="No title", url="javascript:alert(1)")
    desk.alice.submit()
    assert set(desk.alice.modals[-1].errors) == {"title_en", "url"}
    assert not drafts(desk)


def test_nobody_approves_their_own_and_of_two_who_approve_one_is_told_that_it_is_done(desk: Desk) -> None:
    number = desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.alice.press(asked, "Approve")
    desk.modal(desk.alice, "You wrote it: somebody else must approve it.")
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.town.enrol(Person("Charlie", "charlie@example.org", ("tampere",), "coordinator", "en",
                           slack_user_id="UCHARLIE", slack_team_id="T1"))  # fmt: skip
    desk.charlie.press(asked, "Approve")
    desk.modal(desk.charlie, "Somebody has approved it already.")
    (draft,) = drafts(desk)
    assert (draft.id, draft.state) == (number, "approved")


def test_an_approval_is_undone_within_the_minute_and_not_after(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Goes out")
    desk.bob.press(None, "Undo")
    desk.modal(desk.bob, "The approval is undone: nothing went out.")
    desk.bob.press(None, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.town.hand.advance(minutes=1)
    desk.town.settle()
    desk.bob.press(None, "Undo")
    desk.modal(desk.bob, "It is too late: it has gone out.")
    assert any("Welcome" in post.text for post in desk.told(desk.charlie))


def test_it_is_given_back_with_a_note(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Give back")
    desk.modal(desk.bob, "Welcome")
    desk.bob.submit({"note": "Which year?"})
    desk.modal(desk.bob, "Given back, with your note.")
    assert [(draft.state, draft.note) for draft in drafts(desk)] == [("returned", "Which year?")]
    (told,) = [post for post in desk.told(desk.alice) if "Your draft was given back" in post.text]
    assert "Which year?" in told.text


def test_whoever_coordinates_no_more_can_neither_write_nor_have_it_approved(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome")
    desk.write(desk.alice, title_en="Another")
    desk.town.enrol(Person("Alice", "alice@example.org", ("tampere",), "contact", "en",
                           slack_user_id="UALICE", slack_team_id="T1"))  # fmt: skip
    desk.alice.submit()
    desk.modal(desk.alice, "Only coordinators write to the network")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Its author may not write to the network any more")
    assert [draft.state for draft in drafts(desk)] == ["waiting"]


@pytest.mark.parametrize("who", ["charlie"])
def test_a_contact_cannot_write_to_the_network(desk: Desk, who: str) -> None:
    somebody = getattr(desk, who)
    somebody.shortcut("announce")
    desk.modal(somebody, "Bara koordinatorer skriver till nätverket")


def test_a_message_is_shared_as_what_it_says(desk: Desk) -> None:
    wrote = desk.bob.write("C0TAMPERE", "*Read* <https://example.org/a|the call> &amp; <!channel> answer")
    desk.alice.shortcut("share_with_network", wrote)
    desk.modal(desk.alice, "Whom it reaches")
    said = desk.alice.modals[-1].filled["body_en"]["announce.field.body_en"]["value"]
    assert said == "**Read** [the call](https://example.org/a) & channel answer"


def test_a_preview_shows_what_each_reader_gets(desk: Desk) -> None:
    desk.write(desk.alice, title_en="Welcome <!channel>", body_en="x" * 3_000)
    desk.alice.press(None, "Preview")
    shown: Any = desk.modal(desk.alice, "Welcome", deep=2)
    assert "Vain englanniksi" in shown.text
    assert "<!channel>" not in str([block for block in shown.blocks if block["type"] == "section"])


def test_the_whole_life_of_an_announcement(desk: Desk) -> None:
    told = Told(quiet=True)
    play(desk, told)
    assert len(told.steps) == 17
    (item,) = [draft.subject_id for draft in drafts(desk)]
    with desk.town.house.database.reading() as session:
        acts = session.scalars(select(Audit.action).where(Audit.subject.in_(("draft 1", f"item {item}"))))
        assert [act.removeprefix("draft.") for act in acts] == [
            "made", "submitted", "approved", "undone", "approved", "released", "corrected", "submitted",
            "approved", "released", "announcement.withdrawn",
        ]  # fmt: skip


def test_a_form_that_comes_back_after_the_withdrawal_is_told_so(desk: Desk) -> None:
    number = desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.town.hand.advance(minutes=1)
    desk.town.settle()
    desk.close(desk.bob)
    for who in (desk.alice, desk.bob):
        who.press(asked, "Look at it")
        desk.modal(who, "It has gone out.")
    desk.bob.press(None, "Edit")
    desk.modal(desk.bob, "This corrects an announcement", deep=2)
    desk.alice.press(None, "Withdraw")
    desk.modal(desk.alice, "Withdrawn")
    desk.bob.submit({"title_en": "Welcome all"})
    desk.modal(desk.bob, "It was withdrawn meanwhile.", deep=2)
    assert [(draft.id, draft.state) for draft in drafts(desk)] == [(number, "dropped")]


def test_a_version_that_was_edited_meanwhile_is_not_approved_unseen(desk: Desk) -> None:
    desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.alice.press(asked, "Look at it")
    desk.modal(desk.alice, "It waits for approval.")
    desk.alice.press(None, "Edit")
    desk.modal(desk.alice, "Whom it reaches", deep=2)
    desk.alice.submit({"title_en": "Welcome, but not on Monday"})
    desk.modal(desk.alice, "Put forward", deep=2)
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "It has changed since you opened it: look at it again.")
    assert [draft.state for draft in drafts(desk)] == ["waiting"]


def test_whoever_is_shown_no_form_in_time_is_told_so_with_the_button_again(desk: Desk) -> None:
    desk.town.slack.fail_next("expired_trigger_id", method="views.open")
    assert desk.alice.shortcut("announce").ok
    (sorry,) = late(desk, desk.alice)
    assert "only three seconds" in str(sorry.blocks)
    desk.alice.press(sorry, "Try again")
    desk.modal(desk.alice, "Whom it reaches")
    assert not drafts(desk)


def test_a_button_whose_form_did_not_open_is_shown_again_where_it_was_pressed(desk: Desk) -> None:
    number = desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.town.slack.break_next(1, "500-html", method="views.open")
    desk.bob.press(asked, "Look at it")
    until(lambda: desk.told(desk.bob) and desk.bob.ephemerals, lambda: "nobody was told")
    (sorry,) = desk.bob.ephemerals
    desk.bob.press(sorry, "Try again")
    desk.modal(desk.bob, "It waits for approval.")
    assert f"open:draft:{number}" in str(sorry.blocks)


def late(desk: Desk, who: Somebody) -> list[Posted]:
    """What somebody is told directly when a form did not open; a thread of the app hands it in."""

    def found() -> list[Posted]:
        return [post for post in desk.told(who) if "open in time" in post.text]

    until(found, lambda: "nobody was told")
    return found()


def test_what_has_gone_out_is_corrected_from_the_page_and_from_the_roster(desk: Desk) -> None:
    number = desk.put_forward(desk.alice, title_en="Welcome")
    (asked,) = [post for post in desk.told(desk.bob) if "Welcome" in post.text]
    desk.bob.press(asked, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.close(desk.bob)
    desk.town.hand.advance(minutes=2)
    desk.town.settle()
    item = drafts(desk)[number - 1].subject_id
    desk.alice.open_home()
    desk.town.settle()
    desk.alice.press(desk.alice.home, f"open:correct:{item}")
    desk.modal(desk.alice, "This corrects an announcement that has gone out")
    desk.close(desk.alice)
    desk.bob.slash(f"/silta who has answered #{item}")
    desk.town.settle()
    desk.bob.press(desk.bob.ephemerals[-1], "Correct")
    desk.modal(desk.bob, "This corrects an announcement that has gone out")
    desk.bob.submit({"title_en": "Welcome, all"})
    desk.modal(desk.bob, "Put forward")
    assert drafts(desk)[number - 1].content["title"]["en"] == "Welcome, all"
    desk.charlie.slash(f"/silta vem har svarat #{item}")
    desk.town.settle()
    assert "open:correct" not in str([each.blocks for each in desk.charlie.ephemerals])


def test_what_is_saved_waits_for_nobody_and_what_is_repeated_is_written_down(desk: Desk) -> None:
    desk.write(desk.alice, title_en="Office hour", repeat="weekly", links="https://example.org/a.pdf Agenda")
    desk.alice.press(None, "Save as a draft")
    desk.modal(desk.alice, "Saved. It is not put forward yet.")
    (draft,) = drafts(desk)
    assert (draft.state, draft.content["repeat"]) == ("draft", "weekly")
    assert draft.content["details"]["links"] == [{"url": "https://example.org/a.pdf", "label": "Agenda"}]
    assert "It is repeated every week" in desk.alice.modals[-1].text


def test_their_page_behind_the_modal_does_not_go_stale(desk: Desk) -> None:
    number = desk.put_forward(desk.alice, title_en="Welcome")
    desk.bob.open_home()
    desk.town.settle()
    assert desk.bob.home is not None
    assert f"open:draft:{number}" in str(desk.bob.home.blocks)
    assert "Nothing waits for approval" not in desk.bob.home.text
    desk.bob.press(desk.bob.home, f"open:draft:{number}")
    desk.modal(desk.bob, "It waits for approval.")
    desk.bob.press(None, "Approve")
    desk.modal(desk.bob, "Approved.")
    desk.town.settle()
    assert "Nothing waits for approval" in desk.bob.home.text
