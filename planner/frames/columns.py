"""Columns that several tables share, by one name and one meaning."""

from planner.frames.tables import Column
from planner.model.seams import SEAM_KINDS

PATH = Column("path", "string", "source file below the project's root, with forward slashes")
MODULE = Column("module", "string", "dotted name of the module, <NA> where the file cannot be parsed")
UNIT = Column("unit", "string", "class or function in its module; <module> is the module level")
STATEMENTS = Column("statements", "Int64", "statements, as coverage.py counts them")
COVERED_STATEMENTS = Column("covered_statements", "Int64", "statements that ran")
MISSING_POINTS = Column("missing_points", "Int64", "points that are not covered: statements and branch exits")
MISSING_LINES = Column("lines", "string", "numbers of the missing lines, as coverage report has them")
PERCENT = Column("percent", "Float64", "covered points of all points; compare points, which are exact")
HOURS_P50 = Column("effort_hours_p50", "Float64", "hours that are enough in half of all cases")
HOURS_P80 = Column("effort_hours_p80", "Float64", "hours that are enough in four of five cases")
SEAM = Column("seam", "string", "what it touches outside, such as redis")
SEAM_KIND = Column("kind", "category", "kind of seam, such as http client", SEAM_KINDS)
OPTION = Column("option", "string", "A, B, C, D, mix, or the name of an option of your own")
SEAM_KINDS_TEXT = Column(
    "seam_kinds", "string", "kinds of seams that it touches, sorted, with commas between; empty for none"
)
