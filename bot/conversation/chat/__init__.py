"""Chats: what people do there, taken in, done and shown."""
