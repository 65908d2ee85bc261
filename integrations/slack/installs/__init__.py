"""Several workspaces: the app installed by OAuth, its tokens encrypted in the house's database.

`sealing.py` keeps tokens; `workspaces.py` asks Slack for them and hands them out.
"""
