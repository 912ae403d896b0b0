"""What every peer program shares: threads, and one timed repetition for each line "go" on standard input.

A repetition answers with one line of JSON: {"program", "version", "seconds", "peak_mb"}. Any other line, or the end of
input, ends the program. By hand:  yes go | head -5 | python3 mlp_jax.py
"""
import json
import os
import resource
import sys
import time


def use_threads(count):
    """Keeps this process on the first `count` of its processors (0: all). To be called before the peer is imported,
    since libraries size their pools when they load. Returns how many threads there are."""
    processors = sorted(os.sched_getaffinity(0))
    chosen = processors[:count] if count else processors
    os.sched_setaffinity(0, chosen)
    return len(chosen)


def answer(program, version, repetition, divisor=1):
    """`repetition` does the work once and returns when it is really done; its time is divided by `divisor`."""
    for line in sys.stdin:
        if line.strip() != "go":
            break
        start = time.perf_counter()
        repetition()
        seconds = (time.perf_counter() - start) / divisor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"program": program, "version": version, "seconds": seconds, "peak_mb": round(peak)}), flush=True)
