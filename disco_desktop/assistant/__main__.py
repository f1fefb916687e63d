"""The assistant's beginning and end as a process."""

from __future__ import annotations

from disco_desktop.app.processes.child_end import serve

if __name__ == "__main__":
    serve("disco_desktop.assistant.requests")
