"""Search as a person meets it, over a real database and a predictable encoder."""

import threading
from dataclasses import replace

import pytest

from coach.retrieval import candidates, word_search
from coach.retrieval.candidates import Candidates, promising
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.index_cache import IndexCache
from coach.retrieval.indexing import embed_missing, index_questions, update_passages, use_encoder
from coach.retrieval.store import NO_FILTERS, Filters
from tests.retrieval.conftest import WordEncoder


@pytest.fixture
def retriever(store, questions, encoder) -> HybridRetriever:
    index_questions(store, questions, encoder)
    return HybridRetriever(store, encoder)


def ids(hits) -> list[str]:
    return [hit.question_id for hit in hits]


def test_the_best_passage_is_shown_without_the_question_before_it(retriever):
    hit = retriever.search("a velocity accumulates past slopes", 1)[0]
    assert hit.question_id == "momentum"
    assert hit.passage == "A velocity accumulates the past slopes, so the path rolls on through noise."


def test_every_question_comes_once_best_first(retriever):
    hits = retriever.search("linked list node order samples", 10)
    assert sorted(ids(hits)) == ["gan", "lru-cache", "momentum"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].question_id == "lru-cache"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(topic="optimisation"), ["momentum"]),
        (Filters(kind="coding"), ["lru-cache"]),
        (Filters(level=4), ["gan"]),
        (Filters(collection="notes"), ["lru-cache"]),
        (Filters(collection="notes", level=4), []),
    ],
)
def test_filters_hold_for_words_and_for_meaning(retriever, filters, expected):
    query = "velocity generator dictionary"
    assert ids(retriever.search(query, 10, filters)) == expected
    assert ids(retriever.search_lexical(query, 10, filters)) == expected
    assert {row.question_id for row, _ in retriever.passages(query, 10, filters)} == set(expected)


def test_an_abbreviation_finds_what_it_stands_for(retriever):
    assert retriever.search_lexical("forger and detective")[0].question_id == "gan"


@pytest.mark.parametrize(
    "query", ['"', "NEAR(", "a AND", "title:x", "*", "-", "ε σ²", "'; drop table passages; --", "\x00"]
)
def test_nothing_a_person_types_is_taken_for_query_syntax(retriever, query):
    retriever.search_lexical(query)
    retriever.search(query, 3)


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_an_empty_query_finds_nothing(retriever, query):
    assert retriever.search(query) == retriever.search_lexical(query) == retriever.passages(query) == []


def test_before_anything_is_embedded_words_answer(store, questions, encoder):
    update_passages(store, questions)
    hits = HybridRetriever(store, encoder).search("slopes")
    assert ids(hits) == ["momentum"]
    assert "slopes" in hits[0].passage


def test_words_answer_first_and_need_no_encoder(store, questions):
    class Absent(WordEncoder):
        def encode(self, texts):
            pytest.fail("the encoder was asked")

    update_passages(store, questions)
    assert ids(HybridRetriever(store, Absent()).search_lexical("discriminator")) == ["gan"]


def test_search_follows_the_bank(store, questions, encoder, retriever):
    changed = replace(questions[1], answer="A diffusion model removes noise step by step.")
    report = index_questions(store, [questions[0], changed], encoder)
    assert (report.changed, report.removed) == (1, 1)
    assert retriever.search("removes noise step by step", 1)[0].question_id == "gan"
    assert "lru-cache" not in ids(retriever.search("dictionary linked list"))
    assert "lru-cache" not in ids(retriever.search_lexical("dictionary"))


def test_passages_for_grounding_are_answers_with_their_ids(store, retriever):
    (passage, cosine), *_ = retriever.passages("discriminator forged samples", 2)
    assert passage.view == "answer"
    assert store.passages.passages([passage.id]) == [passage]
    assert 0 < cosine <= 1


def test_related_questions_need_no_encoder(store, questions, encoder):
    twin = replace(questions[0], id="momentum-2", text="What does momentum change about stochastic gradient descent?")
    index_questions(store, [*questions, twin], encoder)
    asked = len(encoder.asked)
    related = HybridRetriever(store, encoder).related("momentum", 2)
    assert related[0][0] == "momentum-2"
    assert related[0][1] > 0.8 > related[1][1]
    assert HybridRetriever(store, encoder).related("unknown") == []
    assert len(encoder.asked) == asked


def test_two_threads_and_a_writer(store, questions, encoder, retriever):
    errors: list[BaseException] = []

    def search() -> None:
        try:
            for _ in range(20):
                assert retriever.search("velocity", 3)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(10):
        extra = replace(questions[1], id=f"extra-{number}", text=f"Extra question {number}?")
        index_questions(store, [*questions, extra], encoder)
    for thread in threads:
        thread.join()
    assert not errors


def test_changing_the_encoder_keeps_the_old_vectors_until_the_new_are_complete(store, questions, encoder):
    index_questions(store, questions, encoder)

    class Failing(WordEncoder):
        def encode(self, texts):
            raise MemoryError

    with pytest.raises(MemoryError):
        use_encoder(store, Failing("words-2"))
    assert HybridRetriever(store, encoder).search("velocity", 1)[0].question_id == "momentum"
    other = WordEncoder("words-2", dim=32)
    assert use_encoder(store, other) == len(other.asked)
    assert HybridRetriever(store, other).search("velocity", 1)[0].question_id == "momentum"
    assert len(store.passages.vector_ids("words-1")) == 0
    assert embed_missing(store, other) == 0


def test_the_index_says_what_it_is(store, encoder, questions, tmp_path):
    index_questions(store, questions, encoder)
    said = HybridRetriever(store, encoder, tmp_path / "index").refresh()
    assert said["index"] == "flat"
    assert said["vectors"] == len(set(encoder.asked))
    assert said["index_file"] == "built: there was no file"
    assert HybridRetriever(store, encoder, tmp_path / "index").refresh()["index_file"] == "opened"


def test_of_two_alike_the_persons_own_comes_first(store, questions, encoder):
    own = replace(questions[0], id="zz-own", collection="notes")
    index_questions(store, [*questions, own], encoder)
    assert ids(HybridRetriever(store, encoder).search("velocity of past slopes", 2)) == ["momentum", "zz-own"]
    assert ids(HybridRetriever(store, encoder, shipped="bank").search("velocity of past slopes", 2)) == [
        "zz-own",
        "momentum",
    ]


def test_what_is_not_embedded_yet_is_still_found_by_its_words(store, questions, retriever):
    edited = replace(questions[1], answer="A diffusion model removes noise.")
    update_passages(store, [edited, replace(edited, id="new", text="Quite new?")], complete=False)
    hits = retriever.search("diffusion velocity", 5)
    assert set(ids(hits)) == {"momentum", "lru-cache", "gan", "new"}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert "diffusion" in next(hit.passage for hit in hits if hit.question_id == "new")
    assert ids(retriever.search("diffusion velocity", 1)) == ["momentum"]


def test_first_impressions_come_from_vectors_and_words():
    assert promising({"near": 0.8, "far": 0.4, "both": 0.6}, {"both": 6.0, "words": 3.0}) == [
        "both",
        "near",
        "words",
        "far",
    ]
    assert promising({}, {}) == []


def test_of_many_questions_only_the_most_promising_are_compared(store, questions, encoder, monkeypatch):
    index_questions(store, questions, encoder)
    monkeypatch.setattr(candidates, "COMPARED_OF_MANY", 1)
    monkeypatch.setattr(candidates, "COMPARED_PER_HIT", 1)
    index = IndexCache(store, encoder.identity, encoder.dim).current()
    vector, words = encoder.encode(["a velocity accumulates past slopes"])[0], {"gan": 1.0}
    find = Candidates(store, encoder.identity).find
    assert len(find(vector, index, words, NO_FILTERS, 1)[0]) == 3
    index.kind = "ivf"
    (only,), allowed = find(vector, index, words, NO_FILTERS, 1)
    assert only.question_id == "momentum"
    assert allowed == {"momentum"}


def test_among_many_documents_rare_words_are_looked_up(store, questions, monkeypatch):
    update_passages(store, [replace(question, tags=("common", *question.tags)) for question in questions])
    words = ["common", "velocity", "absent"]
    assert word_search.telling(store, words) == words
    monkeypatch.setattr(word_search, "MOST_MATCHES", 2)
    assert word_search.telling(store, words) == ["velocity"]
    assert word_search.telling(store, ["common", "absent"]) == ["common"]
    assert ids(HybridRetriever(store, WordEncoder()).search_lexical("common velocity")) == ["momentum"]
    assert HybridRetriever(store, WordEncoder()).search_lexical("absent nowhere") == []
