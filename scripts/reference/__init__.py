"""What the reference of the mapping language shows beside the model: examples, by the words that they use."""
