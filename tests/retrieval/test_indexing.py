"""Indexing is incremental by content and resumable."""

from dataclasses import replace

import pytest

from coach.models import KeyPoint, Question
from coach.retrieval import indexing
from coach.retrieval.indexing import embed_missing, index_questions, update_passages
from coach.retrieval.views import views


def test_the_second_time_nothing_is_embedded(store, questions, encoder):
    first = index_questions(store, questions, encoder)
    asked = len(encoder.asked)
    assert first.changed == 3
    assert first.embedded == asked == len(set(encoder.asked))
    assert index_questions(store, questions, encoder) == indexing.IndexReport(0, 0, 0)
    assert len(encoder.asked) == asked


def test_only_changed_texts_are_embedded_again(store, questions, encoder):
    index_questions(store, questions, encoder)
    del encoder.asked[:]
    moved = replace(questions[0], topic="training", key_points=(KeyPoint("A heavy ball."),))
    report = index_questions(store, [moved, *questions[1:]], encoder)
    assert report.changed == 1
    assert encoder.asked == ["A heavy ball."]


def test_a_text_that_comes_back_is_not_embedded_again(store, questions, encoder):
    index_questions(store, questions, encoder)
    index_questions(store, questions[:1], encoder)
    assert index_questions(store, questions, encoder).embedded == 0


def test_identical_texts_of_two_questions_are_embedded_once(store, encoder):
    same = [Question(name, "What is a heap?", "A tree.", "t") for name in ("a", "b")]
    assert index_questions(store, same, encoder).embedded == len(views(same[0]))


def test_an_interrupted_embedding_goes_on(store, questions, encoder, monkeypatch):
    monkeypatch.setattr(indexing, "TEXTS_PER_SAVE", 2)

    def interrupt(done: int, total: int, what: str) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_questions(store, questions, encoder, interrupt)
    assert len(encoder.asked) == 4
    embed_missing(store, encoder)
    assert len(encoder.asked) == len(set(encoder.asked))
    assert not store.passages.texts_without_vector(encoder.identity)


def test_progress_ends_at_the_total(store, questions, encoder):
    seen: list[tuple[int, int]] = []
    report = index_questions(store, questions, encoder, lambda done, total, what: seen.append((done, total)))
    assert seen[-1] == (report.embedded, report.embedded)


def test_a_derived_point_gets_no_view_of_its_own():
    point = KeyPoint("A tree with the smallest on top.", derived=True)
    question = Question("heap", "What is a heap?", "A tree with the smallest on top.", "t", key_points=(point,))
    assert [view for view, _, _ in views(question)].count("point") == 0
    authored = replace(question, key_points=(replace(point, derived=False),))
    assert ("point", "", point.text) in views(authored)


def test_one_edited_question_leaves_the_others_alone(store, questions, encoder):
    update_passages(store, questions)
    edited = replace(questions[0], answer="Quite another answer.")
    assert update_passages(store, [edited], complete=False) == (1, 0)
    assert set(store.passages.content_hashes()) == {question.id for question in questions}
    assert "Quite another answer." in [row.text for row in store.passages.passages_of(["momentum"])]
