from orders.imports.tally import Tally
from orders.records.refused import Refused


def test_a_tally_comes_back_from_json_as_it_was() -> None:
    tally = Tally(orders=3, cancellations=1, created=2, updated=1, unchanged=1)
    tally.count([Refused("7", "Quantity", "Too few.", b""), Refused("8", "Quantity", "Too few.", b"")])
    assert tally.documents == 6
    assert tally.as_json()["refused"] == [["Quantity", "Too few.", 2]]
    assert Tally.from_json(tally.as_json()) == tally


def test_an_empty_document_is_an_empty_tally() -> None:
    assert Tally.from_json({}) == Tally()
