"""Does a plan come true? Hide most tests of a real project, plan from what is left, put tests back as planned, score.

In here: recordings of coverage per test, splits, the executor, planners to compare, scores and accuracy. Not in here:
the forecast and the solver themselves (`ours` calls them), and any text but the file of rates that `fit` writes.
"""
