"""Spaced repetition: what to ask on which day. Pure functions of values: no clock, no file, no random source inside."""
