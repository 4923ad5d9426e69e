"""The lecture's experiments, one file each: a function with keyword options that returns a
`Report`.

Each is written for a student to read and to change. `registry` lists them by name;
`docs/studies/README.md` says how to add one.
"""
