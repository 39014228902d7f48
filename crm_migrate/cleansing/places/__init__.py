"""Where somebody is: addresses, postal codes, states, countries."""
