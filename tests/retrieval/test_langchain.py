"""LangChain on both sides, against LangChain's own standard tests and a real foreign store."""

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_tests.integration_tests import RetrieversIntegrationTests

from coach.errors import CoachError, ConfigError
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import index_questions
from coach.retrieval.langchain_retriever import (
    CoachEmbeddings,
    CoachRetriever,
    ForeignRetriever,
    documents,
    load_foreign,
)
from coach.retrieval.store import Filters


@pytest.fixture
def ours(store, questions, encoder) -> HybridRetriever:
    index_questions(store, questions, encoder)
    return HybridRetriever(store, encoder)


class TestStandard(RetrieversIntegrationTests):
    """LangChain's tests of a retriever."""

    @pytest.fixture(autouse=True)
    def _retriever(self, ours):
        type(self).ours = ours

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return CoachRetriever

    @property
    def retriever_constructor_params(self) -> dict:
        return {"retriever": self.ours}

    @property
    def retriever_query_example(self) -> str:
        return "samples in a cache of slopes"


def test_a_chain_of_three_lines(ours):
    chain = CoachRetriever(retriever=ours, k=2) | RunnableLambda(
        lambda found: [one.metadata["question_id"] for one in found]
    )
    assert chain.invoke("past slopes, velocity") == [hit.question_id for hit in ours.search("past slopes, velocity", 2)]


def test_documents_carry_what_we_need_back(ours):
    found = CoachRetriever(retriever=ours, k=1).invoke("forged samples")
    hit = ours.search("forged samples", 1)[0]
    assert found[0].metadata == {"question_id": "gan", "passage_id": hit.passage_id, "score": hit.score}
    assert "discriminator" in found[0].page_content


def test_qdrant_takes_the_place_of_our_search(store, ours, questions, encoder):
    qdrant = pytest.importorskip("langchain_qdrant", reason="langchain-qdrant is not installed")
    passages = store.passages.passages_of([question.id for question in questions])
    database = qdrant.QdrantVectorStore.from_documents(
        list(documents(questions, passages)), CoachEmbeddings(encoder), location=":memory:", collection_name="coach"
    )
    foreign = ForeignRetriever(database.as_retriever(), ours)
    hits = foreign.search("a generator forges samples", 2)
    assert hits[0].question_id == "gan"
    assert hits[0].passage_id in {passage.id for passage in passages if passage.question_id == "gan"}
    assert len({hit.question_id for hit in hits}) == 2
    assert [hit.question_id for hit in foreign.search("a generator", 5, Filters(kind="coding"))] == ["lru-cache"]
    assert foreign.search_lexical("velocity")[0].question_id == "momentum"


class Broken(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        raise ConnectionError("no route to the cluster")


class Repeating(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        named = [Document(page_content=f"passage {n}", metadata={"question_id": f"q{n // 2}"}) for n in range(6)]
        return [Document(page_content="stray"), *named]


def test_a_failing_foreign_retriever_is_named(ours):
    with pytest.raises(CoachError, match="no route to the cluster"):
        ForeignRetriever(Broken(), ours).search("anything")


def test_each_question_comes_once_and_strays_never(ours):
    hits = ForeignRetriever(Repeating(), ours).search("anything", 2)
    assert [(hit.question_id, hit.passage) for hit in hits] == [("q0", "passage 0"), ("q1", "passage 2")]


def test_a_retriever_is_loaded_by_name(ours, monkeypatch, tmp_path):
    (tmp_path / "our_search.py").write_text(
        "from langchain_core.retrievers import BaseRetriever\n"
        "class Empty(BaseRetriever):\n"
        "    def _get_relevant_documents(self, query, *, run_manager):\n"
        "        return []\n"
        "def make():\n    return Empty()\n"
        "number = 3\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load_foreign("our_search:make", ours).search("anything") == []
    for wrong in ("our_search:missing", "no_such_module:x", "our_search", "our_search:number", "our_search:dict"):
        with pytest.raises(ConfigError):
            load_foreign(wrong, ours)


def test_embeddings_are_those_of_our_encoder(encoder):
    ours_as_theirs = CoachEmbeddings(encoder)
    assert ours_as_theirs.embed_query("velocity") == pytest.approx(encoder.encode(["velocity"])[0].tolist())
    assert len(ours_as_theirs.embed_documents(["a", "b"])) == 2
