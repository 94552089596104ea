"""The constants of the forecast out of recordings: what steps covered and cost, boiled down by project, then fitted.

In here: observations of a project, estimates from them, trial plans that the core, the yield and the spreads are fitted
to, and the file of constants. Not in here: the formulas that the constants are for (`forecast`).
"""
