"""From settings to concrete parts: the only place that picks classes. Each part is built at its first use.

Nothing here is imported by the packages it assembles. A part is imported when it is built, so that a process that only
searches by words answers in a moment. Heavy parts (encoder, index, language model) are built by the thread that needs
them first, while a lock keeps a second one from building them again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock, Thread
from typing import TYPE_CHECKING, cast

from coach.bank.shipped import COLLECTION
from coach.config import Config, checked
from coach.errors import CoachError
from coach.models import Question
from coach.paths import expanded, shared_cache
from coach.ports import Embedder, Judge, LanguageModel, Progress
from coach.shipped_bank import ensure_shipped_bank
from coach.storage import Store

if TYPE_CHECKING:
    from coach.bank.drafts import PastReview
    from coach.conversation import Talkers
    from coach.ingest import Report
    from coach.planning import Planner
    from coach.retrieval.hybrid import HybridRetriever
    from coach.retrieval.indexing import IndexReport
    from coach.schedule import Schedule


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


BUNDLED_TRUST = ("judge",)
"""Tasks that the bundled model passed with our adapter (training/MODEL_CARD.md); others need a check."""


class Parts:
    """The parts of one home, built when they are first asked for.

    llm_problem: why there is no language model, or what it runs without; empty when all is well.
    backup_problem: why the latest attempt at today's backup failed; empty when it did not.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.llm_problem = ""
        self.backup_problem = ""
        self._lock = RLock()
        self._built: dict[str, object] = {}

    @cached_property
    def store(self) -> Store:
        """The database, holding the shipped bank."""
        store = Store(self.config.paths.ensure().database)
        if ensure_shipped_bank(store):
            from coach.retrieval.indexing import update_passages

            update_passages(store, store.questions.live())
        return store

    @cached_property
    def schedule(self) -> Schedule:
        """The review log and what follows from it."""
        from coach.clock import study_clock
        from coach.schedule import Schedule, scheduler_for

        study = self.config.study
        schedule = Schedule(self.store, study_clock(study), scheduler_for(study, self.store))
        schedule.follow_settings()
        return schedule

    @cached_property
    def planner(self) -> Planner:
        """What to ask on a day."""
        from coach.planning import Planner

        return Planner(self.store, self.schedule, self.config.study)

    @property
    def embedder(self) -> Embedder:
        """The sentence encoder; loads torch at its first use."""
        return self._once("embedder", self._make_embedder)

    @property
    def retriever(self) -> HybridRetriever:
        """Search over the home's questions: ours, or the LangChain retriever that the settings name."""
        return self._once("retriever", self._make_retriever)

    @property
    def llm(self) -> LanguageModel | None:
        """The language model, or None with the reason in `llm_problem`."""
        return self._once("llm", self._make_llm)

    @property
    def judge(self) -> Judge:
        """The judge that the settings ask for and trust allows."""
        return self._once("judge", self._make_judge)

    @property
    def talkers(self) -> Talkers:
        """Who takes part in a conversation."""
        from coach.conversation import Talkers

        trusted = self.trusted_tasks
        return Talkers(
            self.judge,
            self.llm,
            llm_judges="judge" in trusted,
            words_follow_ups="follow-up" in trusted,
            words_acknowledgements="feedback" in trusted,
        )

    @property
    def trusted_tasks(self) -> frozenset[str]:
        """What the language model may do ("judge", "follow-up", "feedback"): measured, and narrowed by settings."""
        llm, wanted = self.llm, self.config.judging.judge
        if llm is None:
            return frozenset()
        granted = self.store.attempts.setting(f"trust:{llm.identity}")
        if granted is None:
            granted = BUNDLED_TRUST if self._is_our_adapted_model() else ()
        tasks = frozenset(granted)
        if wanted == "semantic":
            return tasks - {"judge"}
        return tasks | {"judge"} if wanted == "llm" else tasks

    def _is_our_adapted_model(self) -> bool:
        """Whether the bundled model runs with the adapter that its trust was measured with."""
        llm = self.config.llm
        ours = llm.model == "bundled" and llm.adapter == "auto" and not llm.endpoint
        return ours and getattr(self.llm, "runs_with_adapter", False)

    def index(self, progress: Progress = silent) -> IndexReport:
        """Bring search in step with the bank: embeds only what is new."""
        from coach.retrieval.indexing import index_questions

        return index_questions(self.store, self.store.questions.live(), self.embedder, progress)

    def ingest(
        self, paths: Sequence[Path], collection: str = "", *, dry_run: bool = False, progress: Progress = silent
    ) -> Report:
        """Import documents into the bank and bring search in step. Raises NothingRead."""
        from coach.ingest import ingest
        from coach.scoring.derive import points_of

        store, embedder = self.store, None if dry_run else self.embedder
        return ingest(
            store,
            paths,
            collection,
            embedder=embedder,
            derive=points_of,
            record=self._record_past,
            dry_run=dry_run,
            progress=progress,
        )

    def _record_past(self, question: Question, review: PastReview) -> None:
        self.schedule.record(question.id, review.grade, review.at, topic=question.topic, seconds=review.seconds)

    def with_key_points(self, question: Question) -> Question:
        """The question with key points: its own, or ones derived from its model answer."""
        if question.key_points:
            return question
        from coach.scoring.derive import points_of

        return replace(question, key_points=points_of(question.answer, self.embedder))

    def reconfigured(self, *, judge: str = "auto", endpoint: str = "", concurrency: int | None = None) -> Parts:
        """The same home with another judge or a remote model and so many requests to it at a time.

        Raises ConfigError for an unknown judge or an address that holds a password.
        """
        judging = replace(self.config.judging, judge=checked("judging.judge", judge, str, self.config.paths.config))
        endpoint = checked("llm.endpoint", endpoint or self.config.llm.endpoint, str, self.config.paths.config)
        llm = replace(self.config.llm, endpoint=endpoint)
        llm = replace(llm, concurrency=concurrency) if concurrency else llm
        changed = replace(self.config, judging=judging, llm=llm)
        return self if changed == self.config else Parts(changed)

    def back_up_daily(self, today: date) -> Thread:
        """Write today's backup beside everything else, if it is still missing; the program's end waits for it."""
        from coach.backup import back_up_daily

        def work() -> None:
            try:
                back_up_daily(self.config.paths, self.config.backups.keep, today)
                self.backup_problem = ""
            except CoachError as error:
                self.backup_problem = str(error)

        thread = Thread(target=work, name="daily backup")
        thread.start()
        return thread

    def close(self) -> None:
        """Free the language model and the database connection of this thread, if there are any."""
        with self._lock:
            llm = self._built.pop("llm", None)
            self._built.pop("judge", None)
        if llm is not None:
            cast("LanguageModel", llm).close()
        if "store" in self.__dict__:
            self.store.close()

    def _once(self, name: str, build: Callable[[], object]):  # type: ignore[no-untyped-def]  # any part
        with self._lock:
            if name not in self._built:
                self._built[name] = build()
            return self._built[name]

    def _make_embedder(self) -> Embedder:
        from coach.retrieval.embedder import SentenceEncoder

        named = self.config.retrieval.encoder
        return SentenceEncoder(None if named == "bundled" else expanded(named))

    def _make_retriever(self) -> HybridRetriever:
        from coach.retrieval.hybrid import HybridRetriever

        own = HybridRetriever(self.store, self.embedder, self.config.paths.index, COLLECTION)
        if not self.config.retrieval.retriever:
            return own
        from coach.retrieval.langchain_retriever import load_foreign

        return load_foreign(self.config.retrieval.retriever, own)

    def _make_llm(self) -> LanguageModel | None:
        try:
            llm = load_language_model(self.config)
        except CoachError as error:
            self.llm_problem = str(error)
            return None
        self.llm_problem = " ".join(getattr(llm, "problems", []))
        return llm

    def _make_judge(self) -> Judge:
        from coach.scoring.judge import PointJudge

        llm = self.llm
        return PointJudge(self.embedder, llm.name if llm else "no language model")


def load_language_model(config: Config) -> LanguageModel | None:
    """The configured language model; None when the settings ask for none. Raises LlmUnavailable."""
    if config.llm.endpoint:
        return _remote_model(config)
    if config.llm.model == "none":
        return None
    from coach.llm.bundled import model_path
    from coach.llm.fast_weights import prepared
    from coach.llm.local import LlamaCppModel

    llm, bundled = config.llm, config.llm.model == "bundled"
    return LlamaCppModel(
        prepared(model_path(), shared_cache()) if bundled else expanded(llm.model),
        adapter=adapter_for(config, llm.model),
        draft=expanded(llm.draft_model) if llm.draft_model else None,
        states=config.paths.states,
        context_tokens=llm.context_tokens,
        threads=llm.threads,
        gpu_layers=llm.gpu_layers,
        kv_type=llm.kv_type,
    )


def adapter_for(config: Config, model: str) -> Path | None:
    """The adapter that the settings name for a model ("bundled" or a path); our own for the bundled one by default."""
    from coach.llm.bundled import adapter_path

    if config.llm.adapter == "auto":
        return adapter_path() if model == "bundled" else None
    return None if config.llm.adapter == "none" else expanded(config.llm.adapter)


def _remote_model(config: Config) -> LanguageModel:
    from coach.llm.remote import RemoteModel

    llm = config.llm
    return RemoteModel(
        llm.endpoint,
        model=llm.endpoint_model,
        key=os.environ.get(llm.api_key_variable, ""),
        context_tokens=llm.context_tokens,
        timeout_seconds=llm.timeout_seconds,
        concurrency=llm.concurrency,
    )
