"""Ids of logged rows: no two alike, whoever makes them."""

from __future__ import annotations

import copy
import multiprocessing
import os
import re
import threading

import pytest

from arthurai.logger.row_ids import RowIds


def test_ids_have_the_form_of_all_generated_ids():
    ids = RowIds()
    assert all(re.fullmatch("[0-9a-f]{32}", ids.make_id()) for _ in range(1000))


def test_ids_are_random_in_every_digit():
    """A digit that is not random would take 16 values unevenly: chi-square with 15 degrees."""
    from scipy import stats

    ids = RowIds()
    made = [ids.make_id() for _ in range(4096)]
    for place in range(32):
        counts = [sum(each[place] == digit for each in made) for digit in "0123456789abcdef"]
        assert stats.chisquare(counts).pvalue > 1e-7


def test_threads_make_no_id_twice():
    ids, made = RowIds(), []

    def make():
        made.extend([ids.make_id() for _ in range(5000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 40_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_makes_other_numbers(monkeypatch):
    monkeypatch.setattr("time.time_ns", lambda: 0)  # the clock alone must not make the difference
    ids = RowIds()
    ids.make_id()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=lambda: answers.put([ids.make_id() for _ in range(1000)]))
    child.start()
    theirs = answers.get(timeout=30)
    child.join()
    ours = [ids.make_id() for _ in range(1000)]
    assert len({*ours, *theirs}) == 2000


def test_copies_of_a_frozen_process_make_other_ids():
    ids = RowIds()
    ids.make_id()
    other = copy.deepcopy(ids)
    made = [each.make_id() for _ in range(200) for each in (ids, other)]
    assert len(set(made)) == 400
