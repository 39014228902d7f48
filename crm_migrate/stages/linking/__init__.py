"""The parts of `link`: folding rows of one key, resolving references, cascades, cycles, enrichment."""
