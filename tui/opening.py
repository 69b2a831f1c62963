"""Opens the database in the background, so that neither a new nor a locked one freezes or ends the program."""

from threading import Thread

from coach.assemble import Parts
from coach.errors import CoachError


class Opening(Thread):
    """Opens a home's database and fills it if it is new.  error: why that failed, None when it did not."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(name="opening", daemon=True)
        self.error: CoachError | None = None
        self._parts = parts

    def run(self) -> None:
        """Build what the first screen rests on; the connection of this thread ends with it."""
        try:
            store = self._parts.store
            try:
                _ = self._parts.schedule
            finally:
                store.close()
        except CoachError as error:
            self.error = error

    def finished(self, seconds: float) -> bool:
        """Wait at most this long; whether all is open."""
        self.join(seconds)
        return not self.is_alive() and self.error is None
