"""Running the app to its end, which does not wait for models that are still being loaded."""

import asyncio
import os
import sys

from tui.app import CoachApp


def run(app: CoachApp) -> None:
    """Run until the person leaves; end the process there and then if a thread still loads models.

    Such a thread cannot be stopped, and others may wait for what it loads. Nothing is lost with them: what a person
    types is on disk before anything is computed from it, and a transaction that is cut off has never happened.
    """
    with asyncio.Runner() as runner:
        runner.run(app.run_async(mouse=app.config.screen.mouse))
        if app.loads_models:
            app.session.finish_backup()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(app.return_code or 0)
