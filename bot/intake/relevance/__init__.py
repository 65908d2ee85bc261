"""Which reports of a sifted source concern the network, whom, and why: rules in a file, corrected by people."""

from bot.intake.relevance.judge import Judged, Sieve
from bot.intake.relevance.rules import Rules, RulesFault, load_rules, rules, use

__all__ = ["Judged", "Rules", "RulesFault", "Sieve", "load_rules", "rules", "use"]
