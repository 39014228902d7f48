"""Numbers, money and currencies: decimals only, never floats."""
