"""Applications against what is known: who comes into question, what agrees, and what speaks against it."""
