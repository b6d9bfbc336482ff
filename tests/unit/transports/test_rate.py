from hypothesis import given
from hypothesis import strategies as st

from gateway.transports.rate import TokenBucket


def test_burst_passes_then_the_rate_holds():
    bucket = TokenBucket(rate=2, burst=3, now=0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(0.0) == 0.5
    assert bucket.take(0.25) == 0.25
    assert bucket.take(0.5) == 0.0
    assert bucket.take(0.5) > 0


def test_a_pause_never_saves_more_than_the_burst():
    bucket = TokenBucket(rate=100, burst=2, now=0.0)
    assert [bucket.take(1e6) == 0.0 for _ in range(3)] == [True, True, False]


@given(st.floats(0.1, 1000), st.integers(1, 50), st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=200))
def test_never_more_than_burst_plus_rate_times_time(rate, burst, steps):
    bucket = TokenBucket(rate, burst, now=0.0)
    now, passed = 0.0, 0
    for step in steps:
        now += step
        passed += bucket.take(now) == 0.0
    assert passed <= burst + rate * now + 1e-6


def test_a_clock_that_steps_back_does_no_harm():
    bucket = TokenBucket(rate=1, burst=1, now=100.0)
    assert bucket.take(100.0) == 0.0
    assert bucket.take(50.0) == 1.0
