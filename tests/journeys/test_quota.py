"""A provider's hourly quota: no hour carries more mails than it allows, and all of them arrive."""

from __future__ import annotations

from bisect import bisect_left

from bot import clock
from bot.people.enrolment import Person
from tests.fakes.smtp_session import Mail
from tests.town import CALL, OpenTown
from tests.webhooks import saying

QUOTA, READERS = 10, 14


def test_no_hour_carries_more_mails_than_the_quota(open_town: OpenTown) -> None:
    town = open_town(mail_hourly_quota=QUOTA)
    town.enrol(
        *(Person(f"Reader {at}", f"reader{at}@example.org", ("tampere",)) for at in range(READERS - 2))
    )
    taken: list[float] = []

    def note(mail: Mail, dropped: bool) -> None:
        taken.append(clock.now().timestamp())

    town.smtp.on_mail = note
    answer = town.post(saying("published", **(CALL | {"urgent": True})))
    assert answer.status_code == 200
    for _ in range(30):
        while town.turn():
            pass
        town.hand.advance(minutes=4)
    assert len(taken) == len({mail.recipient for mail in town.smtp.mails}) == READERS  # Alice and Charlie too
    most = max(bisect_left(taken, moment + 3600) - at for at, moment in enumerate(taken))
    assert QUOTA // 2 < most <= QUOTA
