"""How far a project's own figure is believed beside the shipped one: empirical Bayes, on the scale of logarithms."""

from math import exp, log


def shrunk(shipped: float, own: float, weight: float) -> float:
    """Between the two on the scale of logarithms: `shipped` at weight 0, `own` at 1."""
    return shipped * exp(weight * log(own / shipped))


def weight_of(cases: float, half: float) -> float:
    """n / (n + k): the weight of n cases when k cases weigh as much as what is shipped.

    The posterior mean of a normal mean with a normal prior (credibility, Bühlmann 1967): k is the variance of one case
    within a project, divided by the variance of the constant between projects, both of logarithms.
    """
    return cases / (cases + half) if cases else 0.0


def weight_of_precision(precision: float, between: float) -> float:
    """The same where each case has a variance of its own: `precision` is the sum of 1 / variance over the cases.

    `between` is the standard deviation between projects.
    """
    return precision * between**2 / (precision * between**2 + 1)
