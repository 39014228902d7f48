"""What forecasts take for granted of targets and of loads. Whoever uses what is assumed says so."""

FAST, SLOW = 0.3, 2.0  # seconds of a request, before anybody has measured them: a quick answer and a slow one

# How often a load and its reading back ask which target it is: counted against the simulators by
# tests/cli/test_forecast_of_crms.py.
IDENTIFIED = 4
