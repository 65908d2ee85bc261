"""The rows of the table, in order."""

from bench.rows import (
    digest_build,
    handover_delay,
    mail_fanout,
    mail_fanout_vs_limit,
    planning,
    poll_intake,
    resting,
    sifting,
    slack_commands,
    slack_paced,
    slack_unpaced,
    webhook_intake,
)

ROWS = (
    mail_fanout.ROW,
    mail_fanout_vs_limit.ROW,
    slack_paced.ROW,
    slack_unpaced.ROW,
    slack_commands.ROW,
    webhook_intake.ROW,
    handover_delay.ROW,
    planning.ROW,
    planning.MILLION,
    digest_build.ROW,
    poll_intake.ROW,
    sifting.ROW,
    resting.ROW,
)
