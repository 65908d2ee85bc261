"""The rules of what concerns the network, chosen when an installation is opened."""

from __future__ import annotations

from pathlib import Path

from bot.intake import relevance
from bot.network import Network
from bot.settings import SettingsFault


def use_rules(path: Path | None, network: Network) -> None:
    """Judge by the rules in this file, or the shipped ones for None. Raises SettingsFault with every fault."""
    try:
        # the shipped rules name the shipped cities: another network's own file need not have them
        relevance.use(relevance.load_rules(path, network if path else None))
    except relevance.RulesFault as fault:
        raise SettingsFault([str(fault)]) from fault
