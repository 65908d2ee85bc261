"""Creamailer: the letter's list of subscribers and its suppressions.

Its API cannot make or send a campaign, so it is no sender: the letter is pasted there by hand.
"""

from integrations.creamailer.client import Creamailer, CreamailerOptions

__all__ = ["Creamailer", "CreamailerOptions"]
