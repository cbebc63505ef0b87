from random import Random

from bench import routing
from orders.routing.decide import Outcome


def test_the_measured_orders_can_be_routed_and_the_choice_is_compared() -> None:
    outcomes = [routing.case(seed, lines).decide().outcome for seed in range(5) for lines in routing.LINES]
    assert set(outcomes) == {Outcome.ROUTED}
    assert routing.case(1, 5, bundles=True).decide().trace["cards"][0]["places"]
    assert all(routing._agrees(Random(seed)) for seed in range(20))
