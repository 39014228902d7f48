"""Text: letters and their case, damage of programs, notes and what they ask of us."""
