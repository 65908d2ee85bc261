"""Two serving processes, one loop: killed with it, the other one takes it over."""

from __future__ import annotations

import requests
from sqlalchemy import select

from bot.people.enrolment import Person, enrol
from bot.store.db import Database
from bot.store.workplace import Installation, WorkerRow
from tests.crash.newsroom import news
from tests.fakes.smtp import FakeSmtp
from tests.processes import Program, Programs, free_port, until


def test_of_two_servers_one_runs_the_loop_and_the_other_takes_it_over_when_it_is_killed(
    programs: Programs, database: Database
) -> None:
    with FakeSmtp() as smtp, database.writing() as session:
        enrol(session, Person("Alice", "alice@example.org", ("tampere",), hours="always"))
        session.commit()
        programs.environ |= {"SMTP_PORT": str(smtp.port), "WORKER": "embedded"}
        servers = {port: programs.start("bot.serve", PORT=str(port)) for port in (free_port(), free_port())}
        until(lambda: all(map(_ready, servers)), "both serve")
        for number, port in enumerate(servers):
            _publish(port, number)
        until(lambda: len(smtp.mails) == 2, "what came in at either is sent")
        (first,) = _at_work(database)
        (port,) = [port for port, server in servers.items() if server.owns(first)]
        servers.pop(port).sweep()
        took = until(lambda: _holder_is_another(database, servers, first), "the other runs the loop")
        assert took < 20
        (left,) = servers
        _publish(left, 2)
        until(lambda: len(smtp.mails) == 3, "it sends")


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def _publish(port: int, number: int) -> None:
    request = news(number)
    url = f"http://127.0.0.1:{port}/in/webhook"
    assert requests.post(url, data=request.body, headers=request.headers, timeout=10).ok


def _at_work(database: Database) -> list[int]:
    """The processes that run the embedded loop."""
    with database.reading() as session:
        return list(session.scalars(select(WorkerRow.pid).where(WorkerRow.kind == "embedded")))


def _holder_is_another(database: Database, servers: dict[int, Program], first: int) -> bool:
    holder = select(WorkerRow.pid).join(Installation, Installation.loop_holder == WorkerRow.id)
    with database.reading() as session:
        pid = session.scalar(holder)
    return pid not in {None, first} and all(server.owns(int(pid or 0)) for server in servers.values())
