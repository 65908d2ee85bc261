"""The Slack app: what people do there, and what they are shown.

A request passes the guard, Bolt reads it, and what somebody did is handed to the house's counter before it is
acknowledged (`taking.py`). Only what a trigger forces into three seconds is done here (`opening.py`).
"""
