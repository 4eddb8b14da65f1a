"""Every attack of `learning.py`, at every level: none of our promises is broken by it."""

from __future__ import annotations

import pytest

from tests.attacks.attack import Attack, each
from tests.attacks.learning import ATTACKS
from tests.attacks.promises import World


@pytest.mark.parametrize("attack", each(ATTACKS))
def test_an_attack_breaks_no_promise(attack: Attack, world: World) -> None:
    """Scores no more, touches nothing outside, changes no other result, ends in time, is seen."""
    assert world.broken_promises(attack) == {}
