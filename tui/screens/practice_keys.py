"""The keys of the practice screen; single letters work once the answer box is gone."""

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("escape", "stop", "Stop/Back", id="practice.stop", tooltip="Stop the model, or go back"),
    Binding("f4", "hint", "Hint", id="practice.hint", tooltip="Get a hint; hints cap the grade"),
    Binding("f5", "dont_know", "Don't know", id="practice.dont_know", tooltip="Say so and see what was asked for"),
    Binding("f6", "skip", "Skip", priority=True, id="practice.skip", tooltip="Leave this question without a grade"),
    Binding(
        "f7", "retry", "Go on", priority=True, id="practice.retry", tooltip="Judge again after a failure or a stop"
    ),
    Binding("f8", "finish", "Enough", id="practice.finish", tooltip="No more follow-ups: show the verdict"),
    Binding("f9", "editor", "Editor", show=False, id="practice.editor", tooltip="Write the answer in your own editor"),
    Binding("n,enter", "next", "Next", id="practice.next", tooltip="Go on to the next question"),
    Binding("m", "answer", "Model answer", id="practice.answer", tooltip="Open or close the model answer"),
    Binding("o", "source", "Source", id="practice.source", tooltip="Read the passages the verdict rests on"),
    Binding("e", "edit", "Edit", id="practice.edit", tooltip="Change the question in your editor"),
    Binding("ctrl+z", "undo", "Undo", id="practice.undo", tooltip="Take the latest grade back", show=False),
    Binding("ctrl+y", "redo", "Redo", id="practice.redo", tooltip="Bring it back again", show=False),
    *[
        Binding(str(g), f"grade({g})", str(g), show=False, id=f"practice.grade{g}", tooltip=f"Grade yourself {g}")
        for g in range(6)
    ],
]
