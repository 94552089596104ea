"""gapplan: the names we promise. Light on purpose: importing `planner` loads nothing else."""

__version__ = "0.1.0"

__all__ = ["__version__"]
