"""The hostile corpus: projects with one thing wrong, each with the outcome that gapplan owes.

`python tests/hostile` runs all of them, or those whose name holds a given word, and prints a table.
"""
