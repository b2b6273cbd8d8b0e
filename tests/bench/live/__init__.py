"""Scripts that tests/bench/live_fanout.py runs as processes of their own."""
