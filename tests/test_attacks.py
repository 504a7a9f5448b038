"""`script/attack --quick`: every attack is withstood, by each kind of server."""

import pytest

from attacks.__main__ import ATTACKS, main, run
from attacks.report import Attack, Attempt, Result, as_table
from attacks.servers import SERVERS


@pytest.mark.parametrize("kind", SERVERS)
def test_every_attack_is_withstood(kind):
    attacks = [attack for attack in ATTACKS if attack.server == kind]
    results = run(attacks, quick=True)
    assert [failure for result in results for failure in result.failures()] == []
    assert [result.attack.name for result in results] == [attack.name for attack in attacks]


def test_the_names_are_unique():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


def test_the_report_names_what_got_through():
    attack = Attack("doors", "open doors", lambda target: iter(()))
    held, through = Attempt("the back door opens", True), Attempt("the front door opens", False)
    results = [Result(attack, [held, through]), Result(attack, [held], error="KeyError: 'key'"), Result(attack)]
    assert [failure for result in results for failure in result.failures()] == [
        "doors: the front door opens",
        "doors broke off: KeyError: 'key'",
        "doors tried nothing.",
    ]
    assert as_table(results).splitlines()[1:6] == [
        "doors      2      1  open doors",
        "doors      1      1  open doors",
        "doors      0      0  open doors",
        "total      3      2",
        "BROKEN doors: the front door opens",
    ]


def test_an_unknown_name_is_an_error(capsys):
    with pytest.raises(SystemExit):
        main(["no such attack"])
    assert "unknown: no such attack" in capsys.readouterr().err
