"""The worker's beginning and end as a process."""

from __future__ import annotations

from disco_desktop.app.processes.child_end import give_way, serve

if __name__ == "__main__":
    give_way()
    serve("disco_desktop.worker.commands")
