"""What is assumed of targets before anybody has measured them. Whoever uses it says so."""

FAST, SLOW = 0.3, 2.0  # seconds of a request: a quick answer and a slow one
