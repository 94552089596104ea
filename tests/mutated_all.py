"""All readers of gapplan under damage, by name."""

from mutated_measures import MEASURES
from mutated_papers import PAPERS
from mutated_sources import SOURCES

READERS = {reader.name: reader for reader in (*MEASURES, *SOURCES, *PAPERS)}
