"""Topics: weak ones are found, sureness grows and fades, their cards follow from the log."""

import random
from datetime import date, timedelta

from coach.srs.topics import TopicAnswer, TopicModel, learn_all, topic_cards, weak_topics_due

DAY = date(2026, 5, 4)


def answers(topic, grades, recall=0.8):
    return [TopicAnswer(topic, DAY + timedelta(days=i), grade, recall) for i, grade in enumerate(grades)]


def test_a_topic_that_fails_is_weak_and_one_that_passes_is_not():
    model = learn_all([*answers("nlp", [1] * 12), *answers("sgd", [5] * 12)])
    day = DAY + timedelta(days=12)
    assert model.is_weak("nlp", day)
    assert not model.is_weak("sgd", day)
    assert not model.is_weak("unknown", day)
    weak, strong = (model.mastery(topic, [0.8] * 10, day) for topic in ("nlp", "sgd"))
    assert weak.high < strong.low
    assert weak.low < weak.estimate < weak.high


def test_failing_what_should_be_known_says_more_than_failing_what_should_be_forgotten():
    known, forgotten = learn_all(answers("t", [1], 0.95)), learn_all(answers("t", [1], 0.1))
    assert known.abilities["t"].mean < forgotten.abilities["t"].mean < 0


def test_the_range_narrows_with_answers_and_widens_with_time():
    few, many = (learn_all(answers("t", [4, 1] * n)) for n in (2, 20))
    day = DAY + timedelta(days=40)
    width = [m.high - m.low for m in (few.mastery("t", [0.5] * 9, day), many.mastery("t", [0.5] * 9, day))]
    assert width[1] < width[0]
    later = many.mastery("t", [0.5] * 9, day + timedelta(days=400))
    assert later.high - later.low > width[1]


def test_the_next_answer_is_foretold_better_than_by_the_overall_rate():
    rng = random.Random(4)
    chances = {"a": 0.9, "b": 0.75, "c": 0.35}
    model, passes, loss, loss_rate = TopicModel(), [1, 2], 0.0, 0.0
    for number in range(600):
        topic, day = rng.choice("abc"), DAY + timedelta(days=number // 10)
        passed = rng.random() < chances[topic]
        loss += (model.chance(topic, 0.7, day) - passed) ** 2
        loss_rate += (passes[0] / passes[1] - passed) ** 2
        model.learn(TopicAnswer(topic, day, 4 if passed else 1, 0.7))
        passes = [passes[0] + passed, passes[1] + 1]
    assert loss < 0.9 * loss_rate


def test_a_topics_card_is_reviewed_once_a_day_by_the_mean_grade():
    log = [TopicAnswer("t", DAY, 5, None), TopicAnswer("t", DAY, 4, None), TopicAnswer("u", DAY, 0, None)]
    cards = topic_cards([*log, TopicAnswer("t", DAY + timedelta(days=1), 1, 0.5)])
    assert (cards["t"].repetitions, cards["t"].ef_hundredths) == (0, 260)
    assert cards["u"].due == DAY + timedelta(days=1)


def test_only_weak_topics_whose_day_has_come_bring_new_questions():
    log = [*answers("nlp", [1] * 12), *answers("sgd", [5] * 12)]
    model, cards = learn_all(log), topic_cards(log)
    last = DAY + timedelta(days=11)
    assert weak_topics_due(model, cards, last) == []
    assert weak_topics_due(model, cards, last + timedelta(days=1)) == ["nlp"]
