"""Plans over many repositories at once: FLEET.toml in, one `Fleet` out, the effort shared out where it gains most.

In here: which components there are, who owns their files, one choice over all of them, and what it comes to for each.
Not in here: how one project is read and forecast (pipeline), how tests are chosen (solve), any text (report).
"""

from planner.fleet.settings import FleetSetting, read_fleet
from planner.fleet.story import make_fleet

__all__ = ["FleetSetting", "make_fleet", "read_fleet"]
