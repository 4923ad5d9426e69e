"""Tests of `diffcmp.report`."""
