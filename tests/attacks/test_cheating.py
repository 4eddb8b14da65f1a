"""Every attack of `cheating.py`, at every level: none of our promises is broken by it."""

from __future__ import annotations

import pytest

from tests.attacks.attack import Attack
from tests.attacks.cheating import ATTACKS
from tests.attacks.promises import World


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_an_attack_breaks_no_promise(attack: Attack, world: World) -> None:
    """Scores no more, touches nothing outside, changes no other result, ends in time, is seen."""
    if attack.only not in ("", world.level.word):
        pytest.skip(f"what it tries is ruled out at level {attack.only} only")
    assert world.broken_promises(attack) == {}
