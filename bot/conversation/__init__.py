"""Conversation: what readers say to the house, in a mail or elsewhere, and what it says back."""
