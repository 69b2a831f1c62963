"""The day's plan keeps its promises over thousands of random situations."""

import itertools
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from coach.models import Card, InterviewDate
from coach.srs.balance import planned_days, slack_days
from coach.srs.interleave import RUN, interleaved
from coach.srs.interview_date import GainModel, sweep_of
from coach.srs.memory import Memory
from coach.srs.pace import Answer, Learner, after_break, measured_pace, practised_share, share_of_new, stability_scale
from coach.srs.queue import Fresh, Situation, new_allowed, plan_day

TODAY = date(2026, 5, 4)


def card(key, topic="t", due=TODAY, interval=10, stability=8.0, last=None, **values):
    last = last or TODAY - timedelta(days=interval)
    defaults = {"repetitions": 3, "ef_hundredths": 250, "redrill": False, "last_grade": 4, "reviews": 3, "lapses": 0}
    return Card(
        question_id=key, topic=topic, due=due, interval_days=interval, last_day=last, floor_hits=0, last_event_id=1,
        stability=stability, difficulty=5.0, **defaults | values,
    )  # fmt: skip


def random_situation(rng):
    topics = "abcdef"[: rng.randrange(1, 7)]
    due = [
        card(f"d{i}", rng.choice(topics), TODAY - timedelta(days=rng.randrange(9)), stability=rng.uniform(0.2, 60))
        for i in range(rng.randrange(40))
    ]
    fresh = [Fresh(f"n{i}", rng.choice(topics)) for i in range(rng.randrange(20))]
    names = [item.question_id for item in (*due, *fresh)]
    siblings = {name: f"s{rng.randrange(5)}" for name in names if rng.random() < 0.2}
    interviews = [InterviewDate(TODAY + timedelta(days=rng.randrange(1, 60)), TODAY - timedelta(days=20))]
    return Situation(
        day=TODAY,
        due=due,
        asked=due,
        fresh=fresh,
        questions=len(names),
        seen=len(due),
        budget_seconds=rng.choice([300.0, 1500.0, 6000.0]),
        spent_seconds=rng.choice([0.0, 200.0]),
        interviews=interviews if rng.random() < 0.5 else [],
        siblings=siblings,
        asked_today=rng.sample(names, min(2, len(names))),
        recent_topics=[rng.choice(topics) for _ in range(2)],
    )


def longest_run(topics):
    return max((len(list(group)) for _, group in itertools.groupby(topics)), default=0)


def test_a_plan_keeps_to_budget_and_parts_near_duplicates():
    rng = random.Random(3)
    for _ in range(500):
        situation = random_situation(rng)
        plan = plan_day(situation)
        left = situation.budget_seconds - situation.spent_seconds
        assert sum(sorted(task.seconds for task in plan.tasks)[:-1]) < max(left, 1e-9)  # over by one answer at most
        names = [situation.siblings[t.question_id] for t in plan.tasks if t.question_id in situation.siblings]
        before = [situation.siblings.get(key) for key in situation.asked_today]
        assert len(set(names)) == len(names)
        assert not set(names) & set(before)
        ids = [task.question_id for task in (*plan.tasks, *plan.postponed)]
        assert len(ids) == len(set(ids))
        if not plan.sweep:
            assert {item.question_id for item in situation.due} <= set(ids)  # nothing due is hidden


def runs_can_be_avoided(counts, last, run):
    """Whether some order has no run above RUN: exhaustive, for small counts."""
    if not any(counts.values()):
        return True
    for topic in [t for t, n in counts.items() if n and not (t == last and run == RUN)]:
        rest = counts | {topic: counts[topic] - 1}
        if runs_can_be_avoided(rest, topic, run + 1 if topic == last else 1):
            return True
    return False


def test_at_most_two_of_a_topic_in_a_row_wherever_possible():
    rng = random.Random(5)
    for _ in range(2000):
        topics = [rng.choice("abc"[: rng.randrange(1, 4)]) for _ in range(rng.randrange(1, 9))]
        before = [rng.choice("ab") for _ in range(rng.randrange(3))]
        ordered = interleaved(topics, str, before)
        assert sorted(ordered) == sorted(topics)
        run = longest_run(before) if before and before[-1] == before[0] else min(1, len(before))
        if runs_can_be_avoided({t: topics.count(t) for t in set(topics)}, before[-1] if before else None, run):
            assert longest_run([*before, *ordered]) <= RUN


def test_new_questions_are_throttled_and_never_starved():
    fresh = [Fresh(f"n{i}", "t") for i in range(500)]
    backlog = [card(f"d{i}", due=TODAY - timedelta(days=3)) for i in range(200)]
    week = [TODAY + timedelta(days=ahead) for ahead in range(14)]
    calm = [new_allowed(Situation(day=day, fresh=fresh)) for day in week]
    busy = [new_allowed(Situation(day=day, fresh=fresh, due=backlog)) for day in week]
    assert set(calm) == {5}
    assert sum(busy) == 7
    weak = Learner(share_of_new=share_of_new([Answer("q", 1, 0.9, None)] * 60))
    assert 0 < sum(new_allowed(Situation(day=day, fresh=fresh, learner=weak)) for day in week) < sum(calm) / 2


def test_a_day_off_or_a_spent_budget_leaves_everything_postponed():
    due = [card(f"d{i}") for i in range(5)]
    plan = plan_day(Situation(day=TODAY, due=due, budget_seconds=0.0))
    assert plan.tasks == ()
    assert len(plan.postponed) == 5


def test_a_weak_topic_brings_a_question_never_asked():
    fresh = [Fresh("a1", "a"), Fresh("b1", "b"), Fresh("b2", "b")]
    plan = plan_day(Situation(day=TODAY, fresh=fresh, new_per_day=1, weak_topics=["b"]))
    assert [(task.question_id, task.reason) for task in plan.tasks] == [("b1", "topic")]


def test_the_sweep_asks_what_gains_most_and_respects_topic_weights():
    cards = [card("strong", "a", stability=400.0), card("weak", "a", stability=3.0), card("other", "b", stability=3.0)]
    interview = InterviewDate(TODAY + timedelta(days=1), TODAY - timedelta(days=40), weights={"b": 3.0})
    situation = Situation(day=TODAY, asked=cards, questions=3, seen=3, interviews=[interview], budget_seconds=90.0)
    plan = plan_day(situation)
    assert plan.sweep
    assert [task.question_id for task in plan.tasks] == ["other"]
    assert [task.question_id for task in plan.postponed] == ["weak", "strong"]


def test_under_two_weeks_what_was_never_seen_comes_first():
    interview = InterviewDate(TODAY + timedelta(days=4), TODAY)
    cards = [card(f"d{i}", stability=1.0) for i in range(9)]
    fresh = [Fresh(f"n{i}", "t") for i in range(300)]
    plan = plan_day(Situation(day=TODAY, asked=cards, fresh=fresh, questions=309, seen=9, interviews=[interview]))
    assert {task.reason for task in plan.tasks} == {"new"}


def test_after_the_interview_the_ordinary_schedule_goes_on():
    past = InterviewDate(TODAY, TODAY - timedelta(days=30))
    plan = plan_day(Situation(day=TODAY, due=[card("d")], questions=1, seen=1, interviews=[past]))
    assert not plan.sweep
    assert [task.reason for task in plan.tasks] == ["due"]


def test_the_sweep_begins_at_half_the_horizon_or_one_round_before():
    interview = InterviewDate(date(2026, 4, 1), date(2026, 1, 1))
    assert sweep_of(interview, 120, 1500).begin == date(2026, 3, 24)
    assert sweep_of(interview, 5000, 1500).begin == date(2026, 2, 15)


def test_the_gain_of_an_answer_is_what_it_adds_on_the_date():
    model = GainModel(Memory())
    gain, now = model.gain(card("q", stability=2.0), elapsed=10, days_left=1)
    assert gain > 0
    assert now == pytest.approx(Memory().recall(2.0, 10))
    assert model.gain(card("q", stability=2000.0), elapsed=10, days_left=1)[0] < gain


def test_pace_and_fit_follow_the_learner():
    slow = [Answer("q", 4, 0.9, 300.0)] * 200
    assert measured_pace(slow).passed > 280
    assert measured_pace([Answer("q", 4, 0.9, 9e9)]).passed == measured_pace([]).passed  # a coffee is no answer
    assert stability_scale([]) == 1.0
    assert stability_scale([Answer("q", 1, 0.85, None), Answer("q", 4, 0.85, None)] * 60) < 0.3
    assert stability_scale([Answer("q", 4, 0.6, None)] * 200) > 2


def test_levelling_moves_days_within_their_bounds_and_lowers_the_peak():
    rng = random.Random(9)
    cards = [
        card(f"c{i}", due=TODAY + timedelta(days=int(rng.triangular(0, 29, 10))), interval=rng.randrange(5, 90))
        for i in range(300)
    ]
    planned = planned_days(cards, TODAY)
    assert planned == planned_days(list(reversed(cards)), TODAY)
    for item in cards:
        assert abs((planned[item.question_id] - item.due).days) <= slack_days(item) <= 7
        assert planned[item.question_id] >= TODAY
    peak = [max(days.count(day) for day in days) for days in ([c.due for c in cards], list(planned.values()))]
    assert peak[1] < 0.75 * peak[0]


def test_overdue_questions_are_not_put_off_by_levelling():
    late = [card(f"c{i}", due=TODAY - timedelta(days=1), interval=60) for i in range(50)]
    assert set(planned_days(late, TODAY).values()) == {TODAY}


def test_a_break_is_noticed_until_it_is_caught_up():
    before = [TODAY - timedelta(days=days) for days in (20, 19, 18)]
    assert after_break(before, TODAY)
    assert not after_break([*before, TODAY - timedelta(days=14), TODAY - timedelta(days=11)], TODAY - timedelta(days=9))
    back = [*before, *(TODAY + timedelta(days=days) for days in range(10))]
    assert after_break(back, TODAY + timedelta(days=9))
    assert not after_break(back, TODAY + timedelta(days=10))
    assert not after_break([], TODAY)


def test_after_a_break_what_is_still_known_comes_first():
    due = [card("known", stability=50.0), card("lost", stability=0.5)]
    situation = Situation(day=TODAY, due=due, budget_seconds=60.0)
    assert plan_day(situation).tasks[0].question_id == "lost"
    assert plan_day(replace(situation, after_break=True)).tasks[0].question_id == "known"


def test_the_share_of_days_practised_counts_days_off():
    weeks = [TODAY - timedelta(days=days) for days in range(1, 29) if days % 7 not in (0, 1)]
    assert practised_share(weeks, TODAY) == pytest.approx(5 / 7, abs=0.03)
    assert practised_share([], TODAY) == practised_share(weeks[:3], weeks[0] + timedelta(days=1)) == 1.0


def test_before_a_date_new_questions_wait_for_what_is_being_forgotten():
    interview = InterviewDate(TODAY + timedelta(days=40), TODAY - timedelta(days=40))
    fresh = [Fresh(f"n{i}", "t") for i in range(300)]
    due = [card(f"d{i}", stability=1.0) for i in range(20)]
    ahead = Situation(day=TODAY, due=due, fresh=fresh, questions=320, seen=20, interviews=[interview])

    def reasons(situation):
        return [task.reason for task in plan_day(situation).tasks]

    assert 0 < reasons(ahead).count("new") < reasons(ahead).count("due")
    assert reasons(replace(ahead, new_today=2)).count("new") == 0  # the share is of a day, not of a look at the plan
    known = replace(ahead, due=[card(f"d{i}", stability=100.0) for i in range(20)])
    assert reasons(known).count("new") == new_allowed(known) > reasons(ahead).count("new")


def test_time_is_kept_for_what_was_begun_today():
    begun = [card("begun", last=TODAY, redrill=True)]
    due = [card(f"d{i}") for i in range(9)]
    situation = Situation(day=TODAY, redrills=begun, due=due, new_per_day=0, budget_seconds=300.0)
    assert [task.reason for task in plan_day(situation).tasks] == ["due", "due", "due", "redrill"]
