"""The worker's beginning and end as a process."""

from __future__ import annotations

from disco_desktop.app.background import give_way
from disco_desktop.app.child_end import serve

if __name__ == "__main__":
    give_way()
    serve("disco_desktop.worker.commands")
