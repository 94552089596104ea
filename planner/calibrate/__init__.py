"""A project's own constants: what its tests and receipts say, shrunk towards what is shipped, judged on held-out cases.

In here: arithmetic over costs, trials and receipts, and the reader of receipts. Not in here: reading of tests, replay
of plans (both in `replay`), and any forecast.
"""
