"""What can be said in a chat can be said in a reply to a mail as well."""

from __future__ import annotations

import pytest

from bot.store.contacts import Contact, contact_by_email
from tests import factories
from tests.unit.conversation.conftest import Post

pytestmark = pytest.mark.of_sqlite


def said(post: Post) -> dict[str, object]:
    return post.confirmations()[-1]


def test_a_list_comes_by_mail_with_the_pages_behind_its_links(post: Post) -> None:
    assert post.reply("Hei, avoimet haut Tampereella?").note == "ListCalls"
    mail = said(post)
    assert mail["title"] == "Avoimet haut: Tampere"
    (entry,) = mail["sections"][0]["entries"]  # type: ignore[index]
    assert (entry["title"], entry["label"]) == ("Haku", f"#{post.item_id}")
    assert [action["url"] for action in entry["actions"]] == [
        f"/answer/{post.item_id}?as=interested",
        f"/remind/{post.item_id}",
        f"/answer/{post.item_id}?as=not_for_us",
    ]
    assert {action["personal"] for action in entry["actions"]} == {"page"}


def test_questions_about_the_mail_are_answered(post: Post) -> None:
    post.reply("Miksi sain tämän?")
    assert said(post)["title"] == "Saat tämän, koska Tampere seuraa teemaa vähähiilisyys."
    post.reply("Kuka on vastannut?")
    assert said(post)["body"] == "Kukaan ei ole vielä vastannut."


def test_choices_are_kept_by_mail(post: Post) -> None:
    post.reply("lähetysajat 9-16")
    post.reply("tilaa kiertotalous")
    assert (post.contact().hours, post.contact().topics) == ("9-16", ["kiertotalous"])


def test_another_item_is_answered_by_its_number(post: Post) -> None:
    (other,) = factories.tell(post.house.database, factories.details(title={"fi": "Toinen"}), name="other")
    post.reply(f"ei meille #{other.item_id}")
    assert next(fact["text"] for fact in said(post)["facts"]) == "Toinen"  # type: ignore[union-attr]


def test_an_announcement_is_not_written_by_mail_but_its_page_is_told(post: Post) -> None:
    assert post.reply("tiedota").note == "Announce, not done"
    assert said(post)["title"] == "Se on koordinaattoreille"
    with post.house.database.writing() as session:
        contact = contact_by_email(session, "alice@example.org")
        assert isinstance(contact, Contact)
        contact.role = "coordinator"
    post.reply("tiedota")
    mail = said(post)
    assert mail["title"] == "Tiedotetta ei kirjoiteta sähköpostilla"
    assert f"{post.house.settings.public_url}/announce" in [action["url"] for action in mail["actions"]]  # type: ignore[union-attr]


def test_a_signature_is_no_command(post: Post) -> None:
    taken = post.reply("Kiitos tiedosta!\n\nAina Virtanen\nTampereen kaupunki")
    assert (taken.note, taken.for_people) == ("NotUnderstood, not done", True)
    assert post.reply("Terveisin\nAina").note == "NotUnderstood, not done"
    assert post.contact().hours == ""
