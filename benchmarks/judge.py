"""How well the judge agrees with graders: `python benchmarks/judge.py [--asag FOLDER] [--quick]`.

Prints every measure that the judge has a target for, with the target and the baselines beside it: agreement and means
by level on our own held-out questions (the adapter was never trained on them, the combination was fitted on them),
students' answers of the public sets in FOLDER, judged against the reference alone, and what the machine interface
promises: quotes, follow-ups, invariance, time. Public sets and where to get them: training/MODEL_CARD.md. `--quotes 60`
prints as many quotes for reading. `--quick` takes a few answers of each part: it shows that everything runs, not more.
"""

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.judge_scorers import OurJudge, Results, Scorer, bare_model, question_of, raw_cosine, run, word_overlap
from coach.dialogue import prompts
from coach.dialogue.interviewer import asked_for
from coach.llm.bundled import adapter_path, model_path
from coach.llm.fast_weights import prepared
from coach.paths import shared_cache
from coach.ports import Embedder, LanguageModel
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring.evidence import is_true_quote
from coach.scoring.llm_judge import branch
from training.graded import GradedAnswer, read_public
from training.measure import auc, macro_f1, pearson, quadratic_weighted_kappa, rank_accuracy
from training.mixture import is_held_out, load
from training.textbook import PLAIN, WITH_ERROR, WITH_GAP, ModelAnswer, triple

GAMING = ("injection", "keyword_stuffing", "repeat_question")
PUBLIC = {
    "mohler": "r >= .50", "nn_exam": "r >= .44", "gaps": "AUC >= .76", "scientsbank": "two-way F1 >= .74",
    "beetle": "no bar",
}  # fmt: skip
MEASURED_ONLY = ("mohler", "nn_exam", "gaps")
TRAINED_ON = ("scientsbank", "beetle")
"""The missing-clause set takes part of its questions from these."""


def own_row(name: str, results: Results, not_graded: int) -> str:
    """One line of the table of our own answers."""
    gold, mine = results.gold, results.scores
    positive = [p.value >= 0.5 for a in results.answers for p in a.points]
    credits = [c for answer in results.credits for c in answer]
    ids = [a.question_id for a in results.answers]
    return (
        f"{name:18s} {quadratic_weighted_kappa(gold, mine):5.2f} {pearson(gold, mine):5.2f} "
        f"{rank_accuracy(ids, gold, mine):5.2f} {macro_f1(positive, [c >= 0.5 for c in credits]):5.2f} "
        f"{auc(positive, credits):5.2f} {100 * not_graded / len(gold):4.0f} %   "
        + "  ".join(f"{level} {mean:4.2f}" for level, mean in level_means(results))
    )


def level_means(results: Results) -> Iterator[tuple[str, float]]:
    """Mean score of each level, and of the answers that try to game the grade."""
    for level in "ABCDE":
        yield level, mean_of(results, [a.level == level for a in results.answers])
    yield "adversarial", mean_of(results, [a.subtype in GAMING for a in results.answers])


def mean_of(results: Results, chosen: Sequence[bool]) -> float:
    """Mean score of the chosen answers; nan for none."""
    found = [score for score, is_chosen in zip(results.scores, chosen, strict=True) if is_chosen]
    return float(np.mean(found)) if found else float("nan")


def print_own(answers: Sequence[GradedAnswer], judges: dict[str, Scorer]) -> None:
    """The table of our own answers."""
    questions = len({a.question_id for a in answers})
    gold = Results(answers, [a.score for a in answers], [])
    true = "  ".join(f"{level} {mean:4.2f}" for level, mean in level_means(gold))
    print(f"\nOwn graded answers, held-out questions: {len(answers)} answers, {questions} questions")
    print(f"{'judge':18s}   QWK     r  rank    F1   AUC  not graded, mean score by level")
    for name, scorer in judges.items():
        results = run(scorer, answers)
        print(own_row(name, results, scorer.not_graded if isinstance(scorer, OurJudge) else 0), flush=True)
    print(f"{'true':18s} {'':36s}   {true}")
    print(f"{'bar':18s}  .80   .86   .89   .80     -    5 %   A >= 4.0  B >= 3.1  E <= 1.7  adversarial <= 0.5")


def print_elsewhere(ours: OurJudge, answers: Sequence[GradedAnswer], count: int) -> None:
    """What excellent answers earn for a question they were not given to."""
    best = [a for a in answers if a.level == "A"]
    pairs = [(a, b) for a, b in zip(best, best[1:] + best[:1], strict=True) if a.question_id != b.question_id][:count]
    scores = [ours.judge(question_of(a), b.text).score for a, b in pairs]
    print(f"excellent answers to another question: mean score {np.mean(scores):.2f} ({len(scores)})", flush=True)


def print_textbook(ours: OurJudge, model_answers: Sequence[ModelAnswer]) -> None:
    """What model answers earn word for word, and whether one statement made wrong or left out costs its points."""
    print(f"\nModel answers of {len(model_answers)} held-out questions, given as answers")
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    contradicted: dict[str, list[bool]] = defaultdict(list)
    for model_answer in model_answers:
        for answer in triple(model_answer):
            judged = ours.judge(question_of(answer), answer.text)
            scores[answer.level].append((answer.score, judged.score))
            before = model_answer.plain.points
            contradicted[answer.level] += [
                verdict.verdict == "contradicted"
                for verdict, point, was in zip(judged.points, answer.points, before, strict=True)
                if answer.level == PLAIN or point.value < was.value
            ]
    names = {PLAIN: "as they are", WITH_ERROR: "one statement made wrong", WITH_GAP: "one statement left out"}
    for level, name in names.items():
        gold, mine = np.array(scores[level]).T
        which = "points" if level == PLAIN else "its points"
        found = f"{which} called contradicted: {share(sum(contradicted[level]), len(contradicted[level]))}"
        below = share(int((mine < 3).sum()), len(mine))
        print(f"{name:26s} mean {mine.mean():.2f} (label {gold.mean():.2f}), below 3: {below}, {found}", flush=True)


def print_promises(ours: OurJudge) -> None:
    """Quotes, follow-up targets and unsure share of the judgements made so far."""
    verdicts = [(a, v) for a, j in ours.judgements for v in j.points if v.verdict in ("covered", "contradicted")]
    quoted = sum(v.evidence is not None and is_true_quote(v.evidence, a.text) for a, v in verdicts)
    print(f"\nquotes that stand in the answer, <= 400 characters: {share(quoted, len(verdicts))} (bar 100 %)")
    hits = [a.points[asked_for(j.points)].value < 1 for a, j in ours.judgements if a.level in ("C", "D")]
    print(f"follow-ups that target a missed, half-said or contradicted point (C, D): {share(sum(hits), len(hits))}"
          " (bar 90 %)")  # fmt: skip
    errors = {sure: [abs(a.score - j.score) for a, j in ours.judgements if j.sure is sure] for sure in (True, False)}
    found = [f"{'sure' if sure else 'unsure'} {np.mean(e):.2f} ({len(e)})" for sure, e in errors.items() if e]
    print(f"mean absolute error of the score: {', '.join(found)}")


def share(count: int, total: int) -> str:
    """E.g. "12 of 15, 80 %"."""
    return f"{count} of {total}, {100 * count / max(1, total):.0f} %"


def print_quotes(ours: OurJudge, count: int) -> None:
    """A sample of quotes for a person to judge: is each on the point?"""
    found = [
        (a, v) for a, j in ours.judgements for v in j.points if v.verdict in ("covered", "contradicted") and v.evidence
    ]
    for answer, verdict in random.Random(4).sample(found, min(count, len(found))):
        quote = " ".join(verdict.evidence.text.split()) if verdict.evidence else ""
        print(f"\n{answer.question_id} {answer.level} {verdict.verdict}: {verdict.point.text}\n    > {quote}")


def print_invariance(ours: OurJudge, answers: Sequence[GradedAnswer]) -> None:
    """Whether the grade stays when nothing but the form of the text changes."""
    changes: dict[str, Callable[[str], str]] = {
        "judged twice": lambda t: t,
        "upper case": str.upper,
        "more spaces": lambda t: "  " + t.replace(" ", "  ").replace("\n", "\n\n") + "\n",
    }
    before = [ours.judge(question_of(a), a.text).grade for a in answers]
    for name, change in changes.items():
        after = [ours.judge(question_of(a), change(a.text)).grade for a in answers]
        same = sum(one == other for one, other in zip(before, after, strict=True))
        bar = "100 %" if name == "judged twice" else "97 %"
        print(f"same grade, {name}: {share(same, len(answers))} (bar {bar})", flush=True)


def print_time(ours: OurJudge, llm: LanguageModel, answers: Sequence[GradedAnswer]) -> None:
    """All verdicts of an answer over the bare prefill of the same tokens, side by side, median of the answers."""
    ratios = []
    for answer in answers:
        question = question_of(answer)
        started = time.perf_counter()
        ours.judge(question, answer.text)
        judged = time.perf_counter() - started
        text = prompts.answer_block(answer.text) + "".join(branch(p.text) for p in answer.points)
        started = time.perf_counter()
        trunk = llm.trunk(prompts.SYSTEM, prompts.opening(answer.question))
        trunk.extend(text)
        prefill = time.perf_counter() - started
        trunk.close()
        ratios.append(judged / prefill)
    print(f"time to all verdicts over bare prefill, median of {len(ratios)}: {np.median(ratios):.2f} (bar 1.3)")


def public_answers(folder: Path, name: str) -> tuple[list[GradedAnswer], str]:
    """Answers of a set to questions that nothing was trained on, with a note. Raises OSError if a file is missing."""
    answers = list(read_public(folder / f"{name}_dev.csv"))
    if name == "gaps":
        trained = {a.question for other in TRAINED_ON for a in read_public(folder / f"{other}_dev.csv")
                   if not is_held_out(a)}  # fmt: skip
        return [a for a in answers if a.question not in trained], "questions of the training sets left out"
    if name in MEASURED_ONLY:
        return answers, "nothing trained on it"
    return [a for a in answers if is_held_out(a)], "held-out questions; the combination was fitted on a part of them"


def print_public(folder: Path, limit: int, embedder: Embedder, llm: LanguageModel, plain: LanguageModel) -> None:
    """One line a set and judge; sets whose file is missing are named."""
    print("\nStudents' answers, judged against the reference alone")
    judges: dict[str, Callable[[], Scorer]] = {
        "word overlap": lambda: word_overlap, "raw cosine": lambda: raw_cosine(embedder),
        "model, no adapter": lambda: bare_model(plain),
        "semantic": lambda: OurJudge(embedder, None, reference_only=True),
        "combined": lambda: OurJudge(embedder, llm, reference_only=True),
    }  # fmt: skip
    for name, bar in PUBLIC.items():
        try:
            answers, note = public_answers(folder, name)
        except OSError as error:
            print(f"{name}: skipped, {error}")
            continue
        answers = random.Random(5).sample(answers, min(limit, len(answers)))
        print(f"{name}: bar {bar}; {note}")
        for judge, build in judges.items():
            print(public_row(judge, run(build(), answers)), flush=True)


def public_row(judge: str, results: Results) -> str:
    """One line of the table of public sets."""
    gold, mine = results.gold, results.scores
    ids = [a.question_id for a in results.answers]
    two_way = macro_f1([g >= 3 for g in gold], [m >= 3 for m in mine])
    below_full = [g < 5 for g in gold]
    return (
        f"    {judge:18s} n {len(gold):4d}  r {pearson(gold, mine):5.2f}  rank {rank_accuracy(ids, gold, mine):.2f}  "
        f"two-way F1 {two_way:.2f}  AUC of incomplete {auc(below_full, [-m for m in mine]):.2f}"
    )


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asag", type=Path, help="folder with the public sets as *_dev.csv")
    parser.add_argument("--limit", type=int, default=200, help="answers of each public set at most")
    parser.add_argument("--own", type=int, default=1000, help="own answers at most")
    parser.add_argument("--textbook", type=int, default=1000, help="model answers at most")
    parser.add_argument("--quotes", type=int, default=0, help="print so many quotes")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="12 own, 2 model answers, 6 public answers a set")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.limit, chosen.own, chosen.textbook = 6, 12, 2
    return chosen


def main() -> None:
    """Run everything that the options ask for."""
    chosen = options()
    from coach.llm.local import LlamaCppModel

    embedder = SentenceEncoder()
    data = load()
    own = data.own_held_out[: chosen.own]
    weights = prepared(model_path(), shared_cache())
    llm = LlamaCppModel(weights, adapter=adapter_path(), context_tokens=4096, threads=chosen.threads)
    plain = LlamaCppModel(weights, adapter=None, context_tokens=4096, threads=chosen.threads)
    ours = OurJudge(embedder, llm)
    print_own(own, {
        "word overlap": word_overlap, "raw cosine": raw_cosine(embedder), "model, no adapter": bare_model(plain),
        "semantic": OurJudge(embedder, None), "combined": ours,
    })  # fmt: skip
    print_elsewhere(ours, own, 35)
    print_textbook(ours, data.textbook_held_out[: chosen.textbook])
    print_promises(ours)
    long = [a for a in own if 90 <= len(a.text.split()) <= 300]
    print_invariance(ours, long[: 2 if chosen.quick else 35])
    print_time(ours, llm, long[: 2 if chosen.quick else 8])
    if chosen.asag:
        print_public(chosen.asag, chosen.limit, embedder, llm, plain)
    else:
        print("\npublic sets: skipped, name their folder with --asag")
    if chosen.quotes:
        print_quotes(ours, chosen.quotes)


if __name__ == "__main__":
    main()
