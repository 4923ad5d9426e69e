"""What goes wrong only now and then: signals at random moments, full disks, closed streams.

Each test here goes on for its share of the seconds in the environment variable STRESS; by default
for a moment only. A failure names the seed, and STRESS_SEED repeats it.
"""
