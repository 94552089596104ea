"""Git's history, read as data: nothing that a repository holds or names is run, and nothing in it is written.

`git rev-parse`, which runs no other program, says where the objects are and which commit is HEAD (`repository`).
All else reads those objects through an empty repository of our own in a temporary folder, so that configuration,
attributes, hooks, remotes, index, grafts and replacements of the project are not even opened. Both run with an
environment of their own and with limits (`sealed`).
"""

from planner.git.churn import read_churn
from planner.git.head import read_head

__all__ = ["read_churn", "read_head"]
