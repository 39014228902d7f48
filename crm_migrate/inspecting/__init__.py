"""Questions about a run or a mapping that change nothing: the story of a record, examples, scores."""
