"""Speed and memory, measured side by side with a peer in one run, on input generated from a seed."""
