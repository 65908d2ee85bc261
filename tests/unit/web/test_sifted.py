"""Coordinators see what was set aside and why, correct it, and choose what a first poll brought is announced."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from bot.app import House
from bot.approval import collect_waiting
from bot.contracts import Details, Report
from bot.intake.accept import Rights
from bot.intake.relevance import Sieve, load_rules
from bot.intake.relevance.sifting import apply, differences
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.drafts import Draft
from bot.store.items import Item, ItemCity
from bot.store.joining import Judgement
from bot.store.plans import Reminder
from tests.factories import ZONE, deliveries, details, person, plan, source, tell
from tests.unit.web.browser import Browser, seen

AKKE = "Pirkanmaan liiton AKKE-haku"


def call(title: str, **more: Any) -> Details:
    return details(**{"title": {"fi": title}, "cities": (), "topics": (), **more})


def brought(house: House, *said: Details) -> None:
    """What a sifted source brings; Alice of Tampere and Bob of Oulu are there."""
    with house.database.writing() as session:
        if not session.scalar(select(func.count()).select_from(Contact)):
            person(session, "Alice", cities=("tampere",))
            person(session, "Bob", cities=("oulu",))
    reports = [Report(f"r{at}", each) for at, each in enumerate(said)]
    tell(house.database, *reports, rights=Rights(sieve=Sieve(house.network, load_rules())), name="eura")
    plan(house.database, house.network)


def cities(house: House, item_id: int) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(ItemCity.city).where(ItemCity.item_id == item_id)))


def state(house: House, item_id: int) -> str:
    with house.database.reading() as session:
        return session.get_one(Item, item_id).state


def reminders(house: House) -> int:
    with house.database.reading() as session:
        planned = select(func.count()).select_from(Reminder).where(Reminder.state == "planned")
        return session.scalar(planned) or 0


def told(house: House, item_id: int) -> int:
    plan(house.database, house.network)
    return sum(row.item_id == item_id and row.state != "cancelled" for row in deliveries(house.database))


def test_what_lies_aside_is_shown_with_its_reason_and_nowhere_else(house: House, browser: Browser) -> None:
    brought(house, call("Yleinen <b>haku</b>"), call(AKKE, authority="Pirkanmaan liitto"))
    text = seen(browser.get("/sifted"))
    assert "Yleinen <b>haku</b>" in text
    assert "does not concern us" in text
    assert "nothing in it is what the rules look for" in text
    assert AKKE not in text
    text = seen(browser.get("/sifted?show=taken&source=eura"))
    assert "AKKE: its title has “akke-haku”; Pirkanmaan liitto finances Tampere" in text
    assert "Pirkanmaan liitto finances Tampere" in seen(browser.get("/items/1"))
    for path in ("/feed", "/feed.xml", "/calls", "/calendar", "/calendar.ics"):
        assert "Yleinen" not in browser.get(path).text
    for strange in ("?show=x&source=%00&before=x", "?source=nobody", "?before=99999999999"):
        assert browser.get(f"/sifted{strange}").status_code == 200


def test_what_concerns_us_after_all_is_told_to_whom_it_concerns(house: House, browser: Browser) -> None:
    brought(house, call("Yleinen haku"))
    assert told(house, 1) == 0
    browser.submit("/sifted", "/sifted/1/concerns", city="oulu", topic="nothing", tell="now")
    assert "Item 1 concerns us and is told" in seen(browser.get("/sifted?show=corrected"))
    assert (state(house, 1), cities(house, 1), told(house, 1)) == ("published", ["oulu"], 1)
    brought(
        house, call("Yleinen haku, jatkettu")
    )  # the rules would set it aside; the coordinator's word stands
    assert (state(house, 1), cities(house, 1)) == ("published", ["oulu"])
    browser.submit("/sifted?show=corrected", "/sifted/1/undo")
    assert state(house, 1) == "aside"
    with house.database.reading() as session:
        acts = session.scalars(select(Audit.action).where(Audit.action.startswith("judgement")))
        assert list(acts) == ["judgement.concerns", "judgement.undone"]


def test_it_can_be_taken_in_silently(house: House, browser: Browser) -> None:
    brought(house, call("Yleinen haku"))
    browser.submit("/sifted", "/sifted/1/concerns", tell="silently")
    assert (state(house, 1), told(house, 1)) == ("published", 0)


def test_what_does_not_concern_us_is_told_and_reminded_no_more(house: House, browser: Browser) -> None:
    brought(house, call("Innokaupungit, Tampere"))
    assert told(house, 1) == 1
    assert reminders(house) > 0
    browser.submit("/sifted?show=taken", "/sifted/1/aside")
    assert (state(house, 1), told(house, 1)) == ("aside", 0)
    assert reminders(house) == 0
    brought(house, call("Innokaupungit, Tampere: uusi sana"))
    assert state(house, 1) == "aside"
    browser.submit("/sifted?show=corrected", "/sifted/1/undo")
    plan(house.database, house.network)
    assert state(house, 1) == "published"
    assert reminders(house) > 0


def test_what_others_tell_too_or_nobody_judged_is_left_alone(house: House, browser: Browser) -> None:
    brought(house, call("Innokaupungit, Tampere", identifier="X-123-2026"))
    tell(house.database, Report("z", call("Innokaupungit, Tampere", identifier="X-123-2026")), name="city")
    browser.submit("/sifted?show=taken", "/sifted/1/aside")
    assert "Other sources tell of it too" in seen(browser.get("/sifted"))
    for path in ("/sifted/2/aside", "/sifted/9/concerns", "/sifted/1/undo"):
        browser.submit("/sifted?show=taken", path)
        assert "Nothing was done" in seen(browser.get("/sifted"))
    assert state(house, 1) == "published"


def test_other_rules_judge_anew_what_nobody_corrected(house: House, browser: Browser) -> None:
    brought(house, call("Yleinen haku Oulussa"), call("Innokaupungit"), call("Toinen yleinen haku"))
    browser.submit("/sifted", "/sifted/3/concerns", city="tampere", tell="silently")
    group = load_rules().groups[0].model_copy(update={"words": ("yleinen", "toinen"), "whom": "cities"})
    sieve = Sieve(house.network, load_rules().model_copy(update={"groups": (group,)}))
    with house.database.writing() as session:
        found = differences(session, sieve)
        assert [(each.title, each.stays) for each in found] == [
            ("Innokaupungit", True), ("Yleinen haku Oulussa", False),
        ]  # fmt: skip
        apply(session, found, ZONE)
        assert [each.title for each in differences(session, sieve)] == ["Innokaupungit"]
    assert [state(house, item) for item in (1, 2, 3)] == ["published"] * 3
    with house.database.reading() as session:
        row = session.scalars(select(Judgement).where(Judgement.why != [])).all()
        assert sum(each.concerns for each in row) == 2


def drafts(house: House) -> int:
    """How many drafts wait, once every waiting item has one."""
    with house.database.writing() as session:
        collect_waiting(session, house.network)
        return session.scalar(select(func.count()).select_from(Draft).where(Draft.state == "waiting")) or 0


def test_what_lay_aside_waits_for_approval_where_its_source_publishes_so(
    house: House, browser: Browser
) -> None:
    with house.database.writing() as session:
        source(session, "eura", publish="after_approval", sifted=True)
    brought(house, call("Yleinen haku"), call("Toinen haku"))
    browser.submit("/sifted", "/sifted/1/concerns", city="oulu", tell="now")
    assert "Item 1 concerns us: its source publishes after approval" in seen(browser.get("/sifted"))
    group = load_rules().groups[0].model_copy(update={"words": ("toinen",)})
    sieve = Sieve(house.network, load_rules().model_copy(update={"groups": (group,)}))
    with house.database.writing() as session:
        apply(session, differences(session, sieve), ZONE)
    assert [(state(house, item), told(house, item)) for item in (1, 2)] == [("waiting", 0)] * 2
    assert drafts(house) == 2


def test_correcting_what_is_approved_asks_nobody_again(house: House, browser: Browser) -> None:
    with house.database.writing() as session:
        source(session, "eura", publish="after_approval", sifted=True)
    brought(house, call("Innokaupungit, Oulu"))  # as if approved
    browser.submit("/sifted?show=taken", "/sifted/1/concerns", city="tampere", tell="now")
    assert (state(house, 1), cities(house, 1), drafts(house)) == ("published", ["tampere"], 0)


def first_poll(house: House) -> None:
    with house.database.writing() as session:
        person(session, "Alice", cities=("tampere",))
    tell(
        house.database, Report("a", details()), Report("b", details(title={"fi": "Toinen"}, closes_at="2027-02-01")),
        Report("c", details(title={"fi": "Mennyt"}, closes_at="2026-01-01")),
        rights=Rights(tell=False), name="new",
    )  # fmt: skip
    plan(house.database, house.network)


def test_what_came_with_a_first_poll_is_announced_when_it_is_chosen(house: House, browser: Browser) -> None:
    first_poll(house)
    text = seen(browser.get("/sifted"))
    assert "Came with a first look" in text
    assert "Toinen" in text
    assert "Mennyt" not in text
    assert told(house, 1) + told(house, 2) == 0
    browser.submit("/sifted", "/sifted/first/chosen", item="2")
    assert "1 announced" in seen(browser.get("/sifted"))
    assert (told(house, 1), told(house, 2)) == (0, 1)
    browser.submit("/sifted", "/sifted/first/chosen", item="2")  # a second press
    assert "0 announced" in seen(browser.get("/sifted"))
    browser.submit("/sifted", "/sifted/first/left", item="1")
    assert "Came with a first look" not in seen(browser.get("/sifted"))
    assert (told(house, 1), told(house, 2)) == (0, 1)


def test_all_of_a_first_poll_may_be_announced(house: House, browser: Browser) -> None:
    first_poll(house)
    token = browser.token("/sifted")
    browser.client.post("/sifted/first/all", data={"csrf_token": token, "listed": ["1", "2", "x", "9" * 30]})
    assert (told(house, 1), told(house, 2)) == (1, 1)
