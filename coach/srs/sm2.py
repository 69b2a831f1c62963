"""SM-2 as its author's text of 1990 states it (profile `prose`), in integers.

Source: P. A. Wozniak, Optimization of learning, University of Technology in Poznan 1990, chapter 3.2, algorithm SM-2.
Where the text and programs derived from it differ, the text holds:

- EF' = EF + (0.1 - (5-q)(0.08 + (5-q) 0.02)), never below 1.30, and it is the *new* EF that multiplies the interval;
- I(1) = 1, I(2) = 6, I(n) = I(n-1) EF' rounded up, in days;
- q < 3: repetitions start again from the beginning *without changing EF*, so the question comes back tomorrow;
- q < 4: the question is repeated the same day until it scores at least 4. Such a re-drill changes nothing else.

EF is kept in integer hundredths: every step of the formula is a whole hundredth for whole grades, while binary floats
carry errors that the ceiling turns into a day too much in several percent of histories.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

PROFILE = "prose"
EF_START = 250
EF_MIN = 130
EF_STEP = {3: -14, 4: 0, 5: 10}  # hundredths, from the formula above
PASS_GRADE = 3  # below: the question is learnt anew
DRILL_GRADE = 4  # below: it is repeated the same day
MAX_INTERVAL_DAYS = 36_500  # the product's; conformance runs have none
_LAST_ORDINAL = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Sm2State:
    """Where SM-2 stands with one question.

    repetitions: successful reviews in a row.  interval_days: between the last review and the next, 0 before the first.
    ef_hundredths: easiness factor times 100, at least 130.  due: None before the first review, or when the date would
    lie past the year 9999.  redrill: to be repeated on the day of the last review until graded 4 or better.
    """

    repetitions: int = 0
    interval_days: int = 0
    ef_hundredths: int = EF_START
    due: date | None = None
    redrill: bool = False


NEW = Sm2State()


def check_grade(grade: object) -> int:
    """Return `grade` if it is a whole number 0..5; raise ValueError for anything else, bool and float included."""
    if type(grade) is not int or not 0 <= grade <= 5:
        raise ValueError(f"a grade is a whole number from 0 to 5, not {grade!r}")
    return grade


def review(state: Sm2State, grade: int, day: date, max_interval_days: int | None = MAX_INTERVAL_DAYS) -> Sm2State:
    """Return the state after an answer graded 0 (blank) .. 5 (perfect) on study day `day`.

    max_interval_days: longest interval given out, None for no limit.  Raises ValueError for any other grade.
    """
    check_grade(grade)
    repetitions, interval, ef = 0, 1, state.ef_hundredths
    if grade >= PASS_GRADE:
        repetitions = state.repetitions + 1
        ef = max(EF_MIN, ef + EF_STEP[grade])
        if repetitions == 2:
            interval = 6
        elif repetitions > 2:
            interval = -(-state.interval_days * ef // 100)
    if max_interval_days is not None and interval > max_interval_days:
        interval = max_interval_days
    return Sm2State(repetitions, interval, ef, due_date(day, interval), grade < DRILL_GRADE)


def redrill(state: Sm2State, grade: int) -> Sm2State:
    """Return the state after a repetition on the day of the review: only whether another one is needed can change."""
    check_grade(grade)
    pending = grade < DRILL_GRADE
    return Sm2State(state.repetitions, state.interval_days, state.ef_hundredths, state.due, pending)


def due_date(day: date, interval_days: int) -> date | None:
    """`day` plus the interval, None past 9999-12-31."""
    ordinal = day.toordinal() + interval_days
    return date.fromordinal(ordinal) if ordinal <= _LAST_ORDINAL else None


def ef_hundredths(value: object) -> int:
    """An easiness factor such as 2.36 in hundredths; raise ValueError below 1.30 or if finer than a hundredth."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"an easiness factor is a number, not {value!r}")
    try:
        hundredths = Decimal(str(value)) * 100
        whole = int(hundredths)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError(f"an easiness factor is a finite number, not {value!r}") from error
    if whole != hundredths or whole < EF_MIN:
        raise ValueError(f"an easiness factor is at least 1.30, in hundredths, not {value!r}")
    return whole
