"""What the coach says next: follow-ups, hints, acknowledgements, and the texts the language model reads."""
