"""The rooms of `load`: what the target shall look like, what is to be done, who waits, sending, remembering."""
