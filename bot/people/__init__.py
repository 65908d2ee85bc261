"""The people of the network: who they are, where they hear, and what they chose."""
