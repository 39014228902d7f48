"""The parts of `dedupe`: clusters from pairs, one surviving record per cluster, statements about mailboxes."""
