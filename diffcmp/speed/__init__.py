"""Speed: the same work by every method and by hand, answers held against the certified truth,
ratios inside one run.

`run.bench` gives a `record.Bench`, `stored` holds one against an earlier one. Absolute times of a
shared machine say little, so that nothing here judges them.
"""
