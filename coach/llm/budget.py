"""What to do when an interview outgrows the model's window: old turns give way to their verdicts, as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.errors import ContextFull
from coach.ports import LanguageModel, Trunk


@dataclass(frozen=True, slots=True)
class TurnBlock:
    """One turn in the trunk.  verdict_line: what remains of it when room is needed, ending with a newline."""

    text: str
    verdict_line: str


def trunk_within_window(
    model: LanguageModel, system: str, opening: str, blocks: Sequence[TurnBlock]
) -> tuple[Trunk, int]:
    """A trunk of all blocks, and how many of them, from the oldest, stand there as their verdict lines.

    The newest block always stands whole. Raises ContextFull when it does not fit even so: nothing is ever cut.
    """
    for replaced in range(len(blocks) or 1):
        trunk = model.trunk(system, opening)
        try:
            for i, block in enumerate(blocks):
                trunk.extend(block.verdict_line if i < replaced else block.text)
            return trunk, replaced
        except ContextFull:
            trunk.close()
            if replaced >= len(blocks) - 1:
                raise
        except BaseException:
            trunk.close()
            raise
    raise AssertionError("unreachable: the loop returns or raises")


def said_on_screen(replaced: int) -> str:
    """One line that tells the person what was left out."""
    turns = "turn was" if replaced == 1 else f"{replaced} turns were"
    return f"To fit the model's window, the oldest {turns} replaced by the verdicts on them."
