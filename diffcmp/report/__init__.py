"""Results for people and for machines: a record becomes a `Document` (`documents/`), and one
renderer a medium shows any document (`forms` has the list, `figures/` the pictures).

Nothing is computed and no file is opened. Each renderer is loaded when it is first asked for, so
that JSON costs no rich, no plotext and no matplotlib.
"""
