"""Widgets: they announce what happened; the screens decide what it means."""
