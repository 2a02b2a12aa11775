"""Parameters of TaskVine's names: sent, kept here, explained, or unknown."""

import logging

import pytest

from daskvine import records as r, tune


def tuned(manager):
    return [record[1:] for record in manager.seen if record[0] == r.TUNE]


@pytest.mark.parametrize("name", tune._AT_THE_MANAGER)
def test_parameter_of_the_manager_is_sent_in_thousandths(fake, manager, name):
    fake.tune(name, 2.5)
    fake.get({"a": 1}, "a")
    assert tuned(manager) == [[name, 2500]]


def test_peer_transfers_are_a_parameter_of_the_manager(fake, manager):
    fake.disable_peer_transfers()
    fake.enable_peer_transfers()
    fake.get({"a": 1}, "a")
    assert tuned(manager) == [["peer-transfers", 0], ["peer-transfers", 1000]]


def test_parameter_of_the_client_is_kept_here(fake, manager):
    fake.tune("hungry-minimum-factor", 3)
    fake.tune("max-task-stdout-storage", 1e6)
    fake.get({"a": 1}, "a")
    assert tuned(manager) == [] and (fake._tuning.hungry_factor, fake._tuning.stdout_bytes) == (3, 1_000_000)


def test_retries_of_libraries_hold_for_those_that_are_made_from_then_on(fake):
    before = fake.create_library_from_functions("before", sorted)
    fake.tune("max-library-retries", 3)
    assert before.spec().retries is None and fake.create_library_from_functions("after", sorted).spec().retries == 3


@pytest.mark.parametrize("name", [*tune._MEANINGLESS, *tune._ALIASES])
def test_parameter_without_a_meaning_here_says_why_once(fake, manager, caplog, name):
    for _ in range(2):
        fake.tune(name, 1)
    fake.get({"a": 1}, "a")
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    full = tune._ALIASES.get(name, name)
    assert said == [f"tune: {full} has no meaning here: {tune._MEANINGLESS[full]}"] and tuned(manager) == []


def test_parameter_that_is_unknown_names_those_near_it(fake):
    with pytest.raises(ValueError, match="no parameter 'temp-replicas'; near it: temp-replica-count"):
        fake.tune("temp-replicas", 2)
    with pytest.raises(ValueError, match="there is no parameter '9$|there is no parameter '9'$"):
        fake.tune("9", 2)


@pytest.mark.parametrize("value", ["2", None, True, float("nan"), float("inf")])
def test_parameter_must_be_a_number(fake, value):
    with pytest.raises(ValueError, match="temp-replica-count=.* but must be a number"):
        fake.tune("temp-replica-count", value)


def test_parameter_of_the_client_must_not_be_negative(fake):
    with pytest.raises(ValueError, match="hungry-minimum=-1, but must not be negative"):
        fake.tune("hungry-minimum", -1)


def test_scheduler_is_a_parameter_of_the_manager(fake, manager, caplog):
    for name in ("rand", "files", "worst"):
        fake.set_scheduler(name)
    fake.get({"a": 1}, "a")
    assert tuned(manager) == [["any-worker", 1000], ["any-worker", 0], ["any-worker", 1000]]
    assert "'worst' is taken for 'rand' here" in caplog.text


def test_scheduler_that_is_unknown_names_those_there_are(fake):
    with pytest.raises(ValueError, match="no scheduler 'best'; choose one of files, rand"):
        fake.set_scheduler("best")
