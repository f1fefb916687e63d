"""The aggregation server: tasks, rooms and models over HTTP and WebSocket."""
