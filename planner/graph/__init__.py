"""Facts of a whole project -> import graph and call graph."""
