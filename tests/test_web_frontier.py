"""Routes: where tests lead for their hours, and the naive orders beside them."""

from factories import candidate, counts, field, ground, option, step, target

from planner.model.plan import Range, Spread
from planner.model.problem import MILLION
from planner.solve.frontier import MOST_MILEPOSTS, NAIVE, Limit, find_routes, naive_order, trace

MANY = tuple(candidate(f"unit_{number:03}", path=f"pkg/m{number:03}.py", body=2) for number in range(150))


def test_a_route_begins_today_and_passes_every_test() -> None:
    first, second = candidate("first", body=10, hours=1.0), candidate("second", body=5, hours=2.0)
    start = ground(target(60), counts(100, 50), candidates=(first, second))

    route = trace([first, second], start)

    assert [each.tests for each in route] == [0, 1, 2]
    assert [each.hours for each in route] == [0.0, 1.0, 3.0]
    assert [each.covered.p50 for each in route] == [50, 60, 65]
    assert {each.points for each in route} == {100}


def test_files_that_tests_bring_into_the_total_raise_it() -> None:
    taken = candidate("work", path="pkg/new.py", imports={"pkg/new.py": 3}, body=4)
    start = ground(target(60), counts(100, 50), {"pkg/new.py": 20}, candidates=(taken,))

    route = trace([taken], start)

    assert [(each.covered.p50, each.points) for each in route] == [(50, 100), (57, 120)]


def test_the_range_is_as_wide_as_the_forecast_strays() -> None:
    taken = candidate("work", body=20)
    start = ground(target(60), counts(100, 50), candidates=(taken,), spread=Spread(common=0.5))

    last = trace([taken], start)[-1].covered

    assert last.p10 < last.p50 == 70
    assert last.p90 == 70, "no more than there is to cover"


def test_no_more_points_are_covered_than_there_are() -> None:
    taken = candidate("work", body=40, imports={"a.py": 400})
    start = ground(target(60), counts(100, 90), candidates=(taken,))

    assert trace([taken], start)[-1].covered == Range(100, 100, 100)


def test_a_long_route_has_its_first_its_last_and_no_more_mileposts_than_a_picture_holds() -> None:
    route = trace(MANY, ground(target(60), counts(1000, 50), candidates=MANY))

    assert len(route) == MOST_MILEPOSTS
    assert (route[0].tests, route[-1].tests) == (0, len(MANY))
    assert [each.tests for each in route] == sorted({each.tests for each in route})


def test_a_route_ends_with_the_test_that_passes_its_limit() -> None:
    start = ground(target(60), counts(1000, 50), candidates=MANY)

    assert trace(MANY, start, Limit(points=9, hours=1e9))[-1].tests == 5
    assert trace(MANY, start, Limit(points=10**9, hours=2.5))[-1].tests == 3


def test_naive_orders_finish_one_module_before_the_next() -> None:
    big = candidate("big", path="a.py", body=9, tests=2)
    small = candidate("small", path="a.py", body=1)
    other = candidate("other", path="b.py", body=5)
    files = {"a.py": counts(100, 90), "b.py": counts(10, 5)}
    start = ground(candidates=(big, small, other), files=files)

    def order(name: str) -> list[str]:
        return [each.unit for each in naive_order((small, other, big), start, NAIVE[name])]

    assert order("most missing first") == ["big", "big", "small", "other"]
    assert order("lowest percent first") == ["other", "big", "big", "small"]


def test_a_file_that_the_data_has_never_heard_of_has_the_lowest_percent() -> None:
    seen, unseen = candidate("seen", path="a.py"), candidate("unseen", path="b.py")
    start = ground(candidates=(seen, unseen), files={"a.py": counts(100, 1)}, entering={"b.py": 5})

    found = naive_order((seen, unseen), start, NAIVE["lowest percent first"])

    assert [each.unit for each in found] == ["unseen", "seen"]


def test_mendings_are_no_part_of_naive_orders() -> None:
    from dataclasses import replace

    written, mended = candidate("work"), replace(candidate("mend x", path="tests/t.py:3"), mends="x")
    start = ground(candidates=(written, mended), files={"pkg/mod.py": counts()})

    assert naive_order((written, mended), start, NAIVE["most missing first"]) == (written,)


def test_an_options_route_ends_where_the_option_does() -> None:
    taken = candidate("work", body=8, entry=MILLION)
    start = ground(target(55), counts(100, 50), candidates=(taken,), files={taken.path: counts(20, 10)})
    planned = option("A", step(1, taken, gain=8))

    routes = {each.key: each for each in find_routes([planned, option("D")], field(taken), start)}

    assert list(routes) == ["A", "most missing first", "lowest percent first"], "D has no steps of its own"
    assert routes["A"].mileposts[-1].covered.p50 == 50 + planned.points_gained
    assert routes["A"].mileposts[-1].hours == planned.effort.p50


def test_without_steps_there_are_no_routes() -> None:
    assert find_routes([option("A")], field(), ground()) == ()
