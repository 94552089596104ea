"""Hypothesis strategies over the seeded mutators: what they find shrinks to the smallest number of a reader."""

from hypothesis import strategies as st
from mutated import Trial
from mutators import Mutator, seeded

MOST_SEED = 2**32

SEEDS = st.integers(0, MOST_SEED)


def contents_like(original: bytes, mutate: Mutator) -> st.SearchStrategy[bytes]:
    """What damage makes of a file."""
    return SEEDS.map(lambda seed: mutate(seeded("strategy", seed), original))


def damage_of(trial: Trial) -> st.SearchStrategy[bytes]:
    """What a reader's cases may find in its files."""
    return SEEDS.map(lambda seed: trial.damaged(seed)[1])


def damaged_twice(original: bytes, mutate: Mutator) -> st.SearchStrategy[bytes]:
    """Damage on damage."""
    return contents_like(original, mutate).flatmap(lambda content: contents_like(content, mutate))
