"""Operators, comparisons and the choice between branches."""

from diffcmp.primitives.record import primitive

# fmt: off
#          name      args       partial derivatives                              exceptions
primitive("neg",    "x",       ["-1"],                                          infix="-",   precedence=13, internal=True)
primitive("add",    "x, y",    ["1", "1"],                                      infix=" + ", precedence=11, internal=True)
primitive("sub",    "x, y",    ["1", "-1"],                                     infix=" - ", precedence=11, internal=True)
primitive("mul",    "x, y",    ["y", "x"],                                      infix="*",   precedence=12, internal=True)
primitive("div",    "x, y",    ["1/y", "-out/y"],                               infix="/",   precedence=12, internal=True,
          domain="y != 0")
primitive("fma",    "x, y, z", ["y", "x", "1"],                                 definition="x*y + z")

# x**y is two primitives. Where the exponent is a constant (`power`), negative bases and zeros are allowed as its value
# allows them, and no logarithm is ever taken; where it varies (`pow`), x must be positive. The builder of programs chooses.
primitive("power",  "x, y",    ["where(y == 0, 0, y*x**(y - 1))", ""],          infix="**",  precedence=14, internal=True,
          domain="x > 0 or y == floor(y) and (x != 0 or y >= 0) or x == 0 and y >= 0")
primitive("pow",    "x, y",    ["y*x**(y - 1)", "where(x == 0, 0, out*log(x))"], infix="**", precedence=14,
          domain="x > 0 or x == 0 and y >= 0 or y == floor(y) and x != 0",
          definition="where(x == 0, where(y > 0, 0, where(y == 0, 1, 1/x)), exp(y*log(x)))")

primitive("lt",     "x, y",    ["", ""],  infix=" < ",   precedence=6, condition=True, internal=True)
primitive("le",     "x, y",    ["", ""],  infix=" <= ",  precedence=6, condition=True, internal=True)
primitive("gt",     "x, y",    ["", ""],  infix=" > ",   precedence=6, condition=True, internal=True)
primitive("ge",     "x, y",    ["", ""],  infix=" >= ",  precedence=6, condition=True, internal=True)
primitive("eq",     "x, y",    ["", ""],  infix=" == ",  precedence=6, condition=True, internal=True)
primitive("ne",     "x, y",    ["", ""],  infix=" != ",  precedence=6, condition=True, internal=True)
primitive("and",    "p, q",    ["", ""],  infix=" and ", precedence=4, condition=True, internal=True)
primitive("or",     "p, q",    ["", ""],  infix=" or ",  precedence=3, condition=True, internal=True)
primitive("not",    "p",       [""],      infix="not ",  precedence=5, condition=True, internal=True)

primitive("where",  "p, x, y", ["", "where(p, 1, 0)", "where(p, 0, 1)"],        selects=True)
