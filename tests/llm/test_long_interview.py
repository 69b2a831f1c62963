"""An interview that outgrows the window of the bundled model."""

from coach.dialogue import prompts
from coach.llm.budget import TurnBlock, trunk_within_window
from coach.llm.local import LlamaCppModel
from coach.models import KeyPoint, PointVerdict, Span


def test_old_turns_become_one_line_and_the_newest_stays_whole(gguf):
    model = LlamaCppModel(gguf, context_tokens=512)
    verdicts = [
        PointVerdict(KeyPoint("a"), "covered", 0.9, 1.0, Span(0, 1, "x")),
        PointVerdict(KeyPoint("b"), "missing", 0.9, 0.0),
    ]
    line = prompts.verdict_line(verdicts)
    assert "1 covered, 1 missing" in line
    newest = prompts.followup_block("And then?", "It generalises badly. " * 30)
    blocks = [prompts.answer_block("It fits noise. " * 50), newest]
    trunk, replaced = trunk_within_window(
        model, prompts.SYSTEM, prompts.opening("Q?"), [TurnBlock(block, line) for block in blocks]
    )
    assert replaced == 1
    assert trunk.token_ids()[-len(model.vocabulary.data(newest)) :] == model.vocabulary.data(newest)
    assert trunk.tokens < model.trunk_limit
    model.close()
