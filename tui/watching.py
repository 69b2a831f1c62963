"""Watchers of what is gone are forgotten."""

from textual.dom import DOMNode


def forget_gone(watched: DOMNode) -> None:
    """Drop the watchers that closed widgets have left on an app or a widget.

    Textual does so when the watched value changes. Models are ready once and a theme stays, so until the program ended
    every screen that had been left would be kept, with all that it shows.
    """
    for watchers in getattr(watched, "__watchers", {}).values():
        watchers[:] = [(node, callback) for node, callback in watchers if not node._closing]
