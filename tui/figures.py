"""The figures of `coach.statistics` in words: one sentence for each plot, so that nothing rests on a picture alone."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from coach.review_summary import Summary

Figures = Mapping[str, Any]


def percent(share: float | None) -> str:
    """E.g. "83%", or "no figure yet"."""
    return "no figure yet" if share is None else f"{share:.0%}"


def counted(number: int, thing: str) -> str:
    """E.g. "1 review", "2 reviews"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def days_ahead(days: int) -> str:
    """When something comes, e.g. "today", "tomorrow", "in 12 days"."""
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def minutes(seconds: float) -> str:
    """E.g. "12 min", "3 h 05 min"."""
    whole = round(seconds / 60)
    return f"{whole} min" if whole < 60 else f"{whole // 60} h {whole % 60:02d} min"


def span(row: Figures) -> str:
    """A group of days, e.g. "2-3 days"."""
    low, high = row["from_days"], row["to_days"]
    if high is None:
        return f"over {low - 1} days"
    return f"{low} day" if low == high == 1 else f"{low}-{high} days"


def practice(figures: Figures) -> str:
    """How much, how regularly."""
    reviews, streak = figures["reviews"], figures["streak"]
    if not reviews["total"]:
        return "No answers yet: this fills with your first graded question."
    return (
        f"{counted(reviews['total'], 'review')}, {counted(reviews['today'], 'answer')} today; "
        f"{counted(streak['days'], 'day')} in a row, longest {streak['longest']}."
    )


def forecast(figures: Figures) -> str:
    """What comes."""
    days, overdue = figures["forecast"]["days"], figures["forecast"]["overdue"]
    total = sum(day["due"] for day in days)
    if not total and not overdue:
        return "Nothing is scheduled in the next 30 days."
    busiest = max(days, key=lambda day: day["due"])
    late = f"{overdue} overdue; " if overdue else ""
    day = f"{date.fromisoformat(busiest['day']):%a %d %b}"
    return f"{late}{counted(total, 'review')} in 30 days, most on {day} ({busiest['due']})."


def retention(figures: Figures) -> str:
    """How much is still known when it comes back."""
    kept = figures["retention"]
    if kept["all"] is None:
        return "No question has come back yet."
    return f"Known when they came back: {percent(kept['all'])}, in the last 30 days {percent(kept['last_30_days'])}."


def mastery(figures: Figures) -> str:
    """Which topics are weak."""
    weak = sorted((row for row in figures["mastery"] if row["weak"]), key=lambda row: row["estimate"])
    practised = sum(row["answers"] > 0 for row in figures["mastery"])
    if not practised:
        return "No topic practised yet; the ranges are guesses."
    names = ", ".join(row["topic"] for row in weak[:3])
    return f"{practised} of {len(figures['mastery'])} topics practised; " + (
        f"weak: {names}." if weak else "none weak."
    )


def agreement(figures: Figures) -> str:
    """How far judge and person agree."""
    rows = figures["judge_agreement"]
    cases = sum(row["cases"] for row in rows)
    if not cases:
        return "You have not overruled or confirmed a grade yet."
    within = sum(row["within_one"] * row["cases"] for row in rows) / cases
    bias = sum(row["bias"] * row["cases"] for row in rows) / cases
    kind = "kinder" if bias > 0 else "stricter"
    leaning = f"on average {abs(bias):.1f} {kind} than you" if abs(bias) >= 0.05 else "leaning neither way"
    return f"Of {counted(cases, 'grade')} that you decided, the judge was within one of {percent(within)}, {leaning}."


def calibration(figures: Figures) -> str:
    """How far confidence fits."""
    rows = figures["calibration"]
    answers = sum(row["answers"] for row in rows)
    if not answers:
        return "Say how sure you are before a verdict, and this shows whether it fits."
    gap = sum((row["expected"] - row["achieved"]) * row["answers"] for row in rows) / answers
    if abs(gap) < 0.05:
        return f"Over {counted(answers, 'answer')} your confidence fits."
    leaning = "more" if gap > 0 else "less"
    return f"Over {counted(answers, 'answer')} you are {leaning} sure than right, by {percent(abs(gap))}."


def time_spent(figures: Figures) -> str:
    """How long."""
    spent = figures["time"]
    if not spent["seconds"]:
        return "No time measured yet."
    topic = max(spent["by_topic"], key=lambda name: spent["by_topic"][name])
    return f"{minutes(spent['seconds'])} in all, most on {topic} ({minutes(spent['by_topic'][topic])})."


def lines(figures: Figures) -> Iterator[str]:
    """All sentences, for `coach stats`."""
    asked, live = figures["questions"]["asked"], figures["questions"]["live"]
    yield f"Questions  {asked} of {live} asked."
    for name, sentence in (
        ("Practice", practice),
        ("Retention", retention),
        ("Forecast", forecast),
        ("Mastery", mastery),
        ("Judge", agreement),
        ("Confidence", calibration),
        ("Time", time_spent),
    ):
        yield f"{name:<10} {sentence(figures)}"
    for entry in figures["interviews"]:
        yield f"Interview  {entry['title'] or 'planned'} on {entry['day']}, in {entry['days_left']} days."


def review_rows(summary: Summary) -> list[tuple[str, str]]:
    """What a round of review was worth, as (name, words)."""
    time = "less than a minute" if summary.minutes < 1 else f"{summary.minutes:.0f} min"
    rows = [("Answered", f"{summary.answered} in {time}")]
    if summary.repeated:
        rows.append(("Retention", f"{summary.kept} of {summary.repeated} known when they came back"))
    if summary.recovered:
        rows.append(("Recovered", f"{len(summary.recovered)} points after a follow-up"))
    if summary.confidence is not None and summary.achieved is not None:
        rows.append(("Confidence", f"{summary.confidence:.0%} sure, {summary.achieved:.0%} right"))
    return rows


def review_lines(summary: Summary) -> Iterator[str]:
    """The summary of a round of review, for `coach review --plain`."""
    for name, words in review_rows(summary):
        yield f"{name:<11} {words}"
    for point in summary.open:
        yield f"  {'!' if point.wrong else '-'} {point.statement}"
    yield f"Next: {summary.next_step}"
