"""The words of the problem, as frozen dataclasses and pure functions of them. Imports nothing of ours."""
