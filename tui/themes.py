"""Colour themes of our own: dark, light, and one of high contrast. Meaning never rests on colour alone.

Muted text has a colour of its own: Textual's (`auto 60%`) comes out as bright as can be inside a line.
"""

from textual.theme import Theme

DARK = Theme(
    name="coach-dark",
    primary="#7aa2c8",
    secondary="#9a8fc0",
    accent="#d9a05b",
    foreground="#d8d6d0",
    background="#16181c",
    surface="#1d2025",
    panel="#262a31",
    success="#7fb38a",
    warning="#d9b35b",
    error="#cf7a72",
    dark=True,
    variables={
        "text-muted": "#a9a7a1",
        "block-cursor-background": "#26394b",
        "block-cursor-blurred-background": "#232d37",
        "block-cursor-foreground": "#ffffff",
    },
)
LIGHT = Theme(
    name="coach-light",
    primary="#2f5f8f",
    secondary="#5d4f94",
    accent="#874d0b",
    foreground="#22252a",
    background="#f7f5f0",
    surface="#efece5",
    panel="#e3dfd5",
    success="#2f6f3f",
    warning="#8a6100",
    error="#a3352b",
    dark=False,
    variables={
        "text-muted": "#55585f",
        "block-cursor-background": "#cddaea",
        "block-cursor-blurred-background": "#dde4ea",
        "block-cursor-foreground": "#22252a",
    },
)
CONTRAST = Theme(
    name="coach-contrast",
    primary="#ffffff",
    secondary="#ffff00",
    accent="#00ffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#00ff66",
    warning="#ffff00",
    error="#ff6666",
    dark=True,
    variables={  # nothing is told from something else by shades of grey
        "text-muted": "#dddddd",
        "text-disabled": "#bbbbbb",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#0033aa",
        "block-cursor-blurred-background": "#333333",
        "border-blurred": "#999999",
    },
)
THEMES = (DARK, LIGHT, CONTRAST)
