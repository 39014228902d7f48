"""Limits of a process that parses what strangers wrote: memory and processor time, where the system has them."""

import sys

MEMORY = 4 << 30
SECONDS = 900

if sys.platform != "win32":
    import resource

    def limit_process() -> None:
        """Bound the memory and processor time of this process."""
        for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(kind)
            wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (wanted, hard))

else:

    def limit_process() -> None:
        """Windows has no such limits; the parent's time-out and the limits of the container scan remain."""
